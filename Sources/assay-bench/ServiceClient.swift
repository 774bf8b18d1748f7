import GradingClient
import GradingModel

extension GradingClient {
    convenience init(server: String, connections: Int) {
        self.init(server: server, connections: connections, patience: 600)
    }

    /// Hands in a submission and waits for its result.
    func post(_ submission: [UInt8]) async throws -> (status: Int, body: Value) {
        let response = try await send("POST", "/v1/submissions", body: submission)
        return (response.status, try JSONCodec.parse(response.body))
    }
}

import Foundation
import TestService

/// Things on the host that probes look for, by honey.py.
enum Honey {
    static func with(_ body: () async throws -> Void) async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", CorpusFixture.folder + "/CorpusTests/honey.py"]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        var text = ""
        while !text.contains("\n") {
            let data = output.fileHandleForReading.availableData
            if data.isEmpty { throw TestServiceError("honey.py did not start: see stderr") }
            text += String(decoding: data, as: UTF8.self)
        }
        func stop() throws {
            try input.fileHandleForWriting.close()
            process.waitUntilExit()
            guard process.terminationStatus == 0 else {
                throw TestServiceError("honey.py ended with \(process.terminationStatus)")
            }
        }
        do {
            try await body()
        } catch {
            try? stop()
            throw error
        }
        try stop()
    }
}

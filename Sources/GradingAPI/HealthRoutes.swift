import GradingEngine
import GradingModel
import Hummingbird

/// `GET /health/live` and `GET /health/ready`: whether the process should go on living, and whether it should get work.
struct HealthRoutes: Sendable {
    var service: any GradingService

    @Sendable func live(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let report = await service.health()
        return answer(report, isHealthy: report.isLive)
    }

    @Sendable func ready(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let report = await service.health()
        return answer(report, isHealthy: report.isReady)
    }

    private func answer(_ report: HealthReport, isHealthy: Bool) -> Response {
        let checks = report.checks.map { check in
            Value.map([
                MapEntry(key: "name", value: Value(check.name)),
                MapEntry(key: "status", value: Value(check.status)),
                MapEntry(key: "detail", value: check.detail.map { Value($0) } ?? .null),
            ])
        }
        let body = Value.map([
            MapEntry(key: "status", value: Value(isHealthy ? "pass" : "fail")),
            MapEntry(key: "checks", value: .list(checks)),
        ])
        return .json(body, status: isHealthy ? .ok : .serviceUnavailable)
    }
}

extension HealthReport.Check {
    fileprivate var status: String {
        if isHealthy { return "pass" }
        return concernsReadiness || concernsLiveness ? "fail" : "warn"
    }
}

import GradingEngine
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization
import Telemetry

/// Answers `GET /metrics`, for Prometheus.
struct MetricsRoutes: Sendable {
    var service: any GradingService
    var requests: RequestMeter
    var version: String

    @Sendable func scrape(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let build = MetricFamily(
            name: "assay_build_info",
            help: "Always 1; the labels say what runs.",
            kind: .gauge,
            samples: [.init(labels: [.init("version", version)], value: 1)]
        )
        let families = [build] + (await service.metrics()) + [requests.family] + (try ProcessMetrics.families())
        return Response(
            status: .ok,
            headers: [.contentType: PrometheusText.mediaType, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: PrometheusText.text(families)))
        )
    }
}

/// Counts the requests that were answered.
final class RequestMeter: Sendable {
    private let counter = Mutex(
        LabelledCounter(
            "assay_http_requests_total",
            "HTTP requests that were answered.",
            labels: ["method", "route", "status"]
        )
    )

    func note(method: String, route: String, status: Int) { counter.withLock { $0.add(1, method, route, "\(status)") } }

    var family: MetricFamily { counter.withLock { $0.family } }
}

/// Counts each request by its route, never by its path: clients choose paths, and their number has no bound.
struct RequestMeterMiddleware: RouterMiddleware {
    typealias Context = APIRequestContext

    var meter: RequestMeter
    var routes: RouteTable

    private static let methods: Set<HTTPRequest.Method> = [.get, .head, .post, .put, .patch, .delete, .options]

    func handle(
        _ request: Request,
        context: APIRequestContext,
        next: (Request, APIRequestContext) async throws -> Response
    ) async throws -> Response {
        let method = Self.methods.contains(request.method) ? request.method.rawValue : "other"
        let route = routes.route(of: request.uri.path) ?? "none"
        do {
            let response = try await next(request, context)
            meter.note(method: method, route: route, status: response.status.code)
            return response
        } catch {
            // What is no HTTP is the only thing that is not an answer by now: the server says 400.
            meter.note(method: method, route: route, status: 400)
            throw error
        }
    }
}

public import DatasetFormats
public import GradingEngine
import HTTPTypes
public import Hummingbird
public import Logging
import NIOCore

/// The HTTP API over a grading service.
public struct GradingAPI: Sendable {
    /// How the API is served.
    public struct Configuration: Sendable {
        public var host: String
        /// 0: any free port.
        public var port: Int
        /// The largest body of a request, in bytes.
        public var bodyLimit: Int
        /// The most that all bodies that are being received hold together, in bytes.
        public var totalBodyLimit: Int
        /// How long a connection may be silent before a request is complete, or between two, in seconds.
        public var idleTimeout: Int
        /// The service's own version, for `/metrics`.
        public var version: String

        public init(
            host: String = "127.0.0.1",
            port: Int = 8080,
            bodyLimit: Int = 64 << 20,
            totalBodyLimit: Int = 512 << 20,
            idleTimeout: Int = 60,
            version: String = "unknown"
        ) {
            self.host = host
            self.port = port
            self.bodyLimit = bodyLimit
            self.totalBodyLimit = totalBodyLimit
            self.idleTimeout = idleTimeout
            self.version = version
        }
    }

    private let service: any GradingService
    private let caps: LimitCaps
    private let configuration: Configuration

    /// An API over `service`.
    ///
    /// - Parameters:
    ///   - service: What grades.
    ///   - caps: The largest limits that a submission may name.
    ///   - configuration: How it is served.
    public init(
        service: any GradingService,
        caps: LimitCaps = .standard,
        configuration: Configuration = Configuration()
    ) {
        self.service = service
        self.caps = caps
        self.configuration = configuration
    }

    /// The server, to be run as a service.
    ///
    /// - Parameters:
    ///   - logger: Gets what goes wrong; never submitted code.
    ///   - onListening: Called once with the port, when requests are answered.
    /// - Returns: The server; nothing listens until it runs.
    public func makeApplication(
        logger: Logger,
        onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) -> some ApplicationProtocol {
        let limit = configuration.bodyLimit
        let idleTimeout = TimeAmount.seconds(Int64(configuration.idleTimeout))
        return Application(
            router: makeRouter(),
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [ExpectationHandler(bodyLimit: limit)],
                    idleTimeout: idleTimeout
                )
            ),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                serverName: "assay"
            ),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? 0) },
            logger: logger
        )
    }

    private func makeRouter() -> Router<APIRequestContext> {
        let bodies = BodyReader(limit: configuration.bodyLimit, totalLimit: configuration.totalBodyLimit)
        let turnstile = Turnstile()
        let submissions = SubmissionRoutes(service: service, caps: caps, bodies: bodies, turnstile: turnstile)
        let verification = VerifyRoutes(service: service, caps: caps, bodies: bodies, turnstile: turnstile)
        let languages = LanguageRoutes(service: service)
        let health = HealthRoutes(service: service)
        let requests = RequestMeter()
        let metrics = MetricsRoutes(service: service, requests: requests, version: configuration.version)
        let routes: [(HTTPRequest.Method, String, @Sendable (Request, APIRequestContext) async throws -> Response)] = [
            (.post, "/v1/submissions", submissions.submit),
            (.get, "/v1/submissions", submissions.list),
            (.get, "/v1/submissions/:id", submissions.find),
            (.delete, "/v1/submissions/:id", submissions.cancel),
            (.post, "/v1/verify", verification.verify),
            (.get, "/v1/languages", languages.list),
            (.get, "/health/live", health.live),
            (.get, "/health/ready", health.ready),
            (.get, "/metrics", metrics.scrape),
        ]
        var table = RouteTable()
        for (method, path, _) in routes { table.add(method, path) }
        let router = Router(context: APIRequestContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: RequestMeterMiddleware(meter: requests, routes: table))
        router.add(middleware: ProblemMiddleware(routes: table))
        for (method, path, handler) in routes { router.on(RouterPath(path), method: method, use: handler) }
        return router
    }
}

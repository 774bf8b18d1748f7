import ArgumentParser
import DatasetFormats
import Foundation
import GradingAPI
import Logging
import ServiceLifecycle
import UnixSignals

/// `assay serve`: the HTTP service.
struct ServeCommand: JailingCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Answer submissions over HTTP.",
        discussion: """
            Started as root, it starts the jailer, becomes the service's user, and then listens. SIGTERM and SIGINT \
            let what runs finish, within the shutdown grace; what waits in the queue, and what is cut short, is \
            graded at the next start.

            Examples:
              assay serve
              assay serve --host 0.0.0.0 --port 80 --workers 8
              ASSAY_HTTP_PORT=9000 assay serve --config /etc/assay/assay.yaml
              curl -s localhost:8080/v1/submissions -d @submission.json

            A submission.json:
              {"language": "python", "code": "print(input())",
               "tests": [{"type": "stdin_stdout", "input": "hi", "output": "hi"}]}
            """
    )

    @Option(name: Setting.host.flagName, help: Setting.host.help) var host: String?
    @Option(name: Setting.port.flagName, help: Setting.port.help) var port: String?
    @Option(name: Setting.workers.flagName, help: Setting.workers.help) var workers: String?
    @Option(name: Setting.queueLimit.flagName, help: Setting.queueLimit.help) var queueLimit: String?
    @Option(name: Setting.database.flagName, help: Setting.database.help) var database: String?
    @Option(name: Setting.bodyLimit.flagName, help: Setting.bodyLimit.help) var bodyLimit: String?
    @Option(name: Setting.shutdownGrace.flagName, help: Setting.shutdownGrace.help) var shutdownGrace: String?
    @Option(name: Setting.user.flagName, help: Setting.user.help) var user: String?
    @Option(name: Setting.jailer.flagName, help: Setting.jailer.help) var jailer: String?
    @OptionGroup var options: SettingsOptions

    var purpose: ProcessPurpose { .grading }

    func loadSettings() throws -> Settings {
        try options.load([
            (.host, host), (.port, port), (.workers, workers), (.queueLimit, queueLimit), (.database, database),
            (.bodyLimit, bodyLimit), (.shutdownGrace, shutdownGrace), (.user, user), (.jailer, jailer),
        ])
    }

    func run(_ settings: Settings, _ process: PreparedProcess) async throws -> CommandStatus {
        let logger = makeLogger(settings)
        let stack = try await makeGradingStack(settings, process, logger: logger)
        try await serve(stack, settings, logger: logger)
        return .accepted
    }
}

/// Serves until SIGTERM or SIGINT.
///
/// - Parameters:
///   - stack: What grades.
///   - settings: Address, limits and shutdown grace.
///   - logger: Gets what goes wrong.
///   - onListening: Called with the port once requests are answered.
/// - Throws: Where the address cannot be had, or a part of the service ends by itself.
func serve(
    _ stack: GradingStack,
    _ settings: Settings,
    logger: Logger,
    onListening: @escaping @Sendable (Int) -> Void = { _ in }
) async throws {
    let host = settings.api.host
    var api = settings.api
    api.version = Assay.version
    let application = GradingAPI(
        service: stack.service,
        caps: LimitCaps(settings.largestLimits),
        configuration: api
    ).makeApplication(logger: logger) { port in
        let shown = host.contains(":") ? "[\(host)]" : host
        FileHandle.standardOutput.write(Data("assay is listening on http://\(shown):\(port)\n".utf8))
        onListening(port)
    }
    var configuration = ServiceGroupConfiguration(
        services: [application] + stack.services,
        gracefulShutdownSignals: [.sigterm, .sigint],
        logger: logger
    )
    // Each part keeps to the grace by itself; this ends one that does not.
    configuration.maximumGracefulShutdownDuration = settings.shutdownGrace + .seconds(10)
    try await ServiceGroup(configuration: configuration).run()
}

/// The one logger, to stderr.
func makeLogger(_ settings: Settings) -> Logger {
    var logger = Logger(label: "assay") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = settings.logLevel
    return logger
}

public import GradingModel
public import Images
public import JailProtocol
public import Toolchains

/// A language as this service runs it: how, and on which image.
public struct LanguageRuntime: Sendable {
    public let toolchain: any Toolchain
    public let image: Image

    public init(toolchain: any Toolchain, image: Image) {
        self.toolchain = toolchain
        self.image = image
    }

    /// The toolchains of all languages.
    public static let toolchains: [any Toolchain] = [
        PythonToolchain(), JavaScriptToolchain(), RustToolchain(), CppToolchain(),
    ]

    /// Takes each language's image from the store, verified.
    ///
    /// - Throws: `ImageError` naming the image that is missing or altered.
    public static func load(
        from store: ImageStore,
        languages: [Language] = Language.allCases
    ) throws -> [Language: LanguageRuntime] {
        var runtimes: [Language: LanguageRuntime] = [:]
        for toolchain in toolchains where languages.contains(toolchain.language) {
            let image = try store.current(toolchain.image)
            try store.verify(image)
            runtimes[toolchain.language] = LanguageRuntime(toolchain: toolchain, image: image)
        }
        return runtimes
    }

    /// What slots are to have ready for runs under the usual limits.
    public func warmUp(_ configuration: EngineConfiguration) -> WarmUp {
        var servers: [JailSpec.ForkServer] = []
        if configuration.isWarm {
            let limits = configuration.defaultLimits
            let kinds: [TestCase.Kind] = [
                .stdinStdout(input: "", expected: []), .functionCall(function: "f", arguments: [], expected: []),
            ]
            for kind in kinds {
                let command = toolchain.command(
                    for: TestCase(kind),
                    code: "",
                    limits: limits,
                    comparison: ComparisonOptions()
                )
                let server = command.forkServer.map {
                    JailSpec.ForkServer($0, stackBytes: JailLimits(limits).stackBytes)
                }
                if let server, !servers.contains(server) { servers.append(server) }
            }
        }
        return WarmUp(image: image.folder, servers: servers)
    }
}

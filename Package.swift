// swift-tools-version: 6.2
import PackageDescription

// Layered: a target imports only targets above its own line. See ARCHITECTURE.md.

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

// Static: it starts in a sixth of the time, and needs nothing of the host's libraries. Sanitizers can't be linked so.
let jailerFlags = Context.environment["ASSAY_SANITIZED"] == nil ? ["-static-executable"] : []

let bigInt = Target.Dependency.product(name: "BigInt", package: "BigInt")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")

let package = Package(
    name: "assay",
    products: [
        .executable(name: "assay", targets: ["assay"]),
        .executable(name: "assay-jailer", targets: ["assay-jailer"]),
        .executable(name: "assay-bench", targets: ["assay-bench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/attaswift/BigInt", exact: "6.0.1"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", exact: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2", traits: []),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    ],
    targets: [
        // C, as a keyhole.
        .target(name: "CJail"),
        .systemLibrary(name: "CSeccomp"),
        .systemLibrary(name: "CCap"),
        .systemLibrary(name: "CZlib"),
        .systemLibrary(name: "CZstd"),

        // Values and pure logic.
        .target(name: "TextMarkup", swiftSettings: settings),
        .target(name: "GradingModel", dependencies: [bigInt], swiftSettings: settings),
        .target(name: "GradingRules", dependencies: ["GradingModel", bigInt], swiftSettings: settings),
        .target(
            name: "DatasetFormats",
            dependencies: ["GradingModel", "GradingRules", bigInt],
            swiftSettings: settings
        ),
        .target(
            name: "Auditing",
            dependencies: ["DatasetFormats", "GradingModel", "GradingRules", "TextMarkup", bigInt],
            swiftSettings: settings
        ),
        .target(name: "Toolchains", dependencies: ["GradingModel"], swiftSettings: settings),
        .target(name: "JailProtocol", swiftSettings: settings),
        .target(name: "Telemetry", dependencies: ["LinuxSystem"], swiftSettings: settings),

        // The jail.
        .target(name: "LinuxSystem", dependencies: ["CJail"], swiftSettings: settings),
        .target(
            name: "Jailer",
            dependencies: ["CCap", "CJail", "CSeccomp", "JailProtocol", "LinuxSystem"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "assay-jailer",
            dependencies: ["Jailer"],
            swiftSettings: settings + [.unsafeFlags(jailerFlags)],
            linkerSettings: [.unsafeFlags(jailerFlags)]
        ),

        // The service.
        .target(
            name: "Sandbox",
            dependencies: ["CJail", "GradingModel", "JailProtocol", "LinuxSystem", nioPosix],
            swiftSettings: settings
        ),
        .target(
            name: "Images",
            dependencies: [
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "Yams", package: "Yams"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "DatasetFiles",
            dependencies: ["CZlib", "CZstd", "LinuxSystem"],
            // In the executable, so that it works wherever that is installed.
            resources: [.embedInCode("parquet.py")],
            swiftSettings: settings
        ),
        .target(
            name: "GradingStore",
            dependencies: ["GradingModel", .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: settings
        ),
        .target(
            name: "GradingEngine",
            dependencies: [
                "DatasetFormats", "GradingModel", "GradingRules", "GradingStore", "Images", "JailProtocol", "Sandbox",
                "Telemetry", "Toolchains", lifecycle, logging, .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "GradingClient",
            dependencies: [
                nioCore, .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "Regrading",
            dependencies: [
                "DatasetFiles", "DatasetFormats", "GradingClient", "GradingModel", "GradingRules", "TextMarkup",
                nioPosix,
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "GradingAPI",
            dependencies: [
                "DatasetFormats", "GradingEngine", "GradingModel", "GradingStore", "Telemetry", httpTypes, lifecycle,
                logging, nioCore,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "GradingCommands",
            dependencies: [
                "Auditing", "DatasetFiles", "DatasetFormats", "GradingAPI", "GradingEngine", "GradingModel",
                "GradingStore", "Images", "JailProtocol", "Regrading", "Sandbox", "Toolchains", lifecycle, logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: settings
        ),
        .executableTarget(name: "assay", dependencies: ["GradingCommands"], swiftSettings: settings),

        // The corpus of hostile and legitimate programs, for the tests and the bench.
        .target(
            name: "Corpus",
            dependencies: ["GradingModel", bigInt, .product(name: "Yams", package: "Yams")],
            swiftSettings: settings
        ),

        // Measurements, and verdicts on data whose verdicts are known.
        .executableTarget(
            name: "assay-bench",
            dependencies: [
                "Corpus", "DatasetFormats", "GradingClient", "GradingEngine", "GradingModel", "Images", "JailProtocol",
                "Sandbox", "Toolchains",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings
        ),

        // One test target for each target, and two that drive the built service from outside.
        .testTarget(name: "TextMarkupTests", dependencies: ["TextMarkup"], swiftSettings: settings),
        .testTarget(name: "GradingModelTests", dependencies: ["GradingModel", bigInt], swiftSettings: settings),
        .testTarget(
            name: "GradingRulesTests",
            dependencies: ["GradingModel", "GradingRules", bigInt],
            swiftSettings: settings
        ),
        .testTarget(
            name: "DatasetFormatsTests",
            dependencies: ["DatasetFormats", "GradingModel", "GradingRules", bigInt],
            swiftSettings: settings
        ),
        .testTarget(
            name: "DatasetFilesTests",
            dependencies: ["DatasetFiles", "GradingModel"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "AuditingTests",
            dependencies: ["Auditing", "DatasetFormats", "GradingModel"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "RegradingTests",
            dependencies: [
                "DatasetFiles", "DatasetFormats", "GradingModel", "GradingRules", "Regrading", "TestService",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: settings
        ),
        .testTarget(name: "ToolchainsTests", dependencies: ["GradingModel", "Toolchains"], swiftSettings: settings),
        .testTarget(
            name: "GradingEngineTests",
            dependencies: ["CJail", "GradingEngine", "GradingModel", "Sandbox", "Toolchains"],
            swiftSettings: settings
        ),
        .testTarget(name: "JailProtocolTests", dependencies: ["JailProtocol"], swiftSettings: settings),
        .testTarget(name: "TelemetryTests", dependencies: ["Telemetry"], swiftSettings: settings),
        // Not on assay-jailer, which is linked in another way: ops/test builds it first.
        .testTarget(
            name: "JailerTests",
            dependencies: ["CSeccomp", "JailProtocol", "Jailer", "LinuxSystem"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "SandboxTests",
            dependencies: ["GradingModel", "JailProtocol", "Sandbox"],
            swiftSettings: settings
        ),
        .testTarget(name: "ImagesTests", dependencies: ["Images"], swiftSettings: settings),
        .testTarget(
            name: "GradingStoreTests",
            dependencies: ["GradingModel", "GradingStore", .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: settings
        ),
        .testTarget(
            name: "GradingAPITests",
            dependencies: [
                "DatasetFormats", "GradingAPI", "GradingEngine", "GradingModel", "GradingStore", "Telemetry", httpTypes,
                logging,
                nioCore,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "GradingCommandsTests",
            dependencies: [
                "DatasetFormats", "GradingAPI", "GradingCommands", "GradingEngine", "GradingModel", "GradingStore",
                "Telemetry", lifecycle, logging, .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "TestService",
            dependencies: ["GradingClient", "GradingModel"],
            path: "Tests/TestService",
            swiftSettings: settings
        ),
        .testTarget(name: "ServiceTests", dependencies: ["GradingModel", "TestService"], swiftSettings: settings),
        .testTarget(
            name: "CorpusTests",
            dependencies: ["Corpus", "GradingModel", "TestService"],
            exclude: ["control.py", "honey.py"],
            swiftSettings: settings
        ),
    ]
)

// swift-tools-version: 6.2
import PackageDescription

// The fuzzers: a package of their own, so that the service's build knows nothing of them. Built and run by ops/fuzz,
// which passes -sanitize=fuzzer. The targets under test are the service's, by symbolic link.

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let bigInt = Target.Dependency.product(name: "BigInt", package: "BigInt")

func fuzzer(_ name: String, _ tested: Target.Dependency...) -> Target {
    .executableTarget(
        name: name,
        dependencies: ["FuzzSupport"] + tested,
        path: "Targets/\(name)",
        swiftSettings: settings,
        linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]
    )
}

let package = Package(
    name: "assay-fuzz",
    dependencies: [.package(url: "https://github.com/attaswift/BigInt", exact: "6.0.1")],
    targets: [
        .target(name: "GradingModel", dependencies: [bigInt], swiftSettings: settings),
        .target(name: "GradingRules", dependencies: ["GradingModel", bigInt], swiftSettings: settings),
        .target(
            name: "DatasetFormats",
            dependencies: ["GradingModel", "GradingRules", bigInt],
            swiftSettings: settings
        ),
        .target(name: "JailProtocol", swiftSettings: settings),
        .systemLibrary(name: "CLibFuzzer"),
        .target(name: "FuzzSupport", dependencies: ["CLibFuzzer", "GradingModel"], swiftSettings: settings),
        fuzzer("JailMessages", "JailProtocol"),
        fuzzer("JSONText", "DatasetFormats", "GradingModel"),
        fuzzer("Requests", "DatasetFormats", "GradingModel"),
        fuzzer("Records", "DatasetFormats", "GradingModel"),
        fuzzer("PythonLiterals", "DatasetFormats", "GradingModel"),
        fuzzer("Completions", "GradingModel", "GradingRules"),
        fuzzer("Texts", "GradingModel", "GradingRules", bigInt),
        fuzzer("Values", "GradingModel", "GradingRules"),
        fuzzer("Frames", "GradingModel", "GradingRules"),
    ]
)

import Corpus
import Foundation
import GradingModel
import TestService
import Testing

@Suite(
    "The corpus's controls",
    .serialized,
    .enabled(if: CorpusFixture.server == nil && TestHost.canGrade, "needs root and built images: ops/test")
)
struct ControlTests {
    @Test("outside a jail, each probe gets what it is after") func controls() async throws {
        let cases = try CorpusFixture.cases().filter { $0.control != nil }
        try await Honey.with {
            let began = ContinuousClock.now
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, item) in cases.enumerated() {
                    // Two at a time.
                    if index >= 2 { _ = try await group.next() }
                    group.addTask { try check(item) }
                }
                try await group.waitForAll()
            }
            print("corpus, controls: \(cases.count) programs in \(shown(ContinuousClock.now - began))")
        }
    }

    private func check(_ item: CorpusCase) throws {
        let folder = FileManager.default.temporaryDirectory.path + "/assay-control-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        func write(_ text: String, to name: String) throws {
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
        }
        func read(_ name: String) -> String {
            String(decoding: FileManager.default.contents(atPath: "\(folder)/\(name)") ?? Data(), as: UTF8.self)
        }
        let firstTest = item.request["tests"]?.listValue?.first
        try write(item.source, to: "source")
        try write(firstTest?["input"]?.textValue ?? "", to: "input")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "unshare", "--mount", "--propagation", "private", "python3",
            CorpusFixture.folder + "/CorpusTests/control.py",
            "\(TestHost.imageStore)/\(item.language.rawValue)/current/rootfs", item.language.rawValue, folder,
            item.control == .compiles ? "compile" : "run",
        ]
        try process.run()
        process.waitUntilExit()
        switch item.control {
        case .compiles:
            if process.terminationStatus != 0 {
                Issue.record("\(item.name): control: does not compile outside a jail: \(read("stderr"))")
            }
        case .prints(let text, let hostMayRefuse):
            let output = read("stdout")
            if !output.contains(text) && !hostMayRefuse {
                Issue.record(
                    """
                    \(item.name): control: expected to print \(text), got \(output.prefix(200)), \
                    status \(process.terminationStatus): \(read("stderr").suffix(300))
                    """
                )
            }
        case nil: break
        }
    }
}

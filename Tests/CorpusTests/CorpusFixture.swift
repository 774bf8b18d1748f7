import Corpus
import Foundation
import GradingModel
import TestService
import Testing

/// What the suites of the corpus share.
///
/// Environment: `ASSAY_CORPUS_SERVER` is the address of a service that runs already, of which only the answers are looked
/// at; `ASSAY_TEST_ROOTLESS=1` has the service run as the user assay; `ASSAY_CORPUS_FILTER` keeps to programs whose
/// `class/name` contains it; `ASSAY_CORPUS_SLOWNESS=8` gives them 8 times the CPU and wall time, lets those that work for
/// a fixed time work 8 times as long, and prints each as it ends: for emulated hosts.
enum CorpusFixture {
    static let server = ProcessInfo.processInfo.environment["ASSAY_CORPUS_SERVER"]
    static let filter = ProcessInfo.processInfo.environment["ASSAY_CORPUS_FILTER"]
    static let canGrade = server != nil || TestHost.canGrade
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path

    /// Host ids of these tests' jails: apart from those of any other service, and of these tests run twice.
    static let ids: Range<UInt32> = {
        if TestHost.isRootless { return TestHost.subordinateIDs }
        let first = 0x7000_0000 + UInt32(getpid() % 1024) * 2048
        return first..<first + 2048
    }()

    /// The programs that were asked for.
    ///
    /// Faults of files are the business of `CorpusFileTests`.
    static func cases() throws -> [CorpusCase] {
        let cases = try Corpus(folder: folder + "/Corpus", filter: filter, slowness: TestHost.slowness).cases
        try #require(!cases.isEmpty, "no program of the corpus has \(filter ?? "") in its name")
        return cases
    }

    /// Runs `body` with a service, with honey on the host, and shows that the host is clean afterwards.
    ///
    /// Nothing of that with a service that is given.
    static func withService(workers: Int, _ body: (any ServiceConnection) async throws -> Void) async throws {
        if let server { return try await body(GivenService(server: server)) }
        try await Honey.with {
            let before = HostState.now(ids: ids)
            var groups: Set<String> = []
            try await RunningService.with(flags: [
                "--workers", "\(workers)", "--set", "jails.id_base=\(TestHost.isRootless ? 0 : ids.lowerBound)",
                "--set", "limits.largest.compile_time_s=3600", "--set", "limits.largest.cpu_time_s=3600",
                "--set", "limits.largest.wall_time_s=3600",
            ]) { service in
                // What is made once, at the first runs, is no leak: as many as there are slots, at one time.
                for submission in [PlainSubmission.idle, PlainSubmission.idleConversation] {
                    try await withThrowingTaskGroup(of: String?.self) { group in
                        for _ in 0..<workers {
                            group.addTask { try await service.post(submission).verdict }
                        }
                        for try await verdict in group { #expect(verdict == "accepted") }
                    }
                }
                let pid = service.process.processIdentifier
                let idle = ServiceState(ofServiceWithProcessID: pid)
                groups = idle.groups
                try await body(service)
                // Runs that were answered are torn down a moment later.
                var leaks: [String] = []
                for _ in 0..<50 {
                    leaks =
                        ServiceState(ofServiceWithProcessID: pid).leaks(since: idle) + JailProcesses.programs(ids: ids)
                    if leaks.isEmpty { break }
                    try await Task.sleep(for: .milliseconds(100))
                }
                for line in leaks { Issue.record("left in the service: \(line)") }
            }
            for line in HostState.now(ids: ids).leaks(since: before) { Issue.record("left on the host: \(line)") }
            for group in groups where FileManager.default.fileExists(atPath: group) {
                Issue.record("left on the host: control group \(group)")
            }
        }
    }

    /// Posts a case and records each mismatch, one line each.
    static func check(_ item: CorpusCase, with service: any ServiceConnection, timing: Bool = true) async throws {
        let answer = try await service.send("POST", "/v1/submissions", body: JSONCodec.serialize(item.request))
        guard answer.status == 200 else {
            Issue.record("\(item.name): HTTP \(answer.status): \(answer.body)")
            return
        }
        for line in item.expectation.mismatches(in: answer.body, timing: timing) {
            Issue.record("\(item.name): \(line)")
        }
    }
}

private struct GivenService: ServiceConnection {
    var server: String
}

/// What nobody should have to wait for, whatever else runs.
struct PlainSubmission: Sendable {
    var language: Language
    var body: String

    /// Takes a slot for two seconds.
    static let idle =
        #"{"language": "python", "code": "import time; time.sleep(2)", "tests": [{"type": "stdin_stdout", "input": "", "output": ""}], \#(limits)}"#

    /// Takes a slot, and one of those for interactors, for two seconds.
    static let idleConversation =
        #"{"language": "python", "code": "import time; time.sleep(2)", "tests": [{"type": "stdin_stdout", "input": ""}], "interactor": {"language": "python", "code": "import time; time.sleep(2)"}, \#(limits)}"#

    static let all = [
        PlainSubmission(
            language: .python,
            body:
                #"{"language": "python", "code": "print(sum(map(int, input().split())))", "tests": [{"type": "stdin_stdout", "input": "1 2", "output": "3"}], \#(limits)}"#
        ),
        PlainSubmission(
            language: .cpp,
            body:
                ##"{"language": "cpp", "code": "#include <cstdio>\nint main() { int a, b; if (scanf(\"%d %d\", &a, &b) == 2) printf(\"%d\", a + b); }", "tests": [{"type": "stdin_stdout", "input": "1 2", "output": "3"}], \##(limits)}"##
        ),
    ]

    /// Busy neighbours are no reason to fail.
    private static let limits = #""limits": {"cpu_time_s": 20, "wall_time_s": 60, "compile_time_s": 60}"#
}

import Foundation
import FoundationNetworking
import GradingModel
import TestService
import Testing

@Suite(
    "Metrics of the service",
    .serialized,
    .timeLimit(.minutes(10)),
    .enabled(if: TestHost.canGrade, "needs root and built images: ops/test")
)
struct MetricsTests {
    @Test("what was graded, run, refused and answered is counted") func counts() async throws {
        try await RunningService.with(flags: ["--workers", "2"]) { service in
            let before = try await Self.metrics(of: service)
            #expect(before.value("assay_runs_total") == 0)
            #expect(before.value("assay_slots_limit") == 2)

            let hi = #"[{"type": "stdin_stdout", "input": "", "output": "hi"}]"#
            let right = try await service.grade("python", "print('hi')", tests: hi)
            #expect(right.verdict == "accepted")
            let wrong = try await service.grade("python", "print('ho')", tests: hi)
            #expect(wrong.verdict == "wrong_answer")
            let broken = try await service.grade("cpp", "int main( {", tests: hi)
            #expect(broken.verdict == "compile_error")
            let curious = try await service.grade(
                "python",
                "import os\ntry:\n    os.unshare(os.CLONE_NEWUSER)\nexcept PermissionError:\n    print('hi')\n",
                tests: hi
            )
            #expect(curious.verdict == "accepted", "\(curious.body)")
            let none = try await service.get("/v1/elsewhere-7f3a")
            #expect(none.status == 404)
            let one = try await service.get("/v1/submissions/\(right["id"]?.textValue ?? "")")
            #expect(one.status == 200)

            let after = try await Self.metrics(of: service)
            func python(_ verdict: String) -> [String: String] { ["language": "python", "verdict": verdict] }
            #expect(after.value("assay_submissions_total", python("accepted")) == 2)
            #expect(after.value("assay_submissions_total", python("wrong_answer")) == 1)
            #expect(
                after.value("assay_submissions_total", ["language": "cpp", "verdict": "compile_error"]) == 1
            )
            #expect(after.value("assay_tests_total", python("accepted")) == 2)
            #expect(after.value("assay_tests_total", ["language": "cpp", "verdict": "skipped"]) == 1)
            #expect(after.value("assay_test_duration_seconds_count", ["language": "python"]) == 3)
            #expect(after.value("assay_test_duration_seconds_count", ["language": "cpp"]) == nil)
            #expect(after.value("assay_build_duration_seconds_count", ["language": "cpp"]) == 1)
            #expect(after.value("assay_queue_wait_seconds_count", ["language": "python"]) == 3)
            // A run of each program in Python, which shows that no check is needed, and one compilation.
            #expect(after.value("assay_runs_total") == 4)
            #expect(after.value("assay_build_cache_misses_total") == 1)
            #expect(after.value("assay_build_cache_hits_total") == 0)
            #expect(after.value("assay_build_cache_entries") == 1)
            #expect(after.value("assay_denied_calls_total", ["call": "unshare"]) == 1)
            for name in ["assay_queue_depth", "assay_submissions_running", "assay_slots_busy"] {
                #expect(after.value(name) == 0, "\(name)")
            }
            #expect((1...2).contains(after.value("assay_slots_open") ?? 0))
            for name in ["slots_retired", "slots_lost", "jail_setup_failures", "internal_errors"] {
                #expect(after.value("assay_\(name)_total") == 0, "\(name)")
            }

            func requests(_ method: String, _ route: String, _ status: String) -> Double? {
                after.value("assay_http_requests_total", ["method": method, "route": route, "status": status])
            }
            #expect(requests("POST", "/v1/submissions", "200") == 4)
            #expect(requests("GET", "/v1/submissions/{id}", "200") == 1)
            #expect(requests("GET", "none", "404") == 1)
            #expect(requests("GET", "/metrics", "200") == 1)
            // Clients choose paths: none becomes a label.
            #expect(!after.samples.keys.contains { $0.labels.values.contains { $0.contains("7f3a") } })

            #expect(after.samples.keys.contains { $0.name == "assay_build_info" && $0.labels["version"] != "unknown" })
            #expect(after.samples.keys.count { $0.name == "assay_image_info" } == 4)
            let pid = service.process.processIdentifier
            let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count
            let told = try #require(after.value("process_open_fds"))
            #expect(abs(told - Double(descriptors)) <= 8, "\(told), \(descriptors)")
            #expect((1e6...1e10).contains(after.value("process_resident_memory_bytes") ?? 0))
            #expect((after.value("process_cpu_seconds_total") ?? 0) > 0)
        }
    }

    static func metrics(of service: RunningService) async throws -> PrometheusParser {
        let url = try #require(URL(string: service.server + "/metrics"))
        let (data, response) = try await URLSession.shared.data(from: url)
        let http = try #require(response as? HTTPURLResponse)
        #expect(http.statusCode == 200)
        #expect(http.value(forHTTPHeaderField: "Content-Type") == "text/plain; version=0.0.4; charset=utf-8")
        return try PrometheusParser(String(decoding: data, as: UTF8.self))
    }
}

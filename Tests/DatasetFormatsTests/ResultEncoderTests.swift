import DatasetFormats
import GradingModel
import Testing

@Suite("Encoding of a result") struct ResultEncoderTests {
    static func json(_ value: Value) -> String { String(decoding: JSONCodec.serialize(value), as: UTF8.self) }

    static var result: SubmissionResult {
        var test = TestResult(index: 0, name: nil, type: "function_call", verdict: .accepted)
        test.cpuTime = 0.0040000001
        test.wallTime = 0.005
        test.memoryPeakKB = 9120
        test.exitCode = 0
        test.returned = 3
        test.comparison = ComparisonOutcome(policy: .default, rule: "equal", isEqual: true)
        var failed = TestResult(index: 1, name: "b", type: "stdin_stdout", verdict: .wrongAnswer, message: "m")
        failed.signal = "SIGSEGV"
        failed.stdout = ByteString(bytes: [0xFF])
        failed.stdoutTruncated = true
        failed.suspicion = ["denied_call: ptrace", "early_exit"]
        failed.isWarm = true
        failed.comparison = ComparisonOutcome(
            policy: .strict,
            rule: "different",
            isEqual: false,
            difference: .text(line: 3, column: 7, expected: "a", actual: ByteString(bytes: [0x80]))
        )
        var timings = Timings()
        timings.total = 0.02
        return SubmissionResult(
            verdict: .wrongAnswer,
            score: 0.5,
            passed: 1,
            total: 2,
            language: .python,
            compile: CompileResult(status: .ok),
            tests: [test, failed],
            environment: RunEnvironment(
                image: "python",
                imageDigest: "sha256:0",
                toolchain: "CPython 3.13.5",
                flags: ["-I"],
                kernel: "6.18.44",
                cgroup: "v2"
            ),
            timings: timings
        )
    }

    @Test("fields have the API's names and order")
    func order() {
        let expected = #"""
            {"id":"sub_1","status":"finished","verdict":"wrong_answer","score":0.5,"passed":1,"total":2,
            "language":"python",
            "compile":{"status":"ok","stdout":"","stderr":"","cpu_time_s":0.0,"wall_time_s":0.0,"cached":false},
            "tests":[
            {"index":0,"name":null,"type":"function_call","verdict":"accepted","cpu_time_s":0.004,"wall_time_s":0.005,
            "memory_peak_kb":9120,"exit_code":0,"signal":null,"stdout":"","stderr":"","stdout_truncated":false,
            "stderr_truncated":false,"returned":3,
            "comparison":{"policy":"default","rule":"equal","difference":null},"message":null,
            "suspicion":[],"start":null},
            {"index":1,"name":"b","type":"stdin_stdout","verdict":"wrong_answer","cpu_time_s":0.0,"wall_time_s":0.0,
            "memory_peak_kb":0,"exit_code":null,"signal":"SIGSEGV","stdout":"\udcff","stderr":"",
            "stdout_truncated":true,
            "stderr_truncated":false,"returned":null,
            "comparison":{"policy":"strict","rule":"different",
            "difference":{"line":3,"column":7,"expected":"a","actual":"\udc80"}},"message":"m",
            "suspicion":["denied_call: ptrace","early_exit"],"start":"warm"}],
            "environment":{"image":"python","image_digest":"sha256:0","toolchain":"CPython 3.13.5","flags":["-I"],
            "kernel":"6.18.44","cgroup":"v2"},
            "timings":{"queued_s":0.0,"compile_s":0.0,"tests_s":0.0,"total_s":0.02}}
            """#
        let compact = expected.split(separator: "\n").joined()
        #expect(Self.json(ResultEncoder.encode(Self.result, id: "sub_1")) == compact)
    }

    @Test("what is there only at times")
    func extras() {
        var result = Self.result
        result.tests = []
        result.environment = nil
        result.score = nil
        result.verdict = .invalidProblem
        result.message = "no tests"
        result.compile.form = "with prelude"
        let value = ResultEncoder.encode(result, id: "a", status: "cancelled", metadata: [("created_at", "now")])
        #expect(value["score"] == .null)
        #expect(value["environment"] == .null)
        #expect(value["message"] == "no tests")
        #expect(value["created_at"] == "now")
        #expect(value["status"] == "cancelled")
        #expect(value["compile"]?["form"] == "with prelude")
        #expect(ResultEncoder.encode(Self.result, id: "a")["message"] == nil)
    }

    @Test("a submission without a result")
    func pending() {
        let value = ResultEncoder.encodePending(id: "a", status: "queued", language: .rust, total: 3)
        #expect(
            Self.json(value)
                == #"{"id":"a","status":"queued","verdict":null,"score":null,"passed":null,"#
                + #""total":3,"language":"rust"}"#
        )
    }

    static let values: [(Value, String)] = [
        (.float(.nan), #"{"$float":"nan"}"#), (.float(-.infinity), #"{"$float":"-inf"}"#), (-0.0, "-0.0"),
        ([.float(.infinity), 1.5], #"[{"$float":"inf"},1.5]"#), (.set([1, 2]), "[1,2]"), ([1: .set([])], #"{"1":[]}"#),
        (["$set": [1]], #"{"$set":[1]}"#), ([1: "a", "1": "b"], #"[[1,"a"],["1","b"]]"#),
        ([[1, 2]: true], #"{"[1,2]":true}"#),
        ([.null: 1], #"{"null":1}"#), (.string(ByteString(bytes: [0xED, 0xA0, 0x80])), #""\ud800""#),
    ]

    @Test("values are plain JSON with $float alone", arguments: values)
    func readable(value: Value, json: String) {
        #expect(Self.json(ResultEncoder.readable(value)) == json)
        var test = TestResult(index: 0, name: nil, type: "function_call", verdict: .wrongAnswer)
        test.returned = value
        test.comparison = ComparisonOutcome(
            policy: .default,
            rule: "different",
            isEqual: false,
            difference: .value(path: "[2].name", expected: value, actual: nil)
        )
        let encoded = ResultEncoder.encode(test)
        #expect(encoded["returned"].map(Self.json) == json)
        let difference = encoded["comparison"]?["difference"]
        #expect(difference.map(Self.json) == #"{"path":"[2].name","expected":\#(json),"actual":null}"#)
    }
}

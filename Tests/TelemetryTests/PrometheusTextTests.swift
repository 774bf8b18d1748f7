import Glibc
import Telemetry
import Testing

@Suite("Metrics as text") struct PrometheusTextTests {
    @Test("counters have a line for each combination of labels, escaped") func counters() {
        var counter = LabelledCounter("assay_x_total", "A \\ and\na line.", labels: ["a", "b"])
        counter.add(1, "y", "1")
        counter.add(2, "x", "\"\\\n")
        counter.add(1, "y", "1")
        #expect(
            PrometheusText.text([counter.family]) == #"""
                # HELP assay_x_total A \\ and\na line.
                # TYPE assay_x_total counter
                assay_x_total{a="x",b="\"\\\n"} 2
                assay_x_total{a="y",b="1"} 2

                """#
        )
    }

    @Test("a bucket holds what is at or below its bound, and what smaller ones hold") func histograms() {
        var histogram = LabelledHistogram("assay_y_seconds", "Y.", label: "l", bounds: [0.005, 1, 10])
        for value in [0.001, 0.005, 0.5, 1, 2.5, 100] { histogram.observe(value, "v") }
        #expect(
            PrometheusText.text([histogram.family]) == """
                # HELP assay_y_seconds Y.
                # TYPE assay_y_seconds histogram
                assay_y_seconds_bucket{l="v",le="0.005"} 2
                assay_y_seconds_bucket{l="v",le="1"} 4
                assay_y_seconds_bucket{l="v",le="10"} 5
                assay_y_seconds_bucket{l="v",le="+Inf"} 6
                assay_y_seconds_sum{l="v"} 104.006
                assay_y_seconds_count{l="v"} 6

                """
        )
    }

    @Test("numbers are written as Prometheus reads them") func numbers() {
        let values = [0, -1.5, 1e15, 1e-7, .infinity, -.infinity, .nan]
        let lines = PrometheusText.text(values.map { .gauge("g", "G.", $0) }).split(separator: "\n")
            .filter { !$0.hasPrefix("#") }
        #expect(lines == ["g 0", "g -1.5", "g 1000000000000000", "g 1e-07", "g +Inf", "g -Inf", "g NaN"])
    }

    @Test("the process's own figures follow what it does") func process() throws {
        func value(_ name: String) throws -> Double {
            let family = try #require(ProcessMetrics.families().first { $0.name == name })
            return try #require(family.samples.first?.value)
        }
        let descriptors = try value("process_open_fds")
        let file = open("/dev/null", O_RDONLY)
        #expect(try value("process_open_fds") == descriptors + 1)
        close(file)
        #expect(try value("process_resident_memory_bytes") > 1_000_000)
        #expect(try value("process_max_fds") >= descriptors)
        let age = Double(time(nil)) - (try value("process_start_time_seconds"))
        #expect((-2...86400).contains(age))
        let before = try value("process_cpu_seconds_total")
        let work = (0..<200_000).reduce(0) { $0 &+ $1 * $1 }
        #expect(try value("process_cpu_seconds_total") > before, "\(work)")
    }
}

import GradingModel
import Sandbox
import Telemetry

/// What the engine counts for `/metrics`.
struct GradingMeters: Sendable {
    private var submissions = LabelledCounter(
        "assay_submissions_total",
        "Submissions that were graded.",
        labels: ["language", "verdict"]
    )
    private var tests = LabelledCounter(
        "assay_tests_total",
        "Tests of submissions that were graded.",
        labels: ["language", "verdict"]
    )
    private var internalErrors = 0
    private var queueWait = LabelledHistogram(
        "assay_queue_wait_seconds",
        "Time from a submission's arrival to its start.",
        label: "language",
        bounds: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1800]
    )
    private var builds = LabelledHistogram(
        "assay_build_duration_seconds",
        "Wall time of a submission's compilations or syntax checks, all together.",
        label: "language",
        bounds: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120]
    )
    private var runs = LabelledHistogram(
        "assay_test_duration_seconds",
        "Wall time of a test's program.",
        label: "language",
        bounds: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]
    )

    /// Counts a submission that was graded; `isOurFault`: it, or one of its tests, could not be.
    mutating func note(_ result: SubmissionResult, isOurFault: Bool) {
        let language = result.language.rawValue
        submissions.add(1, language, result.verdict.rawValue)
        if isOurFault { internalErrors += 1 }
        queueWait.observe(result.timings.queued, language)
        // A build of the cache has cost nothing now.
        if result.compile.status != .notNeeded, !result.compile.cached {
            builds.observe(result.compile.wallTime, language)
        }
        for test in result.tests {
            tests.add(1, language, test.verdict.rawValue)
            // Tests that did not run have no time.
            if test.wallTime > 0 { runs.observe(test.wallTime, language) }
        }
    }

    func families(
        slots: SlotPoolAccount,
        size: Int,
        builds cache: BuildCacheAccount,
        queued: Int,
        running: Int
    ) -> [MetricFamily] {
        var denied = LabelledCounter(
            "assay_denied_calls_total",
            "System calls that jails refused and no ordinary program makes; of many in one run, a lower bound.",
            labels: ["call"]
        )
        for (call, count) in slots.deniedCalls { denied.add(Int(clamping: count), call) }
        return [
            submissions.family, tests.family, queueWait.family, builds.family, runs.family, denied.family,
            .counter(
                "assay_internal_errors_total",
                "Submissions of which something could not be graded by a fault of the service.",
                internalErrors
            ),
            .gauge("assay_queue_depth", "Submissions that wait.", Double(max(0, queued))),
            .gauge("assay_submissions_running", "Submissions that are being graded.", Double(running)),
            .gauge("assay_slots_limit", "Most slots that can be open.", Double(size)),
            .gauge("assay_slots_open", "Slots that are open.", Double(slots.open)),
            .gauge("assay_slots_busy", "Slots that are not free.", Double(slots.busy)),
            .counter(
                "assay_slots_retired_total",
                "Slots that could not be torn down and were taken out of service.",
                slots.retired
            ),
            .counter("assay_slots_lost_total", "Slots whose process ended in the middle of a run.", slots.lost),
            .counter("assay_runs_total", "Runs in jails, compilations among them.", slots.runs),
            .counter(
                "assay_jail_setup_failures_total",
                "Runs that were not made since no jail could be built.",
                slots.failedRuns
            ),
            .counter(
                "assay_build_cache_hits_total",
                "Builds and checks that were there already, or under way for another submission.",
                cache.hits
            ),
            .counter("assay_build_cache_misses_total", "Builds and checks that were made.", cache.misses),
            .counter(
                "assay_build_cache_evictions_total",
                "Builds that were dropped from the cache for want of room.",
                cache.evictions
            ),
            .gauge("assay_build_cache_entries", "Builds in the cache, failed ones too.", Double(cache.entries)),
            .gauge("assay_build_cache_programs", "Compiled programs in the cache.", Double(cache.artefacts)),
            .gauge("assay_build_cache_bytes", "What the cache of builds takes, in bytes.", Double(cache.bytes)),
        ]
    }
}

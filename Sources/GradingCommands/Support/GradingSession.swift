import GradingEngine
import GradingModel
import Images
import Toolchains

/// Gives `body` a grader, and ends it in every case.
func withGrader<Outcome: Sendable>(
    _ settings: Settings,
    _ process: PreparedProcess,
    languages: [Language],
    _ body: (any SubmissionGrader) async throws -> Outcome
) async throws -> Outcome {
    let grader = try await makeGrader(settings, process, languages: languages, logger: makeLogger(settings))
    do {
        let outcome = try await body(grader)
        await grader.stop()
        return outcome
    } catch {
        await grader.stop()
        throw error
    }
}

/// The languages whose images are built.
func builtLanguages(_ settings: Settings) -> [Language] {
    let store = ImageStore(root: settings.imagesPath)
    return LanguageRuntime.toolchains.filter { (try? store.current($0.image)) != nil }.map(\.language)
}

/// Runs `body` on each element, so many at a time, and hands on what came out in the elements' order.
///
/// - Parameters:
///   - width: How many run at a time; as many again may wait for one before them.
///   - next: The next element; `nil` at the end.
///   - body: What is to be done with each.
///   - onOutcome: Gets the outcomes.
/// - Throws: What the closures throw.
func forEachConcurrently<Element: Sendable, Outcome: Sendable>(
    width: Int,
    next: () throws -> Element?,
    _ body: @escaping @Sendable (Element) async throws -> Outcome,
    onOutcome: (Outcome) throws -> Void
) async throws {
    try await withThrowingTaskGroup(of: (Int, Outcome).self) { group in
        var waiting: [Int: Outcome] = [:]
        var (started, finished, handedOn) = (0, 0, 0)
        var isAtEnd = false
        while true {
            while !isAtEnd, started - finished < width, started - handedOn < 2 * width {
                guard let element = try next() else {
                    isAtEnd = true
                    break
                }
                let index = started
                started += 1
                group.addTask { (index, try await body(element)) }
            }
            guard let (index, outcome) = try await group.next() else { break }
            finished += 1
            waiting[index] = outcome
            while let outcome = waiting.removeValue(forKey: handedOn) {
                handedOn += 1
                try onOutcome(outcome)
            }
        }
    }
}

public import GradingModel

/// One problem in several languages.
public struct ProblemGroup: Sendable, Hashable {
    /// What its members have in common.
    public var key: String
    /// The one that the others are measured by.
    public var original: AuditProblem
    public var translations: [AuditProblem]

    public init(key: String, original: AuditProblem, translations: [AuditProblem]) {
        self.key = key
        self.original = original
        self.translations = translations
    }

    public var problems: [AuditProblem] { [original] + translations }
}

/// Finds the problems that are translations of one another.
public struct ProblemMatcher: Sendable, Hashable {
    /// What came of it.
    public struct Matches: Sendable, Hashable {
        public var groups: [ProblemGroup]
        /// Problems without counterpart, and ids that several problems of one language have.
        public var findings: [Finding]
        /// The field that was matched by.
        public var field: String?
    }

    /// The fields that are looked at, in this order where several match as many problems.
    public static let fields = ["problem_id", "task_id", "in_source_id", "id", "name", "question_id"]

    /// The field to match by; `nil`: the one by which most problems have a counterpart.
    public var field: String?
    /// The language that the others are measured by, where it is there; else the first that was read.
    public var original: Language

    public init(field: String? = nil, original: Language = .python) {
        self.field = field
        self.original = original
    }

    public func match(_ problems: [AuditProblem]) -> Matches {
        guard let field = field ?? bestField(problems) else {
            return Matches(groups: [], findings: problems.map { unmatched($0, "no other problem") }, field: nil)
        }
        var order: [String] = []
        var members: [String: [AuditProblem]] = [:]
        var findings: [Finding] = []
        for problem in problems {
            guard let key = problem.keys[field].map(Self.withoutLanguage) else {
                findings.append(unmatched(problem, "it has no field \(field), and"))
                continue
            }
            if members[key] == nil { order.append(key) }
            members[key, default: []].append(problem)
        }
        var groups: [ProblemGroup] = []
        for key in order {
            let all = members[key] ?? []
            let languages = Dictionary(grouping: all, by: \.language)
            if let (language, doubles) = languages.first(where: { $0.value.count > 1 }) {
                findings += doubles.dropFirst().map { problem in
                    problem.finding(
                        .ambiguousMatch,
                        "\(doubles.count) problems in \(language.rawValue) have the \(field) \(key)",
                        "give each problem an id of its own, or match by another field with --match"
                    )
                }
                continue
            }
            guard all.count > 1, let original = all.first(where: { $0.language == self.original }) ?? all.first else {
                findings += all.map { unmatched($0, "no other problem has the \(field) \(key), and") }
                continue
            }
            groups.append(
                ProblemGroup(
                    key: key,
                    original: original,
                    translations: all.filter { $0.language != original.language }
                )
            )
        }
        return Matches(groups: groups, findings: findings, field: field)
    }

    private func unmatched(_ problem: AuditProblem, _ why: String) -> Finding {
        problem.finding(
            .unmatched,
            "\(why) there is nothing to compare it with",
            "name the files of all languages, or the field that they have in common with --match"
        )
    }

    private func bestField(_ problems: [AuditProblem]) -> String? {
        var best: (field: String, matched: Int)?
        for field in Self.fields {
            var languages: [String: Set<Language>] = [:]
            for problem in problems {
                guard let key = problem.keys[field].map(Self.withoutLanguage) else { continue }
                languages[key, default: []].insert(problem.language)
            }
            let matched = languages.values.count { $0.count > 1 }
            if matched > best?.matched ?? 0 { best = (field, matched) }
        }
        return best?.field
    }

    /// An id without the name of a language in it: `Python/0` and `JavaScript/0` are both `0`.
    static func withoutLanguage(_ id: String) -> String {
        let id = id.replacing("C++", with: "cpp").replacing("c++", with: "cpp")
        var parts: [String] = []
        for part in id.split(omittingEmptySubsequences: false, whereSeparator: { "/_-:. ".contains($0) }) {
            if Language(name: String(part)) == nil { parts.append(String(part)) }
        }
        let kept = parts.joined(separator: "/")
        return kept.isEmpty ? id : kept
    }
}

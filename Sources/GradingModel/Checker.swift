/// A program of the problem's author that decides whether an output is right.
///
/// It runs in a jail of its own, after the submission's program has ended well.
public struct Checker: Sendable, Hashable {
    /// How a checker is called, and how it says what it decided.
    public enum Form: String, Sendable, Hashable, CaseIterable {
        /// `checker input output answer`: exit status 0 accepts, 1 and 2 (and 4, 7, 8) reject, 3 says that the problem
        /// is at fault; the message is on stderr, as testlib has it.
        case testlib
        /// `checker.py input correct_output solution_output`, as in open-r1/codeforces: prints `1` or `100` within 10 s
        /// to accept.
        case openR1 = "open_r1"
    }

    public var program: JuryProgram
    public var form: Form

    public init(_ program: JuryProgram, form: Form = .testlib) {
        self.program = program
        self.form = form
    }
}

/// A program of the problem's author that talks with the submission's program: what it writes on stdout, the program
/// reads on stdin, and the other way round.
///
/// It is called as testlib's are, `interactor input output answer`, where `output` is a file that it may write for a
/// checker to look at; its exit status says what it decided, as a checker's of the form `testlib`.
public struct Interactor: Sendable, Hashable {
    public var program: JuryProgram

    public init(_ program: JuryProgram) { self.program = program }
}

/// Source of a problem's author: of a checker, or of an interactor.
public struct JuryProgram: Sendable, Hashable {
    /// The languages that such programs are written in.
    public enum Language: String, Sendable, Hashable, CaseIterable {
        case cpp, python

        /// As what a submission in the same language is compiled and run.
        public var language: GradingModel.Language {
            switch self {
            case .cpp: .cpp
            case .python: .python
            }
        }
    }

    public var language: Language
    public var code: ByteString

    public init(language: Language, code: ByteString) {
        self.language = language
        self.code = code
    }
}

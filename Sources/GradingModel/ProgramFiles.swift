/// Where the program of a `stdin_stdout` test finds its input and leaves its output: `input_mode` of the API.
public struct ProgramFiles: Sendable, Hashable {
    /// Name of the file in the work folder that holds the input; `nil`: it comes on stdin.
    public var input: String?
    /// Name of the file in the work folder that the program writes; `nil`: the output is what comes on stdout.
    public var output: String?

    public init(input: String? = nil, output: String? = nil) {
        self.input = input
        self.output = output
    }

    /// Input mode `stdio`.
    public static let standardStreams = ProgramFiles()
    /// Input mode `file` where no names are given: `input.txt` and `output.txt`.
    public static let inputAndOutputText = ProgramFiles(input: "input.txt", output: "output.txt")
}

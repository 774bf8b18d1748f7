import Foundation

/// What a command prints, in the order in which it comes, whatever standard output is.
enum StandardOutput {
    static func write(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }
}

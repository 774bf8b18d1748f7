import ArgumentParser
import DatasetFiles
import Foundation
import Regrading

/// `assay report`: a page about graded rows.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write a page about graded rows: verdicts, times, memory, changed scores.",
        discussion: """
            Reads what assay regrade wrote. The page is one HTML file that needs nothing else; each bar leads to its rows.

            Examples:
              assay report graded.parquet
              assay report a.jsonl b.jsonl.gz --output both.html
            """
    )

    @Argument(help: ArgumentHelp("Files with graded rows; - reads standard input.", valueName: "results"))
    var results: [String]

    @Option(name: .shortAndLong, help: "The page (default: the first file's name with .html); - is standard output.")
    var output: String?

    func run() throws {
        var data = ReportData()
        do {
            for path in results { try data.add(try OpenFile(path: path)) }
        } catch let error as DatasetFileError {
            throw UsageError(error.description)
        }
        let page = Data(ReportPage.html(data).utf8)
        let path = output ?? (results[0] == "-" ? "report.html" : results[0] + ".html")
        if path == "-" {
            FileHandle.standardOutput.write(page)
            return
        }
        do {
            try page.write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw UsageError("\(path): cannot be written: \(error.localizedDescription)")
        }
        printError("\(path): \(page.count >> 10) KiB")
    }
}

import Foundation

/// The programs of `Tests/Corpus`, hostile and legitimate, with the verdicts that are right.
public struct Corpus: Sendable {
    /// In the order of their names.
    public private(set) var cases: [CorpusCase] = []
    /// What is wrong with the files themselves: file, key and reason, one line each.
    ///
    /// Such files are not among `cases`.
    public private(set) var faults: [String] = []

    /// Reads all `CLASS/NAME.yaml` below a folder, or those whose `CLASS/NAME` contains `filter`.
    ///
    /// On a host that is `slowness` times slower than most, the programs get so much more time, and work so much longer.
    ///
    /// - Throws: where the folder cannot be listed. A file with a fault is no error but one of `faults`.
    public init(folder: String, filter: String? = nil, slowness: Int = 1) throws {
        for kind in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
            var isFolder: ObjCBool = false
            let path = "\(folder)/\(kind)"
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
                if kind.hasSuffix(".yaml") { faults.append("\(kind): is not CLASS/NAME.yaml") }
                continue
            }
            for file in try FileManager.default.contentsOfDirectory(atPath: path).sorted() {
                let name = "\(kind)/\(file)"
                guard file.hasSuffix(".yaml") else {
                    faults.append("\(name): is not CLASS/NAME.yaml")
                    continue
                }
                if let filter, !name.dropLast(5).contains(filter) { continue }
                do {
                    let text = try String(contentsOfFile: "\(path)/\(file)", encoding: .utf8)
                    cases.append(try CorpusReader(name: String(name.dropLast(5)), slowness: slowness).read(text))
                } catch let fault as CorpusFault {
                    faults.append("\(name): \(fault.key): \(fault.reason)")
                } catch {
                    faults.append("\(name): \(error)")
                }
            }
        }
    }
}

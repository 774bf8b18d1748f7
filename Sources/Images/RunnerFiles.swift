import Crypto
import Glibc

/// The files of one language's runner, as they go into its image at `/usr/lib/assay`.
///
/// Not part of it: hidden files, `README*`, `libraries.yaml`, folders named `tests`, and Python's `__pycache__` and
/// `*.pyc`, which depend on who ran what from the folder last.
struct RunnerFiles: Sendable {
    struct File: Sendable {
        var path: EntryPath
        var isExecutable: Bool
        var contents: [UInt8]
    }

    /// Where the files stand in an image.
    static let location: EntryPath = "usr/lib/assay"
    /// Run in the image after the files are there, and then removed.
    static let installScript: EntryPath = "install.sh"

    /// Each folder before its files.
    var folders: [EntryPath] = []
    var files: [File] = []
    /// What is compiled for the image and put beside the files.
    var libraries: [RunnerLibrary] = []
    /// The folder with the sources of `libraries`.
    let sourceFolder: String
    /// All that stands in `sourceFolder`, for the digest; empty without libraries.
    private var sources: [File] = []

    /// No runner.
    init() {
        sourceFolder = ""
    }

    /// Reads the folder `name` of the folder of all runners.
    init(_ name: String, in runners: String) throws(ImageError) {
        let folder = "\(runners)/\(name)"
        sourceFolder = "\(runners)/\(RunnerLibrary.sourceFolder)"
        guard SmallFile.exists(folder) else {
            throw ImageError(.notFound, "no runner at \(folder)")
        }
        (folders, files) = try Self.read(folder)
        let list = "\(folder)/\(RunnerLibrary.listName)"
        guard SmallFile.exists(list) else { return }
        libraries = try RunnerLibrary.list(String(decoding: SmallFile.read(list), as: UTF8.self), file: list)
        guard SmallFile.exists(sourceFolder) else {
            throw ImageError(.notFound, "\(list) needs the sources of \(sourceFolder), which is not there")
        }
        sources = try Self.read(sourceFolder).files
        for source in Set(libraries.flatMap(\.sources)).sorted()
        where !sources.contains(where: { $0.path == EntryPath(source) }) {
            throw ImageError(.invalidRecipe, "\(list): there is no \(source) in \(sourceFolder)")
        }
    }

    private static func read(_ folder: String) throws(ImageError) -> (folders: [EntryPath], files: [File]) {
        var folders: [EntryPath] = []
        var files: [File] = []
        try Tree(root: folder).walk { visit throws(ImageError) in
            guard RunnerFiles.isIncluded(visit) else { return .past }
            switch visit.status.kind {
            case .folder: folders.append(visit.path)
            case .file:
                var contents: [UInt8] = []
                let file = try Descriptor(opening: visit.name, in: visit.folder, O_RDONLY, shownAs: visit.path)
                try file.readAll(shownAs: visit.path.display) { contents.append(contentsOf: $0) }
                files.append(
                    File(path: visit.path, isExecutable: visit.status.mode & 0o100 != 0, contents: contents)
                )
            case .link, .other:
                throw ImageError(
                    .invalidRecipe,
                    "\(folder)\(visit.path.display) is \(visit.status.kind.name); a runner has only files"
                )
            }
            return .into
        }
        return (folders, files)
    }

    var hasInstallScript: Bool { files.contains { $0.path == RunnerFiles.installScript } }

    private static func isIncluded(_ visit: TreeVisit) -> Bool {
        let name = String(decoding: visit.name, as: UTF8.self)
        if name.hasPrefix(".") || name.hasPrefix("README") || name.hasSuffix(".pyc") || name == "__pycache__" {
            return false
        }
        if visit.path == EntryPath(RunnerLibrary.listName) { return false }
        return !(visit.status.kind == .folder && name == "tests")
    }

    /// Digest of a recipe together with these files and the libraries' sources.
    func digest(with recipe: Recipe) -> String {
        var hash = SHA256()
        hash.add(part: Array(recipe.digest.utf8))
        for folder in folders { hash.add(part: folder.bytes) }
        for file in files {
            hash.add(part: file.path.bytes)
            hash.add(part: [file.isExecutable ? 1 : 0])
            hash.add(part: file.contents)
        }
        for library in libraries {
            for argument in library.compilerArguments(sourceFolder: "", output: library.name) {
                hash.add(part: Array(argument.utf8))
            }
        }
        for source in sources {
            hash.add(part: source.path.bytes)
            hash.add(part: source.contents)
        }
        return "sha256:" + Escaping.hex(hash.finalize())
    }
}

import Yams

/// A shared library that a runner needs beside its files: C of `Runners/fork`, compiled on this machine for the image.
///
/// Images have no compiler, and what is compiled against this machine's C library works with a newer one too.
struct RunnerLibrary: Sendable, Hashable {
    /// Named below a runner; which libraries it needs, and their sources.
    static let listName = "libraries.yaml"
    /// Folder beside the runners that has the sources.
    static let sourceFolder = "fork"

    /// Name of the file in `/usr/lib/assay`.
    var name: String
    /// Names of the C files, in the order in which the compiler gets them.
    var sources: [String]

    /// Reads a list: the names of libraries, each with its sources.
    ///
    /// - Throws: ``ImageError/Code/invalidRecipe`` with file and line.
    static func list(_ text: String, file: String) throws(ImageError) -> [RunnerLibrary] {
        let expectation = "must map each library's name to a list of C files of \(sourceFolder)"
        let node: Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch {
            throw ImageError(.invalidRecipe, "\(file): \(error)")
        }
        guard let mapping = node?.mapping else {
            throw ImageError(.invalidRecipe, "\(file):\(node?.mark?.line ?? 1): \(expectation)")
        }
        var libraries: [RunnerLibrary] = []
        for (key, value) in mapping {
            let sources = value.sequence?.map { $0.scalar?.string ?? "" } ?? []
            guard let name = key.scalar?.string, isFileName(name), !sources.isEmpty,
                sources.allSatisfy({ isFileName($0) && $0.hasSuffix(".c") })
            else { throw ImageError(.invalidRecipe, "\(file):\(key.mark?.line ?? 1): \(expectation)") }
            libraries.append(RunnerLibrary(name: name, sources: sources))
        }
        return libraries
    }

    private static func isFileName(_ text: String) -> Bool {
        text.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9_.\-]*/) != nil
    }

    /// The compiler's arguments.
    ///
    /// What a source exports it marks as such: in a process of others' programs, each further name could take the place
    /// of one of theirs.
    func compilerArguments(sourceFolder: String, output: String) -> [String] {
        [
            "-shared", "-fPIC", "-O2", "-std=gnu11", "-Wall", "-Wextra", "-fvisibility=hidden",
            "-fstack-protector-strong", "-Wl,-z,relro,-z,now,-z,noexecstack", "-s", "-o", output,
        ] + sources.map { "\(sourceFolder)/\($0)" }
    }
}

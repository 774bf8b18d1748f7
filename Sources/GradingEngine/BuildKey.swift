import Crypto
import GradingModel
import Toolchains

/// What decides how a build ends, as a digest: two builds with the same key make the same.
///
/// All of it is ours: the commands with their files, as the toolchain wrote them, the image's contents, and the limits.
struct BuildKey: Sendable, Hashable {
    private let digest: SHA256.Digest

    init(_ attempts: [BuildAttempt], imageDigest: String, limits: Limits, artefactCap: Int) {
        var writer = Writer()
        writer.add(imageDigest)
        writer.add(artefactCap)
        writer.add(limits.compileMemoryMB)
        writer.add(Int(bitPattern: UInt(truncatingIfNeeded: limits.compileTime.bitPattern)))
        writer.add(attempts.count)
        for attempt in attempts {
            writer.add(attempt.form)
            writer.add([attempt.artefact].compactMap(\.self))
            writer.add(attempt.command)
        }
        digest = writer.hash.finalize()
    }

    /// Feeds the hash; every text and list goes with its length, so that no two inputs run into each other.
    private struct Writer {
        var hash = SHA256()

        mutating func add(_ number: Int) {
            withUnsafeBytes(of: number.littleEndian) { hash.update(bufferPointer: $0) }
        }

        mutating func add(_ text: String) { add(ByteString(text)) }

        mutating func add(_ text: ByteString) {
            add(text.count)
            text.bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
        }

        mutating func add(_ texts: [String]) {
            add(texts.count)
            for text in texts { add(text) }
        }

        mutating func add(_ environment: [String: String]) {
            add(environment.count)
            for (name, value) in environment.sorted(by: { $0.key < $1.key }) {
                add(name)
                add(value)
            }
        }

        mutating func add(_ command: JailCommand) {
            switch command.executable {
            case .path(let path): add([path])
            case .artefact: add([])
            }
            add(command.arguments)
            add(command.environment)
            add(command.files.count)
            for file in command.files {
                add(file.path)
                add(file.contents)
                add(file.isExecutable ? 1 : 0)
            }
            add(command.channel == nil ? 0 : 1)
            if let channel = command.channel { add(channel) }
            add(command.examiner == nil ? 0 : 1)
            if let examiner = command.examiner {
                add(examiner.executable)
                add(examiner.arguments)
                add(examiner.environment)
            }
        }
    }
}

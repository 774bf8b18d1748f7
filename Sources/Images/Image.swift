import Glibc

/// One version of an image, ready to be a jail's root file system.
///
/// As long as a reference to it lives, in any process, no build removes its tree.
public final class Image: Sendable {
    public let record: ImageRecord
    /// Absolute path of the tree.
    public let rootfs: String

    /// Absolute path of the folder that holds the tree, its manifest and its record.
    let versionFolder: String
    private let hold: FileLock

    init(record: ImageRecord, versionFolder: String, hold: FileLock) {
        self.record = record
        self.versionFolder = versionFolder
        self.rootfs = versionFolder + "/rootfs"
        self.hold = hold
    }

    public var name: String { record.name }
    /// The folder of this version below the store, as the jailer is told it: `python/3f2a…`.
    public var folder: String { versionFolder.split(separator: "/").suffix(2).joined(separator: "/") }
    /// `sha256:` and 64 digits, as in every result.
    public var digest: String { record.digest }
    /// The toolchain's name and version, as `CPython 3.13.5`.
    public var toolchain: String { record.toolchain }

    /// Whether the tree is still where it was.
    public var isPresent: Bool { access(rootfs, R_OK | X_OK) == 0 }

    var manifestPath: String { Image.manifestPath(in: versionFolder) }
    var statusPath: String { Image.statusPath(in: versionFolder) }

    static func manifestPath(in versionFolder: String) -> String { versionFolder + "/manifest" }
    static func statusPath(in versionFolder: String) -> String { versionFolder + "/status" }
    static func recordPath(in versionFolder: String) -> String { versionFolder + "/image.json" }
}

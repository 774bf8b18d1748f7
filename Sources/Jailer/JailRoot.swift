import CJail
import Glibc
import JailProtocol
import LinuxSystem

/// The file system that a program sees: the image read-only, and folders in memory of its own.
enum JailRoot {
    /// Ids inside the jail.
    ///
    /// The program is neither the jail's root nor the owner of the files it is handed.
    static let programID: uid_t = 1000
    static let examinerID: uid_t = 1001
    static let initID: uid_t = 0

    /// Builds what all jails of an image have in common and makes it the root; the old root is gone afterwards.
    ///
    /// Must run in new mount, pid, user and network namespaces, as the jail's root. See mount(2), mount_setattr(2),
    /// pivot_root(2).
    static func enter(image name: String, store: String) throws(JailFailure) {
        // Nothing that is mounted from here on reaches the host, and nothing of the host arrives.
        try step("mount private", cjail_mount_private())
        // Opened here and not by the jailer: a mount can be copied only within its own mount namespace.
        let image = try openImage(name, in: store)
        // The image's own copy of the mount, locked read-only, laid over itself.
        let tree = try step("open_tree image", cjail_clone_mount(image, ""))
        try step(
            "mount_setattr image",
            cjail_mount_attributes(tree, cjail_mount_rdonly | cjail_mount_nosuid | cjail_mount_nodev)
        )
        try step("move_mount image", cjail_move_mount(tree, image, ""))
        guard fchdir(tree) == 0 else { throw JailFailure(stage: "chdir image", errno: errno) }
        close(tree)
        close(image)

        try mountDevices()
        // While the host's /proc is still visible: the kernel gives a new one only then. The jails' own go over this one.
        try mount("proc", on: "proc", flags: cjail_ms_nosuid | cjail_ms_nodev | cjail_ms_noexec, options: procOptions)
        try step(
            "remount /dev read-only",
            cjail_mount(
                "none",
                "dev",
                "tmpfs",
                cjail_ms_remount | cjail_ms_bind | cjail_ms_rdonly | cjail_ms_nosuid,
                nil
            )
        )
        try step("pivot_root", cjail_pivot_root(".", "."))
        try step("unmount old root", cjail_unmount_detach("."))
        guard chdir("/") == 0 else { throw JailFailure(stage: "chdir /", errno: errno) }
    }

    private static let procOptions = "subset=pid,hidepid=2"

    /// Mounts what is one run's own: /work, /tmp and /dev/shm in memory, and /proc.
    ///
    /// Must run in the mount and pid namespaces of that run, below `enter`'s root.
    static func mountRun(memoryBytes: UInt64, inodes: UInt32) throws(JailFailure) {
        // Beyond what the control group allows, however much more it has for what is not the run's: what is too much is
        // a lack of memory, and never a full disk.
        let size = "size=\(memoryBytes * 2 + (64 << 20)),nr_inodes=\(inodes)"
        let owner = "uid=\(programID),gid=\(programID)"
        let flags = cjail_ms_nosuid | cjail_ms_nodev
        try mount("tmpfs", on: "/work", flags: flags, options: "\(size),\(owner),mode=0755")
        try mount("tmpfs", on: "/tmp", flags: flags, options: "\(size),mode=1777")
        try mount("tmpfs", on: "/dev/shm", flags: flags | cjail_ms_noexec, options: "\(size),mode=1777")
        try mount("proc", on: "/proc", flags: flags | cjail_ms_noexec | cjail_ms_rdonly, options: procOptions)
    }

    /// Opens an image's root folder below the store, following no link, and checks that it is the host root's alone.
    private static func openImage(_ name: String, in store: String) throws(JailFailure) -> Int32 {
        let folder = open(store, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw JailFailure(stage: "open image store", errno: errno, detail: store) }
        defer { close(folder) }
        let image = cjail_open_beneath(folder, name + "/rootfs", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
        guard image >= 0 else { throw JailFailure(stage: "open image", errno: -image, detail: name) }
        var status = stat()
        // The host's root has no id in here: its files are the overflow user's.
        guard fstat(image, &status) == 0, status.st_uid == overflowID, status.st_mode & 0o022 == 0 else {
            throw JailFailure(stage: "open image", errno: EPERM, detail: "\(name) is not root's alone")
        }
        return image
    }

    /// What ids without a mapping read as.
    ///
    /// See user_namespaces(7).
    private static let overflowID: uid_t = 65534

    /// A /dev with null, zero, full, random and urandom, and the links that shells and languages expect.
    private static func mountDevices() throws(JailFailure) {
        try mount(
            "tmpfs",
            on: "dev",
            flags: cjail_ms_nosuid | cjail_ms_noexec,
            options: "size=64k,nr_inodes=32,mode=0755"
        )
        for name in ["null", "zero", "full", "random", "urandom"] {
            let device = try step("open_tree /dev/\(name)", cjail_clone_mount(AT_FDCWD, "/dev/\(name)"))
            let file = open("dev/\(name)", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o444)
            guard file >= 0 else { throw JailFailure(stage: "create /dev/\(name)", errno: errno) }
            close(file)
            try step(
                "mount_setattr /dev/\(name)",
                cjail_mount_attributes(device, cjail_mount_nosuid | cjail_mount_noexec)
            )
            try step("move_mount /dev/\(name)", cjail_move_mount(device, AT_FDCWD, "dev/\(name)"))
            close(device)
        }
        let links = [("fd", "/proc/self/fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")]
        for (name, target) in links where symlink(target, "dev/\(name)") != 0 {
            throw JailFailure(stage: "symlink /dev/\(name)", errno: errno)
        }
        guard mkdir("dev/shm", 0o1777) == 0 else { throw JailFailure(stage: "mkdir /dev/shm", errno: errno) }
    }

    private static func mount(
        _ type: String,
        on target: String,
        flags: UInt,
        options: String
    ) throws(JailFailure) {
        try step("mount \(target)", cjail_mount(type, target, type, flags, options))
    }

    /// Copies a passed file into the work folder, owned by the jail's root.
    static func place(_ file: JailSpec.File, from descriptor: Int32) throws(JailFailure) {
        let path = "/work/" + file.path
        var end = path.index(path.startIndex, offsetBy: 6)
        while let slash = path[end...].firstIndex(of: "/") {
            guard mkdir(String(path[..<slash]), 0o755) == 0 || errno == EEXIST else {
                throw JailFailure(stage: "mkdir in /work", errno: errno, detail: file.path)
            }
            end = path.index(after: slash)
        }
        let target = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard target >= 0 else { throw JailFailure(stage: "create in /work", errno: errno, detail: file.path) }
        defer { close(target) }
        _ = try copy(from: descriptor, to: target, limit: .max, stage: "write in /work")
        guard fchmod(target, file.isExecutable ? 0o555 : 0o444) == 0 else {
            throw JailFailure(stage: "chmod in /work", errno: errno, detail: file.path)
        }
    }

    /// Copies a regular file of the work folder out; links are not followed.
    static func collect(_ artefact: JailSpec.Artefact, to descriptor: Int32) -> JailReport.ArtefactOutcome {
        let folder = open("/work", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return .missing(errno: errno) }
        defer { close(folder) }
        // O_NONBLOCK: a planted fifo must not hold us.
        let file = cjail_open_beneath(folder, artefact.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0)
        guard file >= 0 else { return .missing(errno: -file) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return .missing(errno: EINVAL) }
        guard UInt64(status.st_size) <= artefact.capBytes else { return .missing(errno: EFBIG) }
        do {
            let bytes = try copy(from: file, to: descriptor, limit: artefact.capBytes, stage: "copy artefact")
            return .copied(bytes: bytes)
        } catch {
            return .missing(errno: error.errno)
        }
    }

    /// Copies from offset 0, whatever the source's own offset is.
    private static func copy(
        from source: Int32,
        to target: Int32,
        limit: UInt64,
        stage: String
    ) throws(JailFailure) -> UInt64 {
        var offset: off_t = 0
        while UInt64(offset) < limit {
            // In the kernel: a buffer's pages would be this process's own, each by a fault.
            let count = sendfile(target, source, &offset, Int(clamping: min(limit - UInt64(offset), 1 << 30)))
            if count == 0 { break }
            guard count > 0 || errno == EINTR else { throw JailFailure(stage: stage, errno: errno) }
        }
        return UInt64(offset)
    }
}

/// Turns a `cjail_` result into a failure of the named stage.
@discardableResult
func step(_ stage: String, _ result: Int32) throws(JailFailure) -> Int32 {
    guard result >= 0 else { throw JailFailure(stage: stage, errno: -result) }
    return result
}

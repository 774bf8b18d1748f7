import Glibc

/// The names that `SeccompFilter`s are built from.
///
/// Each name in `allowed` is something that an ordinary program or its runtime does. Those that call for a word:
/// - `io_uring_*` is in no list: a second table of calls that a filter cannot see.
/// - `memfd_create`, `shmget`, `mq_open`: their memory is charged to the jail, and their names die with its namespaces.
/// - `ioctl`: there is no terminal and no device but null, zero, full, random and urandom.
/// - `prctl`, `capset`: a process without capabilities under `no_new_privs` gains nothing by them.
enum SystemCalls {
    /// CLONE_NEW*, as clone(2) takes them.
    static let namespaceFlags: UInt32 = 0x7e02_0000

    static let allowed =
        files + descriptors + memory + processes + signals + timeAndScheduling + interProcess + sockets + events

    private static let files = [
        "access", "chdir", "chmod", "chown", "close", "close_range", "copy_file_range", "creat", "dup", "dup2", "dup3",
        "faccessat", "faccessat2", "fadvise64", "fallocate", "fchdir", "fchmod", "fchmodat", "fchown", "fchownat",
        "fdatasync", "fgetxattr", "flistxattr", "flock", "fremovexattr", "fsetxattr", "fstat", "fstatfs", "fsync",
        "ftruncate", "futimesat", "getcwd", "getdents", "getdents64", "getxattr", "lchown", "lgetxattr", "link",
        "linkat",
        "listxattr", "llistxattr", "lremovexattr", "lseek", "lsetxattr", "lstat", "mkdir", "mkdirat", "mknod",
        "mknodat",
        "newfstatat", "open", "openat", "openat2", "readlink", "readlinkat", "removexattr", "rename", "renameat",
        "renameat2", "rmdir", "setxattr", "stat", "statfs", "statx", "symlink", "symlinkat", "sync", "sync_file_range",
        "syncfs", "truncate", "umask", "unlink", "unlinkat", "utime", "utimensat", "utimes",
    ]

    private static let descriptors = [
        "fcntl", "ioctl", "pipe", "pipe2", "pread64", "preadv", "preadv2", "pwrite64", "pwritev", "pwritev2", "read",
        "readahead", "readv", "sendfile", "splice", "tee", "vmsplice", "write", "writev", "memfd_create",
    ]

    private static let memory = [
        "brk", "madvise", "membarrier", "mincore", "mlock", "mlock2", "mlockall", "mmap", "mprotect", "mremap", "msync",
        "munlock", "munlockall", "munmap", "pkey_alloc", "pkey_free", "pkey_mprotect", "process_madvise",
        "remap_file_pages",
    ]

    private static let processes = [
        "arch_prctl", "capget", "capset", "execve", "execveat", "exit", "exit_group", "fork", "get_robust_list",
        "get_thread_area", "getegid", "geteuid", "getgid", "getgroups", "getpgid", "getpgrp", "getpid", "getppid",
        "getpriority", "getresgid", "getresuid", "getrlimit", "getrusage", "getsid", "gettid", "getuid", "pidfd_open",
        "pidfd_send_signal", "prctl", "prlimit64", "rseq", "set_robust_list", "set_thread_area", "set_tid_address",
        "setfsgid", "setfsuid", "setgid", "setgroups", "setpgid", "setpriority", "setregid", "setresgid", "setresuid",
        "setreuid", "setrlimit", "setsid", "setuid", "sysinfo", "times", "uname", "vfork", "wait4", "waitid", "getcpu",
        "getrandom", "ioprio_get", "ioprio_set", "restart_syscall", "seccomp",
    ]

    private static let signals = [
        "alarm", "kill", "pause", "rt_sigaction", "rt_sigpending", "rt_sigprocmask", "rt_sigqueueinfo", "rt_sigreturn",
        "rt_sigsuspend", "rt_sigtimedwait", "rt_tgsigqueueinfo", "sigaltstack", "tgkill", "tkill",
    ]

    private static let timeAndScheduling = [
        "clock_getres", "clock_gettime", "clock_nanosleep", "futex", "futex_waitv", "getitimer", "gettimeofday",
        "nanosleep", "sched_get_priority_max", "sched_get_priority_min", "sched_getaffinity", "sched_getattr",
        "sched_getparam", "sched_getscheduler", "sched_rr_get_interval", "sched_setaffinity", "sched_setattr",
        "sched_setparam", "sched_setscheduler", "sched_yield", "setitimer", "time", "timer_create", "timer_delete",
        "timer_getoverrun", "timer_gettime", "timer_settime", "timerfd_create", "timerfd_gettime", "timerfd_settime",
    ]

    private static let interProcess = [
        "mq_getsetattr", "mq_notify", "mq_open", "mq_timedreceive", "mq_timedsend", "mq_unlink", "msgctl", "msgget",
        "msgrcv", "msgsnd", "semctl", "semget", "semop", "semtimedop", "shmat", "shmctl", "shmdt", "shmget",
    ]

    private static let sockets = [
        "accept", "accept4", "bind", "connect", "getpeername", "getsockname", "getsockopt", "listen", "recvfrom",
        "recvmmsg", "recvmsg", "sendmmsg", "sendmsg", "sendto", "setsockopt", "shutdown",
    ]

    private static let events = [
        "epoll_create", "epoll_create1", "epoll_ctl", "epoll_ctl_old", "epoll_pwait", "epoll_pwait2", "epoll_wait",
        "epoll_wait_old", "eventfd", "eventfd2", "inotify_add_watch", "inotify_init", "inotify_init1",
        "inotify_rm_watch", "poll", "ppoll", "pselect6", "select", "signalfd", "signalfd4",
    ]

    /// What the init does once the program runs: it waits, takes note, fetches the artefact and ends.
    ///
    /// It reads the clock by a call where the host has no clock that can be read without one.
    static let initProcess = [
        "brk", "clock_gettime", "close", "exit", "exit_group", "fstat", "futex", "getpid", "getrandom", "gettid",
        "ioctl",
        "lseek", "madvise", "mmap", "mprotect", "mremap", "munmap", "newfstatat", "open", "openat", "openat2", "poll",
        "ppoll",
        "read", "restart_syscall", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sched_yield", "sendfile",
        "sendmsg", "wait4", "waitid", "write",
    ]

    /// What the jailer does beside what its programs may.
    static let jailer = [
        "clone", "clone3", "mount", "mount_setattr", "move_mount", "open_tree", "personality", "pivot_root",
        "sethostname", "setns", "socket", "socketpair", "umount2", "unshare",
    ]

    /// Address families that an ordinary program may ask for, though it reaches nothing but itself.
    static let internetDomains = [AF_INET, AF_INET6]

    /// Address families that no ordinary program asks for: packets, vsock, the kernel's cryptography, XDP.
    static let suspiciousDomains: [Int32] = [17, 38, 40, 44]

    /// Calls that answer EPERM, which is what programs expect of a privilege that they lack, and are taken note of.
    static let refused = [
        "acct", "add_key", "adjtimex", "bpf", "chroot", "clock_adjtime", "clock_settime", "delete_module",
        "fanotify_init", "fanotify_mark", "finit_module", "fsconfig", "fsmount", "fsopen", "fspick", "init_module",
        "ioperm", "iopl", "kcmp", "kexec_file_load", "kexec_load", "keyctl", "lookup_dcookie", "modify_ldt", "mount",
        "mount_setattr", "move_mount", "name_to_handle_at", "open_by_handle_at", "open_tree", "perf_event_open",
        "pidfd_getfd", "pivot_root", "process_vm_readv", "process_vm_writev", "ptrace", "quotactl", "quotactl_fd",
        "reboot", "request_key", "setdomainname", "sethostname", "setns", "settimeofday", "swapoff", "swapon", "syslog",
        "umount2", "unshare", "userfaultfd", "vhangup",
    ]
}

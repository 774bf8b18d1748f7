#define _GNU_SOURCE
#include "cjail.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <linux/filter.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// linux/mount.h and sys/mount.h collide in glibc 2.36: these come from the kernel's side only.
extern int mount(const char *, const char *, const char *, unsigned long, const void *);
extern int umount2(const char *, int);
#ifndef MNT_DETACH
#define MNT_DETACH 2
#endif

static long result(long value) { return value < 0 ? -errno : value; }

const uint64_t cjail_clone_newuser = CLONE_NEWUSER, cjail_clone_newpid = CLONE_NEWPID, cjail_clone_newns = CLONE_NEWNS,
               cjail_clone_newnet = CLONE_NEWNET, cjail_clone_newipc = CLONE_NEWIPC, cjail_clone_newuts = CLONE_NEWUTS,
               cjail_clone_newcgroup = CLONE_NEWCGROUP, cjail_clone_into_cgroup = CLONE_INTO_CGROUP,
               cjail_clone_parent = CLONE_PARENT;

long cjail_clone(uint64_t flags, int exit_signal, int cgroup_fd, int *pidfd) {
    struct clone_args args;
    memset(&args, 0, sizeof args);
    args.flags = flags | (pidfd ? CLONE_PIDFD : 0);
    args.pidfd = (uint64_t)(uintptr_t)pidfd;
    args.exit_signal = (uint64_t)exit_signal;
    if (flags & CLONE_INTO_CGROUP) args.cgroup = (uint64_t)cgroup_fd;
    return result(syscall(SYS_clone3, &args, sizeof args));
}

int cjail_new_network_namespace(void) { return (int)result(syscall(SYS_unshare, CLONE_NEWNET)); }
int cjail_new_user_namespace(void) { return (int)result(syscall(SYS_unshare, CLONE_NEWUSER)); }
long cjail_fork(void) { return result(syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0)); }


static void clear_signal_mask(void) {
    sigset_t empty;
    sigemptyset(&empty);
    sigprocmask(SIG_SETMASK, &empty, NULL);
}

void cjail_reset_signals(void) {
    // Of real-time signals nobody has changed one.
    for (int number = 1; number < 32; number++) {
        if (number != SIGKILL && number != SIGSTOP) signal(number, SIG_DFL);
    }
    clear_signal_mask();
}

struct start {
    const struct member_identity *identity;
    const struct member_equipment *equipment;
    const char *path;
    int executable;
    char *const *argv, *const *envp;
    struct member_failure *failure;
};

// In memory that is the parent's, which waits.
static int start_member(void *context) {
    const struct start *start = context;
    int kept;
    if (member_enter(start->identity, start->failure) < 0) return 127;
    if (member_equip(start->equipment, start->executable, &kept, start->failure) < 0) return 127;
    clear_signal_mask();
    if (start->path) {
        execve(start->path, start->argv, start->envp);
    } else {
        syscall(SYS_execveat, kept, "", start->argv, start->envp, AT_EMPTY_PATH);
    }
    start->failure->error = errno;
    return 127;
}

pid_t cjail_start_member(const struct member_identity *identity, const struct member_equipment *equipment,
                         const char *path, int executable, char *const *argv, char *const *envp,
                         struct member_failure *failure) {
    static char stack[64 * 1024] __attribute__((aligned(16)));
    struct start start = {identity, equipment, path, executable, argv, envp, failure};
    failure->name = NULL;
    failure->error = 0;
    return (pid_t)result(clone(start_member, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, &start));
}

int cjail_pivot_root(const char *new_root, const char *put_old) { return (int)result(syscall(SYS_pivot_root, new_root, put_old)); }
int cjail_close_range(unsigned first, unsigned last, bool close_on_exec) {
    return (int)result(syscall(SYS_close_range, first, last, close_on_exec ? CLOSE_RANGE_CLOEXEC : 0));
}
int cjail_pidfd_send_signal(int pidfd, int signal) { return (int)result(syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0)); }
int cjail_pidfd_open(pid_t pid) { return (int)result(syscall(SYS_pidfd_open, pid, 0)); }
int cjail_pipe(int ends[2]) { return (int)result(pipe2(ends, O_CLOEXEC)); }
int cjail_memfd(const char *name) { return (int)result(memfd_create(name, MFD_CLOEXEC)); }
int cjail_open_beneath(int dirfd, const char *path, int flags, mode_t mode) {
    struct open_how how;
    memset(&how, 0, sizeof how);
    how.flags = (uint64_t)flags;
    how.mode = (flags & O_CREAT) ? mode : 0;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    return (int)result(syscall(SYS_openat2, dirfd, path, &how, sizeof how));
}
ssize_t cjail_splice(int from, int64_t *from_offset, int to, int64_t *to_offset, size_t length) {
    return (ssize_t)result(splice(from, from_offset, to, to_offset, length, SPLICE_F_NONBLOCK | SPLICE_F_MOVE));
}

int cjail_clone_mount(int dirfd, const char *path) {
    return (int)result(syscall(SYS_open_tree, dirfd, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH));
}
int cjail_mount_attributes(int mountfd, uint64_t attributes) {
    struct mount_attr attr;
    memset(&attr, 0, sizeof attr);
    attr.attr_set = attributes;
    return (int)result(syscall(SYS_mount_setattr, mountfd, "", AT_EMPTY_PATH, &attr, sizeof attr));
}
int cjail_move_mount(int mountfd, int target_dirfd, const char *target_path) {
    unsigned flags = MOVE_MOUNT_F_EMPTY_PATH | (*target_path ? 0 : MOVE_MOUNT_T_EMPTY_PATH);
    return (int)result(syscall(SYS_move_mount, mountfd, "", target_dirfd, target_path, flags));
}
const uint64_t cjail_mount_rdonly = MOUNT_ATTR_RDONLY, cjail_mount_nosuid = MOUNT_ATTR_NOSUID,
               cjail_mount_nodev = MOUNT_ATTR_NODEV, cjail_mount_noexec = MOUNT_ATTR_NOEXEC,
               cjail_mount_nosymfollow = 0x00200000; // MOUNT_ATTR_NOSYMFOLLOW, Linux 5.14

// mount(2)'s flags, from linux/mount.h.
const unsigned long cjail_ms_rdonly = MS_RDONLY, cjail_ms_nosuid = MS_NOSUID, cjail_ms_nodev = MS_NODEV,
                    cjail_ms_noexec = MS_NOEXEC, cjail_ms_remount = MS_REMOUNT, cjail_ms_bind = MS_BIND;
int cjail_mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data) {
    return (int)result(mount(source, target, type, flags, data));
}
int cjail_mount_private(void) { return (int)result(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)); }
int cjail_unmount_detach(const char *target) { return (int)result(umount2(target, MNT_DETACH)); }

int cjail_detached_tmpfs(void) {
    int context = (int)result(syscall(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC));
    if (context < 0) return context;
    static const char *const options[][2] = {{"mode", "0777"}, {"size", "0"}, {"nr_inodes", "0"}};
    int outcome = 0;
    for (int i = 0; i < 3 && outcome >= 0; i++) {
        outcome = (int)result(syscall(SYS_fsconfig, context, FSCONFIG_SET_STRING, options[i][0], options[i][1], 0));
    }
    // A kernel without huge pages does not know it.
    syscall(SYS_fsconfig, context, FSCONFIG_SET_STRING, "huge", "within_size", 0);
    if (outcome >= 0) outcome = (int)result(syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0));
    unsigned attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
    if (outcome >= 0) outcome = (int)result(syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, attributes));
    close(context);
    return outcome;
}

int cjail_drop_bounding_set(void) {
    // EINVAL for a capability that this kernel does not know: the end of the list.
    for (int capability = 0; prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0; capability++) {}
    return errno == EINVAL ? 0 : -errno;
}

int cjail_no_new_privileges(void) { return (int)result(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)); }
int cjail_parent_death_signal(int signal) { return (int)result(prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0)); }
int cjail_set_dumpable(bool dumpable) { return (int)result(prctl(PR_SET_DUMPABLE, dumpable, 0, 0, 0)); }
int cjail_set_name(const char *name) { return (int)result(prctl(PR_SET_NAME, name, 0, 0, 0)); }

int cjail_seccomp_load(const void *instructions, size_t count) {
    struct sock_fprog program = {(unsigned short)count, (struct sock_filter *)instructions};
    return (int)result(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program));
}
int cjail_seccomp_load_notifying(const void *instructions, size_t count) {
    struct sock_fprog program = {(unsigned short)count, (struct sock_filter *)instructions};
    return (int)result(
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program));
}
int cjail_seccomp_next(int listener, uint64_t *id, int *call, uint64_t *argument) {
    struct seccomp_notif notice;
    memset(&notice, 0, sizeof notice);
    int outcome = (int)result(ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &notice));
    *id = notice.id;
    *call = notice.data.nr;
    *argument = notice.data.args[0];
    return outcome;
}
int cjail_seccomp_refuse(int listener, uint64_t id, int error) {
    struct seccomp_notif_resp answer = {.id = id, .val = 0, .error = -error, .flags = 0};
    return (int)result(ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer));
}
int cjail_seccomp_continue(int listener, uint64_t id) {
    struct seccomp_notif_resp answer = {.id = id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
    return (int)result(ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer));
}
int cjail_signal_descriptor(int signal) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0) return -errno;
    return (int)result(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}
int cjail_seccomp_action_available(uint32_t action) {
    return (int)result(syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action));
}

int cjail_loopback_up(void) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    struct ifreq request;
    memset(&request, 0, sizeof request);
    strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    int outcome = (int)result(ioctl(fd, SIOCSIFFLAGS, &request));
    close(fd);
    return outcome;
}
int cjail_set_hostname(const char *name) { return (int)result(sethostname(name, strlen(name))); }
// The raw calls act on this thread only, which is the whole process in a single-threaded one; glibc's wrappers would
// signal other threads.
int cjail_set_groups_empty(void) { return (int)result(syscall(SYS_setgroups, 0, NULL)); }
int cjail_set_ids(uid_t uid, gid_t gid) {
    if (syscall(SYS_setresgid, gid, gid, gid) < 0) return -errno;
    return (int)result(syscall(SYS_setresuid, uid, uid, uid));
}

int cjail_set_soft_limit(int resource, uint64_t value) {
    struct rlimit current;
    if (getrlimit((__rlimit_resource_t)resource, &current) < 0) return -errno;
    struct rlimit wanted = {value, current.rlim_max};
    return (int)result(setrlimit((__rlimit_resource_t)resource, &wanted));
}
uint64_t cjail_hard_limit(int resource) {
    struct rlimit current;
    return getrlimit((__rlimit_resource_t)resource, &current) < 0 ? 0 : (uint64_t)current.rlim_max;
}
const int cjail_rlimit_core = RLIMIT_CORE, cjail_rlimit_cpu = RLIMIT_CPU, cjail_rlimit_fsize = RLIMIT_FSIZE,
          cjail_rlimit_nofile = RLIMIT_NOFILE, cjail_rlimit_stack = RLIMIT_STACK, cjail_rlimit_nice = RLIMIT_NICE,
          cjail_rlimit_rtprio = RLIMIT_RTPRIO;

pid_t cjail_wait(pid_t pid, bool no_hang, bool *exited, int *status) {
    siginfo_t info;
    memset(&info, 0, sizeof info);
    int outcome;
    do {
        outcome = waitid(pid < 0 ? P_ALL : P_PID, pid < 0 ? 0 : (id_t)pid, &info, WEXITED | __WALL | (no_hang ? WNOHANG : 0));
    } while (outcome < 0 && errno == EINTR);
    if (outcome < 0) return -errno;
    *exited = info.si_code == CLD_EXITED;
    *status = info.si_status;
    return info.si_pid;
}

// By the linker: the executable's first byte, and the one after its code.
extern char __executable_start[], etext[];

int cjail_use_huge_text(void) { return huge_text_replace((uintptr_t)__executable_start, (uintptr_t)etext); }

enum { MAX_FDS = 253 }; // SCM_MAX_FD

ssize_t cjail_receive(int socket, void *buffer, size_t size, int *fds, size_t *fd_count, bool no_wait) {
    union {
        char bytes[CMSG_SPACE(MAX_FDS * sizeof(int))];
        struct cmsghdr align;
    } control;
    struct iovec part = {buffer, size};
    struct msghdr message = {0};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
    ssize_t length;
    do {
        length = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | (no_wait ? MSG_DONTWAIT : 0));
    } while (length < 0 && errno == EINTR);
    if (length < 0) return -errno;
    size_t limit = *fd_count, count = 0;
    bool cut = (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        size_t received = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < received; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof fd);
            if (count < limit) {
                fds[count++] = fd;
            } else {
                cut = true;
                close(fd);
            }
        }
    }
    if (cut) {
        while (count > 0) close(fds[--count]);
        *fd_count = 0;
        return -EMSGSIZE;
    }
    *fd_count = count;
    return length;
}

ssize_t cjail_send(int socket, const void *buffer, size_t size, const int *fds, size_t fd_count) {
    union {
        char bytes[CMSG_SPACE(MAX_FDS * sizeof(int))];
        struct cmsghdr align;
    } control;
    if (fd_count > MAX_FDS) return -EMSGSIZE;
    struct iovec part = {(void *)buffer, size};
    struct msghdr message = {0};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (fd_count > 0) {
        memset(&control, 0, sizeof control);
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(fd_count * sizeof(int));
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(fd_count * sizeof(int));
        memcpy(CMSG_DATA(header), fds, fd_count * sizeof(int));
    }
    ssize_t length;
    do {
        length = sendmsg(socket, &message, MSG_NOSIGNAL);
    } while (length < 0 && errno == EINTR);
    return length < 0 ? -errno : length;
}

int cjail_epoll(void) { return (int)result(epoll_create1(EPOLL_CLOEXEC)); }
int cjail_epoll_arm(int epoll, int fd) {
    struct epoll_event event;
    memset(&event, 0, sizeof event);
    event.events = EPOLLIN | EPOLLONESHOT;
    event.data.fd = fd;
    if (epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event) == 0) return 0;
    return errno == ENOENT ? (int)result(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event)) : -errno;
}
int cjail_epoll_next(int epoll, int *ready, int capacity) {
    struct epoll_event events[64];
    int count;
    do {
        count = epoll_wait(epoll, events, capacity < 64 ? capacity : 64, -1);
    } while (count < 0 && errno == EINTR);
    if (count < 0) return -errno;
    for (int i = 0; i < count; i++) ready[i] = events[i].data.fd;
    return count;
}

int cjail_socket_pair(int pair[2], int message_size) {
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) return -errno;
    int room = message_size * 2;
    for (int i = 0; i < 2; i++) setsockopt(pair[i], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    return 0;
}

#define _GNU_SOURCE
#include "fork_server.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_DESCRIPTORS = 48, HELPER_NUMBER = 30000 };

static union {
    struct {
        struct fork_request request;
        unsigned char filter[FORK_MAX_FILTER * 8];
    };
    struct {
        struct member_order order;
        char arguments[MEMBER_MAX_STRINGS_SIZE];
    };
} message;
static int descriptors[MAX_DESCRIPTORS];
static size_t descriptor_count;
static int own_pid_namespace;
static pid_t helper_pid;  // in the jail's pid namespace

static void give_up(const char *what) {
    dprintf(2, "fork server: %s: %s\n", what, strerror(errno));
    _exit(70);
}

// Receives the next request; ends the process where there is none.
static void receive_request(int channel) {
    union {
        char bytes[CMSG_SPACE(MAX_DESCRIPTORS * sizeof(int))];
        struct cmsghdr align;
    } control;
    struct iovec part = {&message, sizeof message};
    struct msghdr header = {0};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control.bytes;
    header.msg_controllen = sizeof control.bytes;
    ssize_t length;
    do {
        length = recvmsg(channel, &header, MSG_CMSG_CLOEXEC);
    } while (length < 0 && errno == EINTR);
    if (length == 0) _exit(0);
    if (length < 0) give_up("recvmsg");
    descriptor_count = 0;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&header); c; c = CMSG_NXTHDR(&header, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
        size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        memcpy(descriptors + descriptor_count, CMSG_DATA(c), count * sizeof(int));
        descriptor_count += count;
    }
    const struct fork_request *request = &message.request;
    errno = EPROTO;
    if ((header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) || (size_t)length < sizeof *request ||
        request->filter_length > FORK_MAX_FILTER || request->namespace_count > 5 || request->namespace_count == 0 ||
        (size_t)length != sizeof *request + request->filter_length * 8) {
        give_up("request");
    }
}

// A descriptor by its place in the message.
static int passed(int32_t place) {
    if (place < 0 || (size_t)place >= descriptor_count) {
        errno = EPROTO;
        give_up("request's descriptor");
    }
    return descriptors[place];
}

static void send_report(int socket, int error, const char *step, int listener) {
    struct fork_report report;
    memset(&report, 0, sizeof report);
    report.error = error;
    report.pid = getpid();
    strncpy(report.step, step, sizeof report.step - 1);
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control;
    struct iovec part = {&report, sizeof report};
    struct msghdr header = {0};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    if (listener >= 0) {
        memset(&control, 0, sizeof control);
        header.msg_control = control.bytes;
        header.msg_controllen = sizeof control.bytes;
        struct cmsghdr *c = CMSG_FIRSTHDR(&header);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(c), &listener, sizeof listener);
    }
    while (sendmsg(socket, &header, MSG_NOSIGNAL) < 0 && errno == EINTR) {}
}

static void fail(int channel, const char *step, int error) {
    send_report(channel, error, step, -1);
    _exit(127);
}

// Until nothing is left of the helper, not even its number: a program finds nobody of another user beside it.
static void outlive_helper(void) {
    while (kill(helper_pid, 0) == 0 || errno != ESRCH) sched_yield();
}

// The child's way into the jail; the last steps are those that take away what the earlier ones need. Returns the socket
// on which its order comes, the only descriptor that is left beside the interpreter's own.
static int enter_jail(void) {
    struct fork_request *request = &message.request;
    int channel = passed(request->channel);
    // It is in the jail's pid namespace by birth; the others it enters here.
    for (uint32_t i = 1; i < request->namespace_count; i++) {
        if (setns(passed(request->namespaces[i]), 0) < 0) fail(channel, "setns", errno);
    }
    struct member_failure failure = {"", 0};
    if (member_enter(&request->identity, &failure) < 0) fail(channel, failure.name, failure.error);
    long closed = member_close_all_but(channel);
    if (closed < 0) fail(channel, "close_range", (int)-closed);
    outlive_helper();
    signal(SIGCHLD, SIG_DFL);
    // As after an exec: what may be looked at in /proc is the process's own again.
    if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0) fail(channel, "dumpable", errno);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) fail(channel, "no_new_privs", errno);
    struct sock_fprog program = {(unsigned short)request->filter_length, (struct sock_filter *)message.filter};
    int listener = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
    if (listener < 0) fail(channel, "seccomp", errno);
    send_report(channel, 0, "", listener);
    close(listener);
    return channel;
}

// Waits for the order and takes what comes with it. Returns the size of the arguments in `message`.
static size_t take_order(int channel) {
    char name[16];
    prctl(PR_GET_NAME, name);
    prctl(PR_SET_NAME, MEMBER_STANDBY);
    uint64_t idle = member_cpu_time();
    long length = member_receive_order(channel, &message.order, sizeof message);
    // The jail is not needed any more, or is of no use.
    if (length <= 0) _exit(length == 0 ? 0 : 127);
    prctl(PR_SET_NAME, name);
    int report = message.order.report, kept;
    struct member_failure failure = {"", 0};
    if (member_equip(&message.order.equipment, report, &kept, &failure) < 0) {
        if (report >= 0) member_report(report, failure.name, failure.error, 0);
        _exit(127);
    }
    if (kept >= 0) {
        member_report(kept, "", 0, member_cpu_time() - idle);
        close(kept);
    }
    return (size_t)length - sizeof message.order;
}

// clone3(2) without a frame of its own: the child shares the stack (CLONE_VM), and must not return past this place.
static inline long clone_sharing_memory(struct clone_args *args) {
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "0"((long)SYS_clone3), "D"(args), "S"(sizeof *args)
                     : "rcx", "r11", "memory");
    return result;
}

// Forks into the jail; 1 in the child. A helper is born in the run's group and in the jail's pid namespace, shares this
// process's memory, which is therefore copied once, and ends as soon as it has forked: the jail's init is then the
// child's parent.
static int fork_into_jail(void) {
    struct fork_request *request = &message.request;
    int channel = passed(request->channel), pid_namespace = passed(request->namespaces[0]);
    struct clone_args args;
    memset(&args, 0, sizeof args);
    args.flags = CLONE_VM | CLONE_VFORK;
    if (request->group >= 0) {
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = (uint64_t)passed(request->group);
    }
    // Where children are born; this process stays where it is.
    if (setns(pid_namespace, CLONE_NEWPID) < 0) {
        send_report(channel, errno, "setns pid", -1);
        return 0;
    }
    // A number out of the way: the child then has the one that a program has which the init executes.
    pid_t number = HELPER_NUMBER;
    args.set_tid = (uintptr_t)&number;
    args.set_tid_size = 1;
    long helper = clone_sharing_memory(&args);
    // Taken by another server's, or not to be chosen here.
    if (helper == -EEXIST || helper == -EPERM || helper == -EINVAL) {
        args.set_tid_size = 0;
        args.set_tid = 0;
        helper = clone_sharing_memory(&args);
    }
    if (helper == 0) {
        helper_pid = getpid();
        pid_t child = fork();
        if (child == 0) return 1;
        if (child < 0) fail(channel, "fork", errno);
        _exit(0);
    }
    if (helper < 0) {
        send_report(channel, (int)-helper, "clone3", -1);
    } else {
        // ECHILD once it is gone.
        while (waitpid((pid_t)helper, NULL, __WALL) < 0 && errno == EINTR) {}
    }
    // A process whose children are born elsewhere can have no new threads.
    if (setns(own_pid_namespace, CLONE_NEWPID) < 0) give_up("setns own pid namespace");
    return 0;
}

int assay_fork_server(int channel, char *arguments, size_t size) {
    own_pid_namespace = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
    if (own_pid_namespace < 0) give_up("open /proc/self/ns/pid");
    // The kernel reaps helpers, at once: this process may be late.
    signal(SIGCHLD, SIG_IGN);
    // Tells that the interpreter is warm.
    if (send(channel, "", 1, MSG_NOSIGNAL) != 1) give_up("send");
    while (1) {
        receive_request(channel);
        if (fork_into_jail()) break;
        for (size_t i = 0; i < descriptor_count; i++) close(descriptors[i]);
    }
    size_t length = take_order(enter_jail());
    if (length > size) length = size;
    memcpy(arguments, message.arguments, length);
    // What is left of the order is no use to anybody.
    memset(&message, 0, sizeof message);
    return (int)length;
}

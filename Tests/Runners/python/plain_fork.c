// Stands in for Runners/fork/fork_server.c in tests: forks without a jail, for root, in a tree that has a /work.
//
// A request is one message: user and stack limit as struct request, then the run's argv, each element ended by NUL; as
// ancillary data the descriptors that the child has as 0, 1, 2 and so on. The answer comes when the child has ended: its
// wait status, its CPU time in microseconds, and its page faults.
#define _GNU_SOURCE
#include "fork_server.h"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_DESCRIPTORS = 16, FIRST_FREE = 64 };

struct request {
    uint64_t user;
    uint64_t stack;
};

static int enter(const struct request *request, int channel, int *descriptors, int count)
{
    close(channel);
    for (int i = 0; i < count; i++) {
        int moved = fcntl(descriptors[i], F_DUPFD, FIRST_FREE);  // each may stand where another has to go
        if (moved < 0) return -1;
        close(descriptors[i]);
        descriptors[i] = moved;
    }
    for (int i = 0; i < count; i++)
        if (dup2(descriptors[i], i) < 0) return -1;
    close_range(count, ~0U, 0);
    struct rlimit stack = {request->stack, request->stack};
    if (setrlimit(RLIMIT_STACK, &stack) < 0 || setsid() < 0 || setgroups(0, NULL) < 0) return -1;
    if (setgid(request->user) < 0 || setuid(request->user) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) return -1;
    return chdir(request->user == 1001 ? "/" : "/work");
}

static void send_outcome(int channel, pid_t child)
{
    int status = 0;
    struct rusage usage;
    memset(&usage, 0, sizeof usage);
    wait4(child, &status, 0, &usage);
    int64_t cpu = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000LL + usage.ru_utime.tv_usec
        + usage.ru_stime.tv_usec;
    int64_t answer[3] = {status, cpu, usage.ru_minflt};
    if (send(channel, answer, sizeof answer, MSG_NOSIGNAL) != sizeof answer) _exit(1);
}

int assay_fork_server(int channel, char *arguments, size_t size)
{
    for (;;) {
        struct request request;
        union {
            struct cmsghdr header;
            char bytes[CMSG_SPACE(MAX_DESCRIPTORS * sizeof(int))];
        } control;
        struct iovec parts[] = {{&request, sizeof request}, {arguments, size}};
        struct msghdr message = {
            .msg_iov = parts, .msg_iovlen = 2, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
        ssize_t length = recvmsg(channel, &message, 0);
        if (length < (ssize_t)sizeof request || message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) _exit(length != 0);
        int descriptors[MAX_DESCRIPTORS];
        int count = 0;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        if (header != NULL && header->cmsg_type == SCM_RIGHTS) {
            count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
            memcpy(descriptors, CMSG_DATA(header), count * sizeof(int));
        }
        pid_t child = fork();
        if (child == 0) {
            if (enter(&request, channel, descriptors, count) < 0) _exit(127);
            return length - sizeof request;
        }
        for (int i = 0; i < count; i++) close(descriptors[i]);
        send_outcome(channel, child);
    }
}

// Forks a child for each request. A request is one message: the run's argv, each element ended by NUL, and as ancillary
// data the descriptors that the child has as 0, 1, 2 and so on; the last one is its working folder. The answer is one
// message, sent when the child has ended: its wait status, then its CPU time in microseconds, each as int64_t.
#include "../../../Runners/fork/fork_server.h"

#include <stdint.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_DESCRIPTORS = 16, FIRST_FREE = 64 };

static int enter(int channel, int *descriptors, int count)
{
    // Moved up first: each may stand where another has to go.
    for (int i = 0; i < count; i++) {
        int moved = fcntl(descriptors[i], F_DUPFD, FIRST_FREE);
        if (moved < 0) return -1;
        close(descriptors[i]);
        descriptors[i] = moved;
    }
    for (int i = 0; i + 1 < count; i++)
        if (dup2(descriptors[i], i) < 0) return -1;
    if (fchdir(descriptors[count - 1]) < 0) return -1;
    for (int i = 0; i < count; i++) close(descriptors[i]);
    close(channel);
    return 0;
}

static void send_outcome(int channel, pid_t child)
{
    int status = 0;
    struct rusage usage;
    memset(&usage, 0, sizeof usage);
    wait4(child, &status, 0, &usage);
    int64_t cpu = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000LL + usage.ru_utime.tv_usec
        + usage.ru_stime.tv_usec;
    int64_t answer[2] = {status, cpu};
    if (send(channel, answer, sizeof answer, MSG_NOSIGNAL) != sizeof answer) _exit(1);
}

int assay_fork_server(int channel, char *arguments, size_t size)
{
    for (;;) {
        union {
            struct cmsghdr header;
            char bytes[CMSG_SPACE(MAX_DESCRIPTORS * sizeof(int))];
        } control;
        struct iovec part = {arguments, size};
        struct msghdr message = {
            .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
        ssize_t length = recvmsg(channel, &message, 0);
        if (length <= 0 || message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) _exit(length == 0 ? 0 : 1);
        int descriptors[MAX_DESCRIPTORS];
        int count = 0;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        if (header != NULL && header->cmsg_type == SCM_RIGHTS) {
            count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
            memcpy(descriptors, CMSG_DATA(header), count * sizeof(int));
        }
        if (count < 4) _exit(1);
        pid_t child = fork();
        if (child == 0) {
            if (enter(channel, descriptors, count) < 0) _exit(127);
            return length;
        }
        for (int i = 0; i < count; i++) close(descriptors[i]);
        send_outcome(channel, child);
    }
}

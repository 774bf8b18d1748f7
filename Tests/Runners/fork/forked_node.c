// Stands for node in tests: starts a fork server with the arguments up to the script, has it fork one child with this
// process's descriptors, folder and arguments, and ends as the child did. ASSAY_FORKS is how many children there are to be,
// one after the other; the last one counts.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHANNEL = 50, MAX_DESCRIPTORS = 8 };

static const char node[] = "/usr/bin/node";

static void give_up(const char *what) {
    perror(what);
    exit(99);
}

static void start_server(int channel, char **arguments, int count, int descriptors) {
    if (fork() != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    char number[16];
    setenv("ASSAY_FORK_SERVER", "50", 1);
    snprintf(number, sizeof number, "%d", descriptors);
    setenv("ASSAY_FORK_DESCRIPTORS", number, 1);
    setenv("LD_PRELOAD", "/usr/lib/assay/node_fork.node", 1);
    if (dup2(channel, CHANNEL) < 0) give_up("dup2");
    for (int descriptor = 3; descriptor < 1024; descriptor++)
        if (descriptor != CHANNEL) close(descriptor);
    int nothing = open("/dev/null", O_RDWR);
    dup2(nothing, 0);
    dup2(nothing, 1);
    close(nothing);
    char *own[count + 1];
    memcpy(own, arguments, count * sizeof *own);
    own[count] = NULL;
    own[0] = (char *)node;
    execv(node, own);
    give_up(node);
}

int main(int count, char **arguments) {
    // Flags, then the script; what follows is the run's own.
    int script = 1;
    while (script < count && arguments[script][0] == '-') script++;
    if (script == count) give_up("no script");
    int descriptors = 3;
    if (fcntl(4, F_GETFD) >= 0) descriptors = 5;
    if (fcntl(6, F_GETFD) >= 0) descriptors = 7;

    const char *wanted = getenv("ASSAY_FORKS");
    int forks = wanted == NULL ? 1 : atoi(wanted);
    unsetenv("ASSAY_FORKS");

    int sockets[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0) give_up("socketpair");
    start_server(sockets[1], arguments, script + 1, descriptors);
    close(sockets[1]);

    char text[65536];
    size_t length = 0;
    for (int i = 0; i < count; i++) {
        const char *argument = i == 0 ? node : arguments[i];
        if (length + strlen(argument) + 1 > sizeof text) give_up("arguments");
        strcpy(text + length, argument);
        length += strlen(argument) + 1;
    }
    int passed[MAX_DESCRIPTORS];
    for (int i = 0; i < descriptors; i++) passed[i] = i;
    if ((passed[descriptors] = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) give_up(".");
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof passed)];
    } control;
    memset(&control, 0, sizeof control);
    struct iovec part = {text, length};
    size_t size = (descriptors + 1) * sizeof(int);
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = CMSG_SPACE(size)};
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(size);
    memcpy(CMSG_DATA(&control.header), passed, size);
    int64_t answer[2];
    for (; forks > 0; forks--) {
        if (sendmsg(sockets[0], &message, MSG_NOSIGNAL) < 0) give_up("sendmsg");
        // The last child is to be the only one that has them.
        for (int i = 0; i < descriptors && forks == 1; i++)
            if (i != 2) close(i);
        if (recv(sockets[0], answer, sizeof answer, 0) != sizeof answer) give_up("the fork server has ended");
    }
    int status = (int)answer[0];
    if (!WIFSIGNALED(status)) return WEXITSTATUS(status);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    signal(WTERMSIG(status), SIG_DFL);
    raise(WTERMSIG(status));
    return 99;
}

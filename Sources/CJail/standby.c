#define _GNU_SOURCE
#include "cjail.h"
#include "member_call.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

// The jail's init goes on beside this process, in the same memory: nothing here writes to what the init has (`errno`,
// the heap), and there is one of it at most.

enum { MAX_FDS = 1 + MEMBER_MAX_DESCRIPTORS };

static struct {
    int socket;
    uid_t user;
    char folder[64];
    struct {
        struct standby_order order;
        char strings[STANDBY_MAX_STRINGS_SIZE];
    } message;
    char *strings[STANDBY_MAX_STRINGS + 2];
    char stack[64 * 1024] __attribute__((aligned(16)));
} standby;

static uint64_t microseconds(clockid_t clock) {
    struct timespec time = {0, 0};
    member_call(SYS_clock_gettime, clock, &time);
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

// An `InitMessage.began`. Without a step, an error is the exec's own.
static void report(const char *step, int error, uint64_t cpu) {
    struct __attribute__((packed)) {
        uint8_t kind;
        int32_t error;
        uint64_t cpu, time;
        uint32_t step_size;
        char step[32];
    } began = {STANDBY_BEGAN, error, cpu, microseconds(CLOCK_MONOTONIC), 0, ""};
    while (began.step_size < sizeof began.step && step[began.step_size]) {
        began.step[began.step_size] = step[began.step_size];
        began.step_size++;
    }
    struct iovec part = {&began, sizeof began - sizeof began.step + began.step_size};
    struct msghdr header;
    memset(&header, 0, sizeof header);
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    while (member_call(SYS_sendmsg, standby.socket, &header, MSG_NOSIGNAL) == -EINTR) {}
}

// Takes the order, with its descriptors by their numbers; an error number below zero where there is none, 0 at the end.
static long receive(int descriptors[MAX_FDS], size_t *descriptor_count) {
    union {
        char bytes[CMSG_SPACE(MAX_FDS * sizeof(int))];
        struct cmsghdr align;
    } control;
    struct iovec part = {&standby.message, sizeof standby.message};
    struct msghdr header;
    memset(&header, 0, sizeof header);
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control.bytes;
    header.msg_controllen = sizeof control.bytes;
    long length;
    do {
        length = member_call(SYS_recvmsg, standby.socket, &header, MSG_CMSG_CLOEXEC);
    } while (length == -EINTR);
    if (length <= 0) return length == -ECONNRESET ? 0 : length;
    if (header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) return -EMSGSIZE;
    *descriptor_count = 0;
    struct cmsghdr *c = CMSG_FIRSTHDR(&header);
    if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
        *descriptor_count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        memcpy(descriptors, CMSG_DATA(c), *descriptor_count * sizeof(int));
    }
    return length;
}

// Checks it, puts numbers in the place of places, and finds the strings; an error number below zero, or their count.
static long read_order(size_t length, const int *descriptors, size_t descriptor_count) {
    struct standby_order *order = &standby.message.order;
    if (length < sizeof *order || order->identity.descriptor_count > MEMBER_MAX_DESCRIPTORS ||
        order->identity.limit_count > MEMBER_MAX_LIMITS) {
        return -EPROTO;
    }
    for (uint32_t i = 0; i < order->identity.descriptor_count; i++) {
        size_t place = (size_t)order->identity.descriptors[i];
        if (place >= descriptor_count) return -EPROTO;
        order->identity.descriptors[i] = descriptors[place];
    }
    if (order->executable >= 0) {
        if ((size_t)order->executable >= descriptor_count) return -EPROTO;
        order->executable = descriptors[order->executable];
    }
    char *next = standby.message.strings, *end = (char *)&standby.message + length;
    uint32_t path = order->executable < 0, arguments = path + order->argument_count, count = 0;
    while (next < end) {
        size_t size = strnlen(next, (size_t)(end - next));
        if (next + size == end || count == STANDBY_MAX_STRINGS) return -EPROTO;
        // Behind the last of the arguments, a NULL ends them.
        standby.strings[count + (count >= arguments)] = next;
        count++;
        next += size + 1;
    }
    if (count < arguments) return -EPROTO;
    standby.strings[arguments] = NULL;
    standby.strings[count + 1] = NULL;
    return count;
}

static int stand_by(void *context) {
    (void)context;
    struct member_failure failure = {"", 0};
    if (member_enter(standby.user, standby.folder, &failure) < 0) {
        report(failure.name, failure.error, 0);
        return 127;
    }
    // Out of the way of the numbers that descriptors go to, and kept when they do: an exec that fails is told by it.
    int socket = (int)member_call(SYS_fcntl, standby.socket, F_DUPFD_CLOEXEC, 2 * MEMBER_MAX_DESCRIPTORS);
    if (socket < 0) {
        report("dup", -socket, 0);
        return 127;
    }
    standby.socket = socket;
    member_keep(&standby.socket, 1);
    // The pages are there before a run waits for them.
    *(volatile char *)&standby.message = 0;
    *(char *volatile *)standby.strings = NULL;
    uint64_t idle = microseconds(CLOCK_PROCESS_CPUTIME_ID);

    int descriptors[MAX_FDS];
    size_t descriptor_count = 0;
    long length = receive(descriptors, &descriptor_count);
    // The jail is not needed any more.
    if (length == 0) return 0;
    long count = length < 0 ? length : read_order((size_t)length, descriptors, descriptor_count);
    if (count < 0) {
        report("read order", (int)-count, 0);
        return 127;
    }
    const struct standby_order *order = &standby.message.order;
    int kept;
    if (member_equip(&order->identity, order->executable, &kept, &failure) < 0) {
        report(failure.name, failure.error, 0);
        return 127;
    }
    // The init's is not empty.
    uint64_t no_signals = 0;
    member_call(SYS_rt_sigprocmask, SIG_SETMASK, &no_signals, 0, sizeof no_signals);
    uint64_t cpu = microseconds(CLOCK_PROCESS_CPUTIME_ID) - idle;
    report("", 0, cpu);
    char **strings = standby.strings;
    long error;
    if (order->executable < 0) {
        char **arguments = strings + 1;
        error = member_call(SYS_execve, strings[0], arguments, arguments + order->argument_count + 1);
    } else {
        error = member_call(SYS_execveat, kept, "", strings, strings + order->argument_count + 1, AT_EMPTY_PATH);
    }
    report("", (int)-error, cpu);
    return 127;
}

pid_t cjail_stand_by(int socket, uid_t user, const char *folder) {
    standby.socket = socket;
    standby.user = user;
    strncpy(standby.folder, folder, sizeof standby.folder - 1);
    int pid = clone(stand_by, standby.stack + sizeof standby.stack, CLONE_VM | SIGCHLD, NULL);
    return pid < 0 ? -errno : pid;
}

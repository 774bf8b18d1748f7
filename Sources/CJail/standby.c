#define _GNU_SOURCE
#include "cjail.h"
#include "member_call.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

// The jail's init goes on beside this process, in the same memory: nothing here writes to what the init has (`errno`,
// the heap), and there is one of it at most.

static struct {
    int socket;
    struct member_identity identity;
    struct {
        struct member_order order;
        char strings[MEMBER_MAX_STRINGS_SIZE];
    } message;
    char *strings[MEMBER_MAX_STRINGS + 2];
    char stack[64 * 1024] __attribute__((aligned(16)));
} standby;

// Finds the order's strings, with a NULL behind the last argument and the last of all; false where they are not whole.
static bool find_strings(size_t length) {
    const struct member_order *order = &standby.message.order;
    char *next = standby.message.strings, *end = (char *)&standby.message + length;
    uint32_t arguments = (order->executable < 0) + order->argument_count, count = 0;
    while (next < end) {
        size_t size = strnlen(next, (size_t)(end - next));
        if (next + size == end || count == MEMBER_MAX_STRINGS) return false;
        standby.strings[count + (count >= arguments)] = next;
        count++;
        next += size + 1;
    }
    if (count < arguments) return false;
    standby.strings[arguments] = NULL;
    standby.strings[count + 1] = NULL;
    return true;
}

static int stand_by(void *context) {
    (void)context;
    struct member_failure failure = {"", 0};
    // Out of the way of the numbers that descriptors go to, and kept when they do: an exec that fails is told by it.
    int socket = (int)member_call(SYS_fcntl, standby.socket, F_DUPFD_CLOEXEC, 2 * MEMBER_MAX_DESCRIPTORS);
    if (socket < 0) {
        member_report(standby.socket, "dup", -socket, 0);
        return 127;
    }
    member_keep(&standby.socket, 1);
    standby.socket = socket;
    member_call(SYS_prctl, PR_SET_NAME, MEMBER_STANDBY);
    if (member_enter(&standby.identity, &failure) < 0) {
        member_report(socket, failure.name, failure.error, 0);
        return 127;
    }
    // The pages are there before a run waits for them.
    *(volatile char *)&standby.message = 0;
    *(char *volatile *)standby.strings = NULL;
    uint64_t idle = member_cpu_time();

    const struct member_order *order = &standby.message.order;
    long length = member_receive_order(socket, &standby.message.order, sizeof standby.message);
    // The jail is not needed any more.
    if (length == 0) return 0;
    if (length < 0 || !find_strings((size_t)length)) {
        member_report(socket, "read order", length < 0 ? (int)-length : EPROTO, 0);
        return 127;
    }
    int kept;
    if (member_equip(&order->equipment, order->executable, &kept, &failure) < 0) {
        member_report(socket, failure.name, failure.error, 0);
        return 127;
    }
    // The init's is not empty.
    uint64_t no_signals = 0;
    member_call(SYS_rt_sigprocmask, SIG_SETMASK, &no_signals, 0, sizeof no_signals);
    uint64_t cpu = member_cpu_time() - idle;
    member_report(socket, "", 0, cpu);
    char **arguments = standby.strings + (order->executable < 0), **environment = arguments + order->argument_count + 1;
    long error = order->executable < 0
                     ? member_call(SYS_execve, standby.strings[0], arguments, environment)
                     : member_call(SYS_execveat, kept, "", arguments, environment, AT_EMPTY_PATH);
    member_report(socket, "", (int)-error, cpu);
    return 127;
}

pid_t cjail_stand_by(int socket, const struct member_identity *identity) {
    standby.socket = socket;
    standby.identity = *identity;
    int pid = clone(stand_by, standby.stack + sizeof standby.stack, CLONE_VM | SIGCHLD, NULL);
    return pid < 0 ? -errno : pid;
}

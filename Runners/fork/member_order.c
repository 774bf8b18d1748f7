#define _GNU_SOURCE
#include "member_order.h"
#include "member_call.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>

enum { MAX_PASSED = MEMBER_MAX_DESCRIPTORS + 2 };

static uint64_t microseconds(clockid_t clock) {
    struct timespec time = {0, 0};
    member_call(SYS_clock_gettime, clock, &time);
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

uint64_t member_cpu_time(void) { return microseconds(CLOCK_PROCESS_CPUTIME_ID); }

void member_report(int socket, const char *step, int error, uint64_t cpu_microseconds) {
    struct __attribute__((packed)) {
        uint8_t kind;
        int32_t error;
        uint64_t cpu, time;
        uint32_t step_size;
        char step[32];
    } began = {MEMBER_BEGAN, error, cpu_microseconds, microseconds(CLOCK_MONOTONIC), 0, ""};
    while (began.step_size < sizeof began.step && step[began.step_size]) {
        began.step[began.step_size] = step[began.step_size];
        began.step_size++;
    }
    struct iovec part = {&began, sizeof began - sizeof began.step + began.step_size};
    struct msghdr header;
    memset(&header, 0, sizeof header);
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    while (member_call(SYS_sendmsg, socket, &header, MSG_NOSIGNAL) == -EINTR) {}
}

// A number in the place of a place; -1 stays where it may.
static int resolve(int32_t *place, const int *descriptors, size_t count, int may_be_none) {
    if (*place == -1 && may_be_none) return 0;
    if (*place < 0 || (size_t)*place >= count) return -EPROTO;
    *place = descriptors[*place];
    return 0;
}

long member_receive_order(int socket, struct member_order *order, size_t size) {
    union {
        char bytes[CMSG_SPACE(MAX_PASSED * sizeof(int))];
        struct cmsghdr align;
    } control;
    struct iovec part = {order, size};
    struct msghdr header;
    memset(&header, 0, sizeof header);
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control.bytes;
    header.msg_controllen = sizeof control.bytes;
    long length;
    do {
        length = member_call(SYS_recvmsg, socket, &header, MSG_CMSG_CLOEXEC);
    } while (length == -EINTR);
    if (length == -ECONNRESET) return 0;
    if (length <= 0) return length;
    if (header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) return -EMSGSIZE;
    int descriptors[MAX_PASSED];
    size_t count = 0;
    struct cmsghdr *c = CMSG_FIRSTHDR(&header);
    if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
        count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        memcpy(descriptors, CMSG_DATA(c), count * sizeof(int));
    }
    struct member_equipment *equipment = &order->equipment;
    if ((size_t)length < sizeof *order || equipment->descriptor_count > MEMBER_MAX_DESCRIPTORS ||
        equipment->limit_count > MEMBER_MAX_LIMITS) {
        return -EPROTO;
    }
    for (uint32_t i = 0; i < equipment->descriptor_count; i++) {
        if (resolve(&equipment->descriptors[i], descriptors, count, 0) < 0) return -EPROTO;
    }
    if (resolve(&order->report, descriptors, count, 1) < 0) return -EPROTO;
    if (resolve(&order->executable, descriptors, count, 1) < 0) return -EPROTO;
    return length;
}

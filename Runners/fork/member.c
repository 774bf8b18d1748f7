#define _GNU_SOURCE
#include "member.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static int fail(struct member_failure *failure, const char *name) {
    failure->error = errno;
    failure->name = name;
    return -1;
}

static const int *own;
static size_t own_count;

void member_keep(const int *descriptors, size_t count) {
    own = descriptors;
    own_count = count;
}

// Closes the descriptors from `first` to `last`, but for the process's own and `except`.
static int close_others(unsigned first, unsigned last, unsigned except) {
    while (first <= last) {
        unsigned next = except >= first && except <= last ? except : last + 1;
        for (size_t i = 0; i < own_count; i++) {
            unsigned descriptor = (unsigned)own[i];
            if (descriptor >= first && descriptor < next) next = descriptor;
        }
        if (next > first && syscall(SYS_close_range, first, next - 1, 0) < 0) return -1;
        first = next + 1;
    }
    return 0;
}

// Moves the descriptors to their numbers and closes all others. First out of the way of all targets, then down to them.
static int place_descriptors(const struct member_identity *identity, int keep, int *kept, struct member_failure *failure) {
    enum { BASE = 2 * MEMBER_MAX_DESCRIPTORS, LAST = 1 << 30 };
    int raised[MEMBER_MAX_DESCRIPTORS];
    for (uint32_t i = 0; i < identity->descriptor_count; i++) {
        raised[i] = fcntl(identity->descriptors[i], F_DUPFD_CLOEXEC, BASE);
        if (raised[i] < 0) return fail(failure, "dup");
    }
    if (keep >= 0 && (*kept = fcntl(keep, F_DUPFD_CLOEXEC, BASE)) < 0) return fail(failure, "dup");
    if (close_others(0, BASE - 1, LAST) < 0) return fail(failure, "close_range");
    for (uint32_t i = 0; i < identity->descriptor_count; i++) {
        if (dup2(raised[i], identity->targets[i]) < 0) return fail(failure, "dup2");
    }
    if (close_others(BASE, LAST - 1, keep >= 0 ? (unsigned)*kept : LAST) < 0) return fail(failure, "close_range");
    return 0;
}

int member_become(const struct member_identity *identity, int keep, int *kept, struct member_failure *failure) {
    *kept = -1;
    if (setsid() < 0) return fail(failure, "setsid");
    if (chdir(identity->folder) < 0) return fail(failure, "chdir");
    if (place_descriptors(identity, keep, kept, failure) < 0) return -1;
    for (uint32_t i = 0; i < identity->limit_count; i++) {
        struct rlimit limit = {identity->limit_values[i], identity->limit_values[i]};
        if (setrlimit((__rlimit_resource_t)identity->limit_names[i], &limit) < 0) return fail(failure, "setrlimit");
    }
    // Whoever starts members has it empty.
    if (prctl(PR_CAPBSET_READ, CAP_CHOWN, 0, 0, 0) != 0) {
        errno = EPERM;
        return fail(failure, "bounding set");
    }
    // The raw calls act on this thread only, which is the whole process; glibc's would look for others.
    uid_t user = identity->user;
    if (syscall(SYS_setgroups, 0, NULL) < 0) return fail(failure, "setgroups");
    if (syscall(SYS_setresgid, user, user, user) < 0) return fail(failure, "setresgid");
    if (syscall(SYS_setresuid, user, user, user) < 0) return fail(failure, "setresuid");
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2];
    memset(none, 0, sizeof none);
    if (syscall(SYS_capset, &header, none) < 0) return fail(failure, "capset");
    return 0;
}

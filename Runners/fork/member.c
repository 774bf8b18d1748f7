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

// Moves the descriptors to their numbers and closes all others. First out of the way of all targets, then down to them.
static int place_descriptors(const struct member_identity *identity, int keep, int *kept, struct member_failure *failure) {
    enum { BASE = 2 * MEMBER_MAX_DESCRIPTORS, KEPT = MEMBER_MAX_DESCRIPTORS };
    int raised[MEMBER_MAX_DESCRIPTORS];
    for (uint32_t i = 0; i < identity->descriptor_count; i++) {
        raised[i] = fcntl(identity->descriptors[i], F_DUPFD_CLOEXEC, BASE);
        if (raised[i] < 0) return fail(failure, "dup");
    }
    int raised_keep = -1;
    if (keep >= 0 && (raised_keep = fcntl(keep, F_DUPFD_CLOEXEC, BASE)) < 0) return fail(failure, "dup");
    if (syscall(SYS_close_range, 0, BASE - 1, 0) < 0) return fail(failure, "close_range");
    for (uint32_t i = 0; i < identity->descriptor_count; i++) {
        if (dup2(raised[i], identity->targets[i]) < 0) return fail(failure, "dup2");
    }
    if (raised_keep >= 0) {
        if (dup3(raised_keep, KEPT, O_CLOEXEC) < 0) return fail(failure, "dup3");
        *kept = KEPT;
    }
    if (syscall(SYS_close_range, BASE, ~0U, 0) < 0) return fail(failure, "close_range");
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
    // -1 for a capability that this kernel does not know: the end of the list.
    for (int capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++) {
        if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0) return fail(failure, "drop bounding set");
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

#define _GNU_SOURCE
#include "member.h"
#include "member_call.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

static int fail(struct member_failure *failure, const char *name, long result) {
    failure->error = (int32_t)-result;
    failure->name = name;
    return -1;
}

// Descriptors are moved to numbers below the base; none has a number above the last.
enum { BASE = 2 * MEMBER_MAX_DESCRIPTORS, LAST = 1 << 30 };

static const int *own;
static size_t own_count;

void member_keep(const int *descriptors, size_t count) {
    own = descriptors;
    own_count = count;
}

// Closes the descriptors from `first` to `last`, but for the process's own and `except`.
static long close_others(unsigned first, unsigned last, unsigned except) {
    while (first <= last) {
        unsigned next = except >= first && except <= last ? except : last + 1;
        for (size_t i = 0; i < own_count; i++) {
            unsigned descriptor = (unsigned)own[i];
            if (descriptor >= first && descriptor < next) next = descriptor;
        }
        long result = next > first ? member_call(SYS_close_range, first, next - 1, 0) : 0;
        if (result < 0) return result;
        first = next + 1;
    }
    return 0;
}

// Moves the descriptors to their numbers and closes all others. First out of the way of all targets, then down to them.
static int place_descriptors(const struct member_equipment *equipment, int keep, int *kept, struct member_failure *failure) {
    int raised[MEMBER_MAX_DESCRIPTORS];
    long result;
    for (uint32_t i = 0; i < equipment->descriptor_count; i++) {
        result = member_call(SYS_fcntl, equipment->descriptors[i], F_DUPFD_CLOEXEC, BASE);
        if (result < 0) return fail(failure, "dup", result);
        raised[i] = (int)result;
    }
    if (keep >= 0) {
        result = member_call(SYS_fcntl, keep, F_DUPFD_CLOEXEC, BASE);
        if (result < 0) return fail(failure, "dup", result);
        *kept = (int)result;
    }
    result = close_others(0, BASE - 1, LAST);
    if (result < 0) return fail(failure, "close_range", result);
    for (uint32_t i = 0; i < equipment->descriptor_count; i++) {
        result = member_call(SYS_dup2, raised[i], equipment->targets[i]);
        if (result < 0) return fail(failure, "dup2", result);
    }
    result = close_others(BASE, LAST - 1, keep >= 0 ? (unsigned)*kept : LAST);
    return result < 0 ? fail(failure, "close_range", result) : 0;
}

int member_enter(const struct member_identity *identity, struct member_failure *failure) {
    long result = member_call(SYS_setsid);
    if (result < 0) return fail(failure, "setsid", result);
    result = member_call(SYS_chdir, identity->folder);
    if (result < 0) return fail(failure, "chdir", result);
    // Whoever starts members has it empty.
    if (member_call(SYS_prctl, PR_CAPBSET_READ, CAP_CHOWN) != 0) return fail(failure, "bounding set", -EPERM);
    // Calls that act on this thread only, which is the whole process.
    uid_t user = identity->user;
    result = member_call(SYS_setgroups, 0, 0);
    if (result < 0) return fail(failure, "setgroups", result);
    result = member_call(SYS_setresgid, user, user, user);
    if (result < 0) return fail(failure, "setresgid", result);
    result = member_call(SYS_setresuid, user, user, user);
    if (result < 0) return fail(failure, "setresuid", result);
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2];
    memset(none, 0, sizeof none);
    result = member_call(SYS_capset, &header, none);
    return result < 0 ? fail(failure, "capset", result) : 0;
}

int member_equip(const struct member_equipment *equipment, int keep, int *kept, struct member_failure *failure) {
    *kept = -1;
    if (place_descriptors(equipment, keep, kept, failure) < 0) return -1;
    for (uint32_t i = 0; i < equipment->limit_count; i++) {
        struct rlimit limit = {equipment->limit_values[i], equipment->limit_values[i]};
        long result = member_call(SYS_prlimit64, 0, equipment->limit_names[i], &limit);
        if (result < 0) return fail(failure, "setrlimit", result);
    }
    return 0;
}

long member_close_all_but(int keep) { return close_others(0, (unsigned)LAST, (unsigned)keep); }

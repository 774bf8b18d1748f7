// How a process becomes a member of a jail: the program itself, or its examiner. One sequence for programs that are
// executed by the jail's init, and for those that are forked from a fork server.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifndef __clang__
#define _Nonnull
#define _Nullable
#endif

#ifdef __cplusplus
extern "C" {
#endif

enum { MEMBER_MAX_DESCRIPTORS = 16, MEMBER_MAX_LIMITS = 16 };

/// Who a process of the jail is. Plain data without pointers, as all here: it goes through sockets as it stands.
struct member_identity {
    uint32_t user;
    char folder[64];
};

/// What it has from its start.
struct member_equipment {
    uint32_t descriptor_count;
    uint32_t limit_count;
    /// Where the descriptors stand now, and the numbers they are moved to. All others are closed.
    int32_t descriptors[MEMBER_MAX_DESCRIPTORS];
    int32_t targets[MEMBER_MAX_DESCRIPTORS];
    /// RLIMIT_*, soft and hard alike. See setrlimit(2).
    int32_t limit_names[MEMBER_MAX_LIMITS];
    uint64_t limit_values[MEMBER_MAX_LIMITS];
};

/// Which step failed: `name` is static, `error` an error number.
struct member_failure {
    const char *_Nullable name;
    int32_t error;
};

/// Names descriptors that stay open in members: an interpreter's own, for those that are forked from it. None of them may
/// be a number that a run's descriptors are moved to. The array must last.
void member_keep(const int *_Nonnull descriptors, size_t count);

// A member is made in two steps: what is known before there is anything to run, and what comes with that. Both make system
// calls only, need no memory and leave `errno` alone: they can run in a process that shares its memory with another
// (CLONE_VM). They return 0, or -1 with `*failure` set.

/// Session, folder, user, no capabilities. The bounding set must be empty.
int member_enter(const struct member_identity *_Nonnull identity, struct member_failure *_Nonnull failure);
/// Descriptors and limits. `keep` (-1: none) stays open, close-on-exec, as descriptor `*kept`.
int member_equip(const struct member_equipment *_Nonnull equipment, int keep, int *_Nonnull kept,
                 struct member_failure *_Nonnull failure);
/// Closes all descriptors but `keep` and the process's own: an error number below zero where that fails.
long member_close_all_but(int keep);

#ifdef __cplusplus
}
#endif

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

/// What a process of the jail has from its start. Plain data without pointers: it goes through sockets as it stands.
struct member_identity {
    uint32_t user;
    uint32_t descriptor_count;
    uint32_t limit_count;
    /// Where the descriptors stand now, and the numbers they are moved to. All others are closed.
    int32_t descriptors[MEMBER_MAX_DESCRIPTORS];
    int32_t targets[MEMBER_MAX_DESCRIPTORS];
    /// RLIMIT_*, soft and hard alike. See setrlimit(2).
    int32_t limit_names[MEMBER_MAX_LIMITS];
    uint64_t limit_values[MEMBER_MAX_LIMITS];
    char folder[64];
};

/// Which step failed: `name` is static, `error` an error number.
struct member_failure {
    const char *_Nullable name;
    int32_t error;
};

/// Names descriptors that stay open in members: an interpreter's own, for those that are forked from it. None of them may
/// be a number that a run's descriptors are moved to. The array must last.
void member_keep(const int *_Nonnull descriptors, size_t count);

/// Becomes a member: session, folder, user, no capabilities; then descriptors and limits. The bounding set must be empty.
///
/// `keep` (-1: none) stays open, close-on-exec, as descriptor `*kept`. Makes system calls only, needs no memory and leaves
/// `errno` alone: it can run in a process that shares its memory with another (CLONE_VM). Returns 0, or -1 with `*failure`
/// set.
int member_become(const struct member_identity *_Nonnull identity, int keep, int *_Nonnull kept,
                  struct member_failure *_Nonnull failure);

/// Its two halves: what is known before there is anything to run, and what comes with that.
int member_enter(uid_t user, const char *_Nonnull folder, struct member_failure *_Nonnull failure);
int member_equip(const struct member_identity *_Nonnull identity, int keep, int *_Nonnull kept,
                 struct member_failure *_Nonnull failure);

#ifdef __cplusplus
}
#endif

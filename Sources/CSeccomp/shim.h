// libseccomp. seccomp_rule_add is variadic, which Swift cannot call: the wrappers take the one or two
// argument comparisons that the filter needs. See seccomp_rule_add(3).
#pragma once
#include <errno.h>
#include <seccomp.h>
#include <stdint.h>

/// Adds a rule for every call of `syscall`. Returns 0 or -errno.
static inline int cseccomp_rule(scmp_filter_ctx context, uint32_t action, int syscall) {
    return seccomp_rule_add_array(context, action, syscall, 0, 0);
}

/// Adds a rule for calls of `syscall` whose argument `index`, masked with `mask`, equals `value`.
static inline int cseccomp_rule_masked(
    scmp_filter_ctx context, uint32_t action, int syscall, unsigned index, uint64_t mask, uint64_t value
) {
    struct scmp_arg_cmp comparison = {index, SCMP_CMP_MASKED_EQ, mask, value};
    return seccomp_rule_add_array(context, action, syscall, 1, &comparison);
}

/// Adds a rule for calls of `syscall` whose arguments `first` and `second` have these low 32 bits.
static inline int cseccomp_rule_pair(
    scmp_filter_ctx context, uint32_t action, int syscall, unsigned first, uint32_t first_value, unsigned second,
    uint32_t second_value
) {
    struct scmp_arg_cmp comparisons[] = {
        {first, SCMP_CMP_MASKED_EQ, 0xffffffff, first_value},
        {second, SCMP_CMP_MASKED_EQ, 0xffffffff, second_value},
    };
    return seccomp_rule_add_array(context, action, syscall, 2, comparisons);
}

// Function-like macros, which Swift cannot import.
static inline uint32_t cseccomp_action_errno(uint16_t error) { return SCMP_ACT_ERRNO(error); }
static inline uint32_t cseccomp_action_allow(void) { return SCMP_ACT_ALLOW; }
static inline uint32_t cseccomp_action_notify(void) { return SCMP_ACT_NOTIFY; }
/// ENOSYS where nothing traces the process; any other filter's say but "allow" comes before it.
static inline uint32_t cseccomp_action_trace(void) { return SCMP_ACT_TRACE(0); }
static inline uint32_t cseccomp_action_kill_process(void) { return SCMP_ACT_KILL_PROCESS; }

// libseccomp. See seccomp_rule_add(3).
#pragma once
#include <errno.h>
#include <seccomp.h>
#include <stdint.h>

// Function-like macros, which Swift cannot import.
static inline uint32_t cseccomp_action_errno(uint16_t error) { return SCMP_ACT_ERRNO(error); }
static inline uint32_t cseccomp_action_allow(void) { return SCMP_ACT_ALLOW; }
static inline uint32_t cseccomp_action_notify(void) { return SCMP_ACT_NOTIFY; }
/// ENOSYS where nothing traces the process; any other filter's say but "allow" comes before it.
static inline uint32_t cseccomp_action_trace(void) { return SCMP_ACT_TRACE(0); }
static inline uint32_t cseccomp_action_kill_process(void) { return SCMP_ACT_KILL_PROCESS; }

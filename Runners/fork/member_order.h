// A member that stands in the jail before there is anything to run: what it is told, and what it says. Like the steps of
// member.h, all of it may run in a process that shares its memory with another.
#pragma once
#include "member.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The run. Behind it come strings, each ended by NUL: of a process that is to execute, the path where `executable` is
/// -1, `argument_count` arguments, then the environment; of a fork, its arguments. Descriptors are named by their place
/// among those that were passed.
struct member_order {
    struct member_equipment equipment;
    /// Where it says that it begins; -1: where the order came from.
    int32_t report;
    int32_t executable;
    uint32_t argument_count;
};

enum {
    MEMBER_MAX_STRINGS = 512,
    MEMBER_MAX_STRINGS_SIZE = 65536,
    /// The kind of `InitMessage.began`.
    MEMBER_BEGAN = 6
};

/// What a process is called that waits for its order.
#define MEMBER_STANDBY "assay-standby"

/// Waits on a SOCK_SEQPACKET socket for an order, with the strings, in `size` bytes. Places are descriptors' numbers then.
/// Returns its length, 0 at the socket's end, or an error number below zero.
long member_receive_order(int socket, struct member_order *_Nonnull order, size_t size);
/// Says by an `InitMessage.began` that the program begins, or which step failed; an error without a step is the exec's own.
/// `cpu_microseconds` went by since the order came.
void member_report(int socket, const char *_Nonnull step, int error, uint64_t cpu_microseconds);
/// This process's CPU time, in microseconds.
uint64_t member_cpu_time(void);

#ifdef __cplusplus
}
#endif

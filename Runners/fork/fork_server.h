// A warmed interpreter that is forked into jails.
//
// The jailer asks for a fork by one message on a SOCK_SEQPACKET socket, `struct fork_request`, with descriptors beside it.
// The child is born in the run's control group and in the namespaces of the run's jail, becomes a member of it
// (member.h), puts itself under the filter, and reports by `struct fork_report`. Then it waits for its order
// (member_order.h), which may be there already, and returns to the interpreter.
#pragma once
#include "member_order.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Seen from outside of the library, which hides all else.
#define ASSAY_EXPORT __attribute__((visibility("default")))

enum { FORK_MAX_FILTER = 1024 };

/// Asks for one fork. Behind it come `filter_length` instructions of 8 bytes each. Descriptors are named by their place
/// among those that were passed.
struct fork_request {
    struct member_identity identity;
    /// A SOCK_SEQPACKET socket: the report goes there, and the order comes from there (member_order.h).
    int32_t channel;
    /// Namespaces that the child enters, the one for process ids first. See setns(2).
    int32_t namespaces[5];
    uint32_t namespace_count;
    /// The control group (v2) that the child is born in; -1: the server's own.
    int32_t group;
    uint32_t filter_length;
};

/// What the child says once it stands in the jail, with the filter's listener beside it (seccomp_unotify(2)) where `error`
/// is 0.
struct fork_report {
    int32_t error;
    /// In the jail's pid namespace.
    int32_t pid;
    /// The step that failed.
    char step[32];
};

/// Serves requests. Returns only in a forked child, with the length of what it wrote to `arguments`; ends the server's
/// process when the socket ends, or with a message on stderr and status 70 where it cannot go on.
ASSAY_EXPORT int assay_fork_server(int channel, char *_Nonnull arguments, size_t size);

#ifdef __cplusplus
}
#endif

/// The part of a fork server that is the same for every interpreter.
///
/// A fork server is an interpreter that stands in a jail's template, has its modules loaded and has run nothing but our
/// code. It calls assay_fork_server, which forks a child for each run.
#ifndef ASSAY_FORK_SERVER_H
#define ASSAY_FORK_SERVER_H

#include <stddef.h>

#define ASSAY_EXPORT __attribute__((visibility("default")))

/// Serves requests on a SOCK_SEQPACKET descriptor. Returns only in a forked child, there with the length of what it
/// wrote to `arguments`: the run's argv, each element ended by NUL. Exits the server's process when the socket ends.
ASSAY_EXPORT int assay_fork_server(int channel, char *arguments, size_t size);

#endif

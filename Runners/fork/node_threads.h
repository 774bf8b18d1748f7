/// The threads of a node that is forked: a child has the main thread only, and gets the others anew.
#ifndef ASSAY_NODE_THREADS_H
#define ASSAY_NODE_THREADS_H

#include <stdbool.h>

/// Whether this process is a fork server, and no child of one: ASSAY_FORK_SERVER was in its environment at its start.
bool assay_is_fork_server(void);

/// Waits until every other thread has nothing to do, and keeps it so: the calling thread then holds their locks.
///
/// Returns NULL, or what there is that could not be started anew in a child.
const char *assay_threads_stop(void);

/// Starts the threads anew, in a child that was forked from the thread that stopped them.
///
/// Returns NULL, or what failed.
const char *assay_threads_restart(void);

/// Whether this is a child that has the restarted threads, and has never had another one; with `or_pool`, but for those
/// of libuv's own pool.
bool assay_threads_are_restarted(bool or_pool);

#endif

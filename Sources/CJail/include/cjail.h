// What Swift's Glibc module lacks: raw system calls, wait macros, and flags that are macros.
//
// Every function returns a non-negative result, or -errno. No policy, allocation or logging here.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "huge_text.h"
#include "member.h"
#include "member_order.h"

#ifdef __cplusplus
extern "C" {
#endif

/// clone3(2) without CLONE_VM: returns 0 in the child. `cgroup_fd` is used when `flags` has CLONE_INTO_CGROUP;
/// `pidfd` is set when it is not NULL.
long cjail_clone(uint64_t flags, int exit_signal, int cgroup_fd, int *_Nullable pidfd);

extern const uint64_t cjail_clone_newuser, cjail_clone_newpid, cjail_clone_newns, cjail_clone_newnet,
    cjail_clone_newipc, cjail_clone_newuts, cjail_clone_newcgroup, cjail_clone_into_cgroup, cjail_clone_parent;

/// fork(2) by the older clone(2), which a filter can look into, without the C library's handlers: returns 0 in the child.
long cjail_fork(void);
/// unshare(2) with CLONE_NEWUSER.
int cjail_new_user_namespace(void);
/// unshare(2) with CLONE_NEWNET.
int cjail_new_network_namespace(void);
/// Gives all signals their default action, and an empty mask: ignored ones and the mask would survive an exec.
void cjail_reset_signals(void);
/// Makes a child that becomes a member (member.h), then executes `path`, or the descriptor `executable` where that is
/// NULL; returns its pid once it has, or has failed. `failure->error` is not 0 then; its name is NULL for the exec itself.
/// The child borrows this process's memory until then: no page is copied.
pid_t cjail_start_member(const struct member_identity *_Nonnull identity,
                         const struct member_equipment *_Nonnull equipment, const char *_Nullable path, int executable,
                         char *_Nullable const *_Nonnull argv, char *_Nullable const *_Nonnull envp,
                         struct member_failure *_Nonnull failure);
/// Makes a child that enters the jail as a member at once, waits on `socket` for a `member_order`, and executes that. It
/// borrows this process's memory until the exec, beside which this one goes on; there can be one in a process's life, and
/// none of `cjail_start_member` after it. Returns its pid.
pid_t cjail_stand_by(int socket, const struct member_identity *_Nonnull identity);

int cjail_pivot_root(const char *_Nonnull new_root, const char *_Nonnull put_old);
int cjail_close_range(unsigned first, unsigned last, bool close_on_exec);
int cjail_pidfd_send_signal(int pidfd, int signal);
int cjail_pidfd_open(pid_t pid);
/// pipe2(2) with O_CLOEXEC.
int cjail_pipe(int ends[_Nonnull 2]);
/// memfd_create(2), close-on-exec.
int cjail_memfd(const char *_Nonnull name);
/// openat2(2) that stays beneath `dirfd` and follows no symbolic link.
int cjail_open_beneath(int dirfd, const char *_Nonnull path, int flags, mode_t mode);
/// Moves at most `length` bytes between a pipe and a file at `*offset` (of the side that is not the pipe), without
/// blocking on the pipe. See splice(2).
ssize_t cjail_splice(int from, int64_t *_Nullable from_offset, int to, int64_t *_Nullable to_offset, size_t length);

/// open_tree(2) with OPEN_TREE_CLONE: a detached copy of the mount at `path`, which `dirfd` may stand for when empty.
int cjail_clone_mount(int dirfd, const char *_Nonnull path);
/// mount_setattr(2) on a detached mount: `attributes` are set, none is cleared.
int cjail_mount_attributes(int mountfd, uint64_t attributes);
int cjail_move_mount(int mountfd, int target_dirfd, const char *_Nonnull target_path);
extern const uint64_t cjail_mount_rdonly, cjail_mount_nosuid, cjail_mount_nodev, cjail_mount_noexec, cjail_mount_nosymfollow;
int cjail_mount(const char *_Nonnull source, const char *_Nonnull target, const char *_Nonnull type,
                unsigned long flags, const char *_Nullable data);
int cjail_mount_private(void);
/// A new tmpfs in no mount namespace, by a descriptor of its folder, which anybody may write to; without limits, and with
/// larger pages for larger files where the kernel has them. See fsmount(2), tmpfs(5).
int cjail_detached_tmpfs(void);
int cjail_unmount_detach(const char *_Nonnull target);
extern const unsigned long cjail_ms_rdonly, cjail_ms_nosuid, cjail_ms_nodev, cjail_ms_noexec, cjail_ms_remount, cjail_ms_bind;

int cjail_no_new_privileges(void);
/// Takes every capability out of the bounding set, so that no exec can bring one back. See capabilities(7).
int cjail_drop_bounding_set(void);
int cjail_parent_death_signal(int signal);
int cjail_set_dumpable(bool dumpable);
/// Shortens the process's name as ps(1) shows it; 15 bytes at most.
int cjail_set_name(const char *_Nonnull name);
/// Loads a filter of `count` instructions of 8 bytes each. See seccomp(2).
int cjail_seccomp_load(const void *_Nonnull instructions, size_t count);
/// The same, and returns a close-on-exec descriptor that tells of the calls with the action SECCOMP_RET_USER_NOTIF.
/// See seccomp_unotify(2).
int cjail_seccomp_load_notifying(const void *_Nonnull instructions, size_t count);
/// Takes the next call, and its first argument, from such a descriptor. `*id` is for the answer; -ENOENT where its
/// process is gone.
int cjail_seccomp_next(int listener, uint64_t *_Nonnull id, int *_Nonnull call, uint64_t *_Nonnull argument);
/// Lets a call be made. It may have changed since it was looked at: not a means to allow what must be refused.
int cjail_seccomp_continue(int listener, uint64_t id);
/// Answers a call with an error number, without making it.
int cjail_seccomp_refuse(int listener, uint64_t id, int error);
/// Blocks a signal and returns a close-on-exec, non-blocking descriptor that is readable when it came. See signalfd(2).
int cjail_signal_descriptor(int signal);
/// Whether the kernel knows a seccomp action.
int cjail_seccomp_action_available(uint32_t action);
/// Sets the loopback interface of the current network namespace up.
int cjail_loopback_up(void);
int cjail_set_hostname(const char *_Nonnull name);
int cjail_set_groups_empty(void);
int cjail_set_ids(uid_t uid, gid_t gid);
/// Sets a soft limit: `resource` is one of RLIMIT_*. -EINVAL where the hard limit is below `value`.
int cjail_set_soft_limit(int resource, uint64_t value);
uint64_t cjail_hard_limit(int resource);
extern const int cjail_rlimit_core, cjail_rlimit_cpu, cjail_rlimit_fsize, cjail_rlimit_nofile, cjail_rlimit_stack,
    cjail_rlimit_nice, cjail_rlimit_rtprio;

/// waitid(2) for one child; blocks unless `no_hang`. Returns the pid, 0 (none ended yet) or -errno.
/// `*exited` tells an exit (status is its code) from a signal (status is its number).
pid_t cjail_wait(pid_t pid, bool no_hang, bool *_Nonnull exited, int *_Nonnull status);

/// epoll_create(2).
int cjail_epoll(void);
/// Has a descriptor told once when it can be read, or has ended (EPOLLONESHOT); again for the next time.
int cjail_epoll_arm(int epoll, int fd);
/// Waits for some of them; answers how many are in `ready`.
int cjail_epoll_next(int epoll, int *_Nonnull ready, int capacity);

/// Has the executable's code in huge pages (huge_text.h), for this process and all that are forked from it.
int cjail_use_huge_text(void);

/// Receives one message of a SOCK_SEQPACKET socket with up to `*fd_count` descriptors (close-on-exec).
/// -EMSGSIZE when the message or its descriptors were cut; the descriptors that came are closed then.
ssize_t cjail_receive(int socket, void *_Nonnull buffer, size_t size, int *_Nonnull fds, size_t *_Nonnull fd_count, bool no_wait);
ssize_t cjail_send(int socket, const void *_Nonnull buffer, size_t size, const int *_Nullable fds, size_t fd_count);
/// A pair of SOCK_SEQPACKET sockets, close-on-exec, with room for messages of `message_size` bytes.
int cjail_socket_pair(int pair[_Nonnull 2], int message_size);

#ifdef __cplusplus
}
#endif

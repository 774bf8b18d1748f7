// The add-on by which node becomes a fork server (Runners/javascript/fork.js), and what it takes note of on the way there.
//
// Loaded before all other libraries (LD_PRELOAD), so that the functions here of V8's and node's names are called instead
// of theirs, which they call in turn: they tell where the state is that a child must not share with its siblings.
// Whatever is not as it is expected to be ends the server, and runs start cold.
#define _GNU_SOURCE
#include "fork_server.h"
#include "member.h"
#include "node_threads.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// Of node_api.h, which the build does not need for these few.
typedef struct napi_env__ *napi_env;
typedef struct napi_value__ *napi_value;
typedef struct napi_callback_info__ *napi_callback_info;
typedef int napi_status;
typedef napi_value (*napi_callback)(napi_env, napi_callback_info);
napi_status napi_create_function(napi_env, const char *, size_t, napi_callback, void *, napi_value *);
napi_status napi_create_int32(napi_env, int32_t, napi_value *);
napi_status napi_create_object(napi_env, napi_value *);
napi_status napi_create_string_utf8(napi_env, const char *, size_t, napi_value *);
napi_status napi_set_named_property(napi_env, napi_value, const char *, napi_value);
napi_status napi_get_uv_event_loop(napi_env, void **);

enum {
    MAX_GENERATORS = 64,
    MAX_MILESTONES = 16,
    /// Where the socket to the jailer is put, out of the way of what node opens.
    CHANNEL = 100,
    MAX_OWN = 64,
    MAX_LOOPS = 8,
    /// Nanoseconds from node's start to where a run's own begins.
    USUAL_AGE = 30000000,
    /// What marks the server's open files: a signal's number.
    MARK = 63,
};

static char arguments[MEMBER_MAX_STRINGS_SIZE];
/// The main thread's event loop, in a child.
static void *loop;

static void give_up(const char *what)
{
    dprintf(2, "fork server: %s\n", what);
    _exit(70);
}

static void *find(const char *name)
{
    void *symbol = dlsym(RTLD_DEFAULT, name);
    if (symbol == NULL) give_up(name);
    return symbol;
}

static uint64_t monotonic(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

// ------------------------------------------------------------------------------------------------------- random numbers

/// V8's generators: what Math.random begins with comes from one of them.
struct generator {
    int64_t seed;
    uint64_t state[2];
};

static struct generator *generators[MAX_GENERATORS];
static int64_t seeds[MAX_GENERATORS];
static int generator_count;

static bool is_on_this_stack(const void *address)
{
    extern void *__libc_stack_end;
    return (char *)address > (char *)__builtin_frame_address(0) && (char *)address < (char *)__libc_stack_end;
}

/// v8::base::RandomNumberGenerator::SetSeed(int64_t)
ASSAY_EXPORT void _ZN2v84base21RandomNumberGenerator7SetSeedEl(struct generator *generator, int64_t seed)
{
    static void (*real)(struct generator *, int64_t);
    if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, __func__);
    real(generator, seed);
    // Those of worker_threads come after the fork, and those on the stack are gone by then.
    if (!assay_is_fork_server() || is_on_this_stack(generator)) return;
    for (int i = 0; i < generator_count; i++) {
        if (generators[i] != generator) continue;
        seeds[i] = seed;
        return;
    }
    if (generator_count == MAX_GENERATORS) give_up("more random number generators than there is room for");
    generators[generator_count] = generator;
    seeds[generator_count++] = seed;
}

static void seed_anew(void)
{
    int count = generator_count;
    generator_count = 0;
    for (int i = 0; i < count; i++) {
        // One that is gone has left its memory to others.
        if (generators[i]->seed != seeds[i]) continue;
        int64_t seed;
        if (getrandom(&seed, sizeof seed, 0) != sizeof seed) give_up("getrandom");
        void (*set_seed)(struct generator *, int64_t);
        *(void **)&set_seed = find("_ZN2v84base21RandomNumberGenerator7SetSeedEl");
        set_seed(generators[i], seed);
    }
    // OpenSSL knows a child by its process id, which may be the same in another namespace.
    int (*poll)(void);
    *(void **)&poll = find("RAND_poll");
    if (poll() != 1) give_up("RAND_poll");
}

// ---------------------------------------------------------------------------------------------------------------- clocks

static struct {
    void *state;
    uint64_t origin;
    uint64_t milestones[MAX_MILESTONES];
    bool is_marked[MAX_MILESTONES];
} performance;

typedef void (*initialize_function)(void *, uint64_t, double);
typedef void (*mark_function)(void *, unsigned, uint64_t);

/// node::performance::PerformanceState::Initialize(uint64_t time_origin, double time_origin_timestamp)
ASSAY_EXPORT void _ZN4node11performance16PerformanceState10InitializeEmd(void *state, uint64_t origin, double timestamp)
{
    static initialize_function real;
    if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, __func__);
    real(state, origin, timestamp);
    if (!assay_is_fork_server() || performance.state != NULL) return;
    performance.state = state;
    performance.origin = origin;
}

/// node::performance::PerformanceState::Mark(PerformanceMilestone milestone, uint64_t ts)
ASSAY_EXPORT void _ZN4node11performance16PerformanceState4MarkENS0_20PerformanceMilestoneEm(
    void *state, unsigned milestone, uint64_t time)
{
    static mark_function real;
    if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, __func__);
    real(state, milestone, time);
    if (state != performance.state || milestone >= MAX_MILESTONES) return;
    performance.milestones[milestone] = time;
    performance.is_marked[milestone] = true;
}

/// Moves all that node remembers of its start to where it would be if the server had not waited since `served`, and had
/// come there as fast as a node of its own on an idle machine: its age counts for programs that look at the clock.
static void shift_clocks(uint64_t served)
{
    uint64_t age = served - performance.origin, kept = age < USUAL_AGE ? age : USUAL_AGE;
    uint64_t origin = monotonic() - kept;
    *(uint64_t *)find("_ZN4node11per_process15node_start_timeE") = origin;
    *(uint64_t *)find("_ZN4node11performance25performance_process_startE") = origin;
    // The time of day of that moment, by a clock that may have been set meanwhile.
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    double timestamp = (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1000 - (double)(monotonic() - origin) / 1000;
    *(double *)find("_ZN4node11performance35performance_process_start_timestampE") = timestamp;
    initialize_function initialize;
    *(void **)&initialize = dlsym(RTLD_NEXT, "_ZN4node11performance16PerformanceState10InitializeEmd");
    initialize(performance.state, origin, timestamp);
    mark_function mark;
    *(void **)&mark = dlsym(RTLD_NEXT, "_ZN4node11performance16PerformanceState4MarkENS0_20PerformanceMilestoneEm");
    for (unsigned i = 0; i < MAX_MILESTONES; i++) {
        if (!performance.is_marked[i] || performance.milestones[i] < performance.origin) continue;
        double part = (double)(performance.milestones[i] - performance.origin) / (double)age;
        mark(performance.state, i, origin + (uint64_t)(part * (double)kept));
    }
    performance.state = NULL;
}

// ----------------------------------------------------------------------------------------------------------- descriptors

static int channel = -1;
/// The numbers below are a run's own descriptors; what node opens for itself comes behind them.
static int run_count = 3;
static int own[MAX_OWN];
static size_t own_count;

/// Before node opens anything: what it opens has the numbers then that it has in a run.
__attribute__((constructor)) static void arrange_descriptors(void)
{
    const char *number = getenv("ASSAY_FORK_SERVER");
    if (number == NULL) return;
    int descriptor = atoi(number);
    channel = fcntl(descriptor, F_DUPFD_CLOEXEC, CHANNEL);
    if (channel < 0) give_up("ASSAY_FORK_SERVER is no descriptor that can be moved out of the way");
    close(descriptor);
    const char *count = getenv("ASSAY_FORK_DESCRIPTORS");
    if (count != NULL) run_count = atoi(count);
    for (descriptor = 0; descriptor < run_count; descriptor++) {
        if (fcntl(descriptor, F_GETFD) >= 0) continue;
        if (open("/dev/null", O_RDWR) != descriptor) give_up("/dev/null");
    }
}

/// What node has opened for its event loops stays open in children, which open it anew.
static void keep_own_descriptors(void)
{
    for (int descriptor = run_count; descriptor < CHANNEL + MAX_OWN; descriptor++) {
        if (descriptor == channel || fcntl(descriptor, F_GETFD) < 0) continue;
        if (own_count == MAX_OWN) give_up("more open descriptors than there is room for");
        // An attribute of the open file itself, which nothing else uses: fcntl(2).
        if (fcntl(descriptor, F_SETSIG, MARK) < 0) give_up("F_SETSIG");
        own[own_count++] = descriptor;
    }
    member_keep(own, own_count);
}

/// A child that shared an open file with its siblings could leave something there for them.
static void check_descriptors(void)
{
    for (size_t i = 0; i < own_count; i++)
        if (fcntl(own[i], F_GETSIG) == MARK) give_up("a descriptor that is still the server's");
}

// ----------------------------------------------------------------------------------------------------------- event loops

static void *loops[MAX_LOOPS];
static int loop_count;

/// Of the main thread: its own, and the one for traces. Those of other threads are made anew with these.
ASSAY_EXPORT int uv_loop_init(void *made)
{
    static int (*real)(void *);
    if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, __func__);
    if (assay_is_fork_server() && syscall(SYS_gettid) == getpid()) {
        if (loop_count == MAX_LOOPS) give_up("more event loops than there is room for");
        loops[loop_count++] = made;
    }
    return real(made);
}

ASSAY_EXPORT int uv_loop_close(void *closed)
{
    static int (*real)(void *);
    if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, __func__);
    int result = real(closed);
    for (int i = 0; i < loop_count && result == 0; i++)
        if (loops[i] == closed) loops[i--] = loops[--loop_count];
    return result;
}

/// Gives the loops new descriptors. `main_loop` may have been made where `uv_loop_init` here is not called.
static void renew_loops(void *main_loop)
{
    int (*loop_fork)(void *);
    void (*update_time)(void *);
    *(void **)&loop_fork = find("uv_loop_fork");
    *(void **)&update_time = find("uv_update_time");
    bool has_main = false;
    for (int i = 0; i < loop_count; i++) {
        has_main |= loops[i] == main_loop;
        if (loop_fork(loops[i]) != 0) give_up("uv_loop_fork");
    }
    if (!has_main && loop_fork(main_loop) != 0) give_up("uv_loop_fork");
    loop_count = 0;
    update_time(main_loop);
}

// --------------------------------------------------------------------------------------------------------------- the end

/// Ends a child at once where node would take its heap apart first, for half of the time of a short run.
///
/// All that a program can do or see has been done by then, if it had no threads that are stopped in their turn.
static void end(int status)
{
    fflush(NULL);
    _exit(status);
}

/// node::NodeMainInstance::Run(ExitCode *, Environment *): all that is run, the listeners of the process's exit included.
ASSAY_EXPORT void _ZN4node16NodeMainInstance3RunEPNS_8ExitCodeEPNS_11EnvironmentE(void *instance, int *status, void *environment)
{
    static void (*real)(void *, int *, void *);
    if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, __func__);
    real(instance, status, environment);
    // With an empty loop libuv's pool has nothing to do; a listener may have filled it again.
    if (!assay_threads_are_restarted(true)) return;
    int (*is_alive)(const void *);
    *(void **)&is_alive = find("uv_loop_alive");
    if (!is_alive(loop)) end(*status);
}

/// node::DefaultProcessExitHandlerInternal(Environment *, ExitCode): what process.exit comes to, whatever is still to do.
ASSAY_EXPORT void _ZN4node33DefaultProcessExitHandlerInternalEPNS_11EnvironmentENS_8ExitCodeE(void *environment, int status)
{
    static void (*real)(void *, int);
    if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, __func__);
    if (assay_threads_are_restarted(false)) end(status);
    real(environment, status);
}

// ---------------------------------------------------------------------------------------------------------- what JS calls

/// What a child must do before anything else, in C: node itself is as it was before the fork.
static void become_run(napi_env env, uint64_t served)
{
    const char *reason = assay_threads_restart();
    if (reason != NULL) give_up(reason);
    void (*disable_inheritance)(void);
    *(void **)&disable_inheritance = find("uv_disable_stdio_inheritance");
    if (napi_get_uv_event_loop(env, &loop) != 0) give_up("napi_get_uv_event_loop");
    renew_loops(loop);
    check_descriptors();
    // As node does with what it finds at its start: children of the run get none of it.
    disable_inheritance();
    shift_clocks(served);
    seed_anew();
}

/// Serves until it is in a child, where it gives `pid`, and the run's `arguments`, each ended by NUL.
static napi_value serve(napi_env env, napi_callback_info info)
{
    (void)info;
    unsetenv("ASSAY_FORK_SERVER");
    unsetenv("ASSAY_FORK_DESCRIPTORS");
    unsetenv("LD_PRELOAD");
    if (performance.state == NULL || generator_count == 0) give_up("node_fork.node was not loaded first");
    const char *reason = assay_threads_stop();
    if (reason != NULL) give_up(reason);
    keep_own_descriptors();
    uint64_t served = monotonic();
    int length = assay_fork_server(channel, arguments, sizeof arguments);
    become_run(env, served);
    napi_value run, pid, text;
    if (napi_create_object(env, &run) != 0 || napi_create_int32(env, getpid(), &pid) != 0
        || napi_create_string_utf8(env, arguments, (size_t)length, &text) != 0
        || napi_set_named_property(env, run, "pid", pid) != 0
        || napi_set_named_property(env, run, "arguments", text) != 0)
        give_up("what the run is told could not be made");
    memset(arguments, 0, sizeof arguments);
    return run;
}

ASSAY_EXPORT napi_value napi_register_module_v1(napi_env env, napi_value exports)
{
    (void)exports;
    napi_value function;
    if (napi_create_function(env, "serve", (size_t)-1, serve, NULL, &function) != 0) return NULL;
    return function;
}

ASSAY_EXPORT int32_t node_api_module_get_api_version_v1(void)
{
    return 8;
}

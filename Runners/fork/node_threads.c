// Loaded before all other libraries of a node that is to be forked. Takes note of each thread as it is made, so that a
// child can have the same: workers of V8's platform, the scheduler of their delayed tasks, the watcher of SIGUSR1. All
// three are loops without a memory: started again they are what they were, provided that they had nothing to do.
#define _GNU_SOURCE
#include "node_threads.h"

#include "fork_server.h"

#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { MAX_THREADS = 64, MAX_DESCRIPTORS = 16, PATIENCE_MS = 20000 };

/// What node hands to a worker. The three in the middle are on the stack of who starts it, and used at its start only.
struct worker_start {
    char *queue;
    void *mutex;
    void *condition;
    int *pending;
};

enum {
    /// How far behind a queue's address its condition for new tasks may be.
    QUEUE_SIZE = 256,
    /// How much deeper than now the main thread may have been.
    STACK_BELOW = 1 << 20,
};

enum kind { WORKER, SCHEDULER, WATCHER };

struct thread {
    enum kind kind;
    void *(*start)(void *);
    void *argument;
    /// Where the thread's handle is kept, for who will join it.
    pthread_t *handle;
    pthread_t first;
    int detach_state;
    size_t stack_size;
    sigset_t mask;
    // Where the thread waits, while it does.
    _Atomic(pthread_cond_t *) condition;
    _Atomic(pthread_mutex_t *) mutex;
    _Atomic int poll_descriptor, poll_timeout;
    // What it has opened for itself.
    int descriptors[MAX_DESCRIPTORS];
    int descriptor_count;
};

static struct thread threads[MAX_THREADS];
static _Atomic int thread_count;
static _Atomic bool is_recording, is_beyond, is_restarted, has_more, has_others;
static __thread struct thread *self;

static pthread_mutex_t *held[MAX_THREADS];
static int held_count;

static struct {
    long (*syscall)(long, ...);
    int (*pthread_create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    int (*pthread_cond_wait)(pthread_cond_t *, pthread_mutex_t *);
    int (*epoll_pwait)(int, struct epoll_event *, int, int, const sigset_t *);
    int (*epoll_create1)(int);
    int (*eventfd)(unsigned, int);
    int (*pipe2)(int *, int);
    int (*uv_cond_init)(pthread_cond_t *);
    int (*uv_mutex_init)(pthread_mutex_t *);
} real;

#define FIND(name) *(void **)&real.name = dlsym(RTLD_NEXT, #name)

static void find_real(void)
{
    if (real.pthread_create != NULL) return;
    FIND(syscall);
    FIND(pthread_cond_wait);
    FIND(epoll_pwait);
    FIND(epoll_create1);
    FIND(eventfd);
    FIND(pipe2);
    FIND(pthread_create);
}

__attribute__((constructor)) static void begin(void)
{
    find_real();
    if (getenv("ASSAY_FORK_SERVER") == NULL) return;
    is_recording = true;
}

bool assay_is_fork_server(void)
{
    return is_recording;
}

// ------------------------------------------------------------------------------------- in the place of the C library's

ASSAY_EXPORT int madvise(void *address, size_t length, int advice)
{
    // V8 does not want its heap in children; here that is what they are for.
    if (advice == MADV_DONTFORK && is_recording) return 0;
    return syscall(SYS_madvise, address, length, advice);
}

static bool is_in_libuv(const void *function)
{
    Dl_info of_function, of_libuv;
    return real.uv_cond_init != NULL && dladdr(function, &of_function) != 0
        && dladdr(*(void **)&real.uv_cond_init, &of_libuv) != 0 && of_function.dli_fbase == of_libuv.dli_fbase;
}

ASSAY_EXPORT long syscall(long number, ...)
{
    va_list list;
    va_start(list, number);
    long a[6];
    for (int i = 0; i < 6; i++) a[i] = va_arg(list, long);
    va_end(list);
    // What a run may not call a server does not either: libuv's rings would be shared memory of all children.
    if (number == SYS_io_uring_setup && is_recording) {
        errno = ENOSYS;
        return -1;
    }
    find_real();
    return real.syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static void *run(void *record)
{
    self = record;
    return self->start(self->argument);
}

ASSAY_EXPORT int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument)
{
    find_real();
    if (!is_recording) {
        has_more = true;
        if (!is_in_libuv(*(void **)&start)) has_others = true;
        return real.pthread_create(thread, attributes, start, argument);
    }
    int index = atomic_fetch_add(&thread_count, 1);
    if (index >= MAX_THREADS) {
        thread_count = MAX_THREADS;
        is_beyond = true;
        return real.pthread_create(thread, attributes, start, argument);
    }
    struct thread *record = &threads[index];
    record->start = start;
    record->argument = argument;
    if (attributes != NULL) {
        pthread_attr_getdetachstate(attributes, &record->detach_state);
        pthread_attr_getstacksize(attributes, &record->stack_size);
    }
    pthread_sigmask(SIG_SETMASK, NULL, &record->mask);
    int error = real.pthread_create(thread, attributes, run, record);
    if (error == 0) {
        record->handle = thread;
        record->first = *thread;
    }
    // Nobody can say what is to be started again.
    if (error != 0) is_beyond = true;
    return error;
}

ASSAY_EXPORT int pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex)
{
    struct thread *record = self;
    if (record == NULL || !is_recording) {
        find_real();
        return real.pthread_cond_wait(condition, mutex);
    }
    // Set and cleared with the mutex held: whoever holds it later and sees the condition knows that the thread waits.
    record->mutex = mutex;
    record->condition = condition;
    int error = real.pthread_cond_wait(condition, mutex);
    record->condition = NULL;
    return error;
}

ASSAY_EXPORT int epoll_pwait(int descriptor, struct epoll_event *events, int count, int timeout, const sigset_t *mask)
{
    struct thread *record = self;
    if (record == NULL || !is_recording) {
        find_real();
        return real.epoll_pwait(descriptor, events, count, timeout, mask);
    }
    record->poll_timeout = timeout;
    record->poll_descriptor = descriptor;
    int result = real.epoll_pwait(descriptor, events, count, timeout, mask);
    record->poll_descriptor = 0;
    return result;
}

static int note(int descriptor)
{
    if (self != NULL && descriptor >= 0 && is_recording) {
        if (self->descriptor_count < MAX_DESCRIPTORS)
            self->descriptors[self->descriptor_count++] = descriptor;
        else
            is_beyond = true;
    }
    return descriptor;
}

ASSAY_EXPORT int epoll_create1(int flags)
{
    find_real();
    return note(real.epoll_create1(flags));
}

ASSAY_EXPORT int eventfd(unsigned value, int flags)
{
    find_real();
    return note(real.eventfd(value, flags));
}

ASSAY_EXPORT int pipe2(int descriptors[2], int flags)
{
    find_real();
    int result = real.pipe2(descriptors, flags);
    if (result == 0) {
        note(descriptors[0]);
        note(descriptors[1]);
    }
    return result;
}

// ------------------------------------------------------------------------------------------------------- before a fork

extern void *__libc_stack_end;

/// Whether an address is on the main thread's stack.
static bool is_on_stack(const void *address)
{
    const char *top = __libc_stack_end;
    const char *bottom = (const char *)__builtin_frame_address(0) - STACK_BELOW;
    return (const char *)address > bottom && (const char *)address < top;
}

/// Finds out what each thread is by what it was given.
static const char *classify(void)
{
    int workers = 0, schedulers = 0, watchers = 0;
    for (int i = 0; i < thread_count; i++) {
        struct thread *record = &threads[i];
        const struct worker_start *start = record->argument;
        if (start == NULL) {
            record->kind = WATCHER;
            watchers++;
            if (record->detach_state != PTHREAD_CREATE_DETACHED) return "a thread of a kind that is not known";
            continue;
        } else if (is_on_stack(start->mutex) && is_on_stack(start->condition) && is_on_stack(start->pending)) {
            record->kind = WORKER;
            workers++;
        } else {
            // Node starts it first, before its workers.
            record->kind = SCHEDULER;
            if (schedulers++ != 0 || i != 0) return "a thread of a kind that is not known";
        }
        if (record->detach_state != PTHREAD_CREATE_JOINABLE || is_on_stack(record->handle)
            || !pthread_equal(*record->handle, record->first))
            return "a thread whose handle is not where it was";
    }
    if (workers < 1 || schedulers != 1 || watchers > 1) return "not the threads that node has";
    return NULL;
}

/// Whether a worker waits for a task; its mutex is held by the caller.
static bool waits_for_task(struct thread *record)
{
    const struct worker_start *start = record->argument;
    char *condition = (char *)record->condition;
    return condition != NULL && condition > start->queue && condition < start->queue + QUEUE_SIZE;
}

/// Whether the scheduler waits for a task, and has none that waits for its time.
static bool waits_without_end(struct thread *record)
{
    int descriptor = record->poll_descriptor;
    if (descriptor <= 0 || record->poll_timeout != -1) return false;
    struct pollfd event = {.fd = descriptor, .events = POLLIN};
    return poll(&event, 1, 0) == 0 && record->poll_descriptor == descriptor;
}

static void release(void)
{
    while (held_count > 0) pthread_mutex_unlock(held[--held_count]);
}

static bool try_to_stop(void)
{
    for (int i = 0; i < thread_count; i++) {
        pthread_mutex_t *mutex = threads[i].mutex;
        if (threads[i].kind != WORKER || mutex == NULL) continue;
        bool is_held = false;
        for (int j = 0; j < held_count; j++) is_held |= held[j] == mutex;
        if (is_held) continue;
        pthread_mutex_lock(mutex);
        held[held_count++] = mutex;
    }
    for (int i = 0; i < thread_count; i++) {
        struct thread *record = &threads[i];
        if ((record->kind == WORKER && !waits_for_task(record))
            || (record->kind == SCHEDULER && !waits_without_end(record))) {
            release();
            return false;
        }
    }
    return true;
}

const char *assay_threads_stop(void)
{
    if (!is_recording) return "node_threads.c was not loaded first";
    *(void **)&real.uv_cond_init = dlsym(RTLD_DEFAULT, "uv_cond_init");
    *(void **)&real.uv_mutex_init = dlsym(RTLD_DEFAULT, "uv_mutex_init");
    if (real.uv_cond_init == NULL || real.uv_mutex_init == NULL) return "no libuv";
    if (is_beyond) return "more threads or descriptors than there is room for";
    const char *reason = classify();
    if (reason != NULL) return reason;
    for (int waited = 0; waited < PATIENCE_MS; waited++) {
        if (try_to_stop()) return NULL;
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    return "threads that are busy without end";
}

// ------------------------------------------------------------------------------------------------------- in the child

static int start_again(struct thread *record)
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    if (record->stack_size != 0) pthread_attr_setstacksize(&attributes, record->stack_size);
    pthread_attr_setdetachstate(&attributes, record->detach_state);
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, &record->mask, &mask);
    pthread_t detached;
    pthread_t *handle = record->kind == WATCHER ? &detached : record->handle;
    int error = real.pthread_create(handle, &attributes, record->start, record->argument);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    pthread_attr_destroy(&attributes);
    return error;
}

const char *assay_threads_restart(void)
{
    static pthread_mutex_t start_mutex = PTHREAD_MUTEX_INITIALIZER;
    static pthread_cond_t start_condition = PTHREAD_COND_INITIALIZER;
    static int pending;

    is_recording = false;
    // Both count who waits, and those are not there any more.
    for (int i = 0; i < thread_count; i++)
        if (threads[i].kind == WORKER && real.uv_cond_init(threads[i].condition) != 0) return "no condition";
    for (int i = 0; i < held_count; i++)
        if (real.uv_mutex_init(held[i]) != 0) return "no mutex";
    for (int i = 0; i < thread_count; i++) {
        struct thread *record = &threads[i];
        for (int j = 0; j < record->descriptor_count; j++) close(record->descriptors[j]);
        if (record->kind == WORKER) {
            struct worker_start *start = record->argument;
            start->mutex = &start_mutex;
            start->condition = &start_condition;
            start->pending = &pending;
            pending++;
        }
        // Its argument begins with the semaphore that says that it is there.
        if (record->kind == SCHEDULER) sem_init(record->argument, 0, 0);
        if (start_again(record) != 0) return "a thread could not be started";
        if (record->kind == SCHEDULER)
            while (sem_wait(record->argument) != 0) {}
    }
    is_restarted = true;
    return NULL;
}

bool assay_threads_are_restarted(bool or_pool)
{
    return is_restarted && !(or_pool ? has_others : has_more);
}

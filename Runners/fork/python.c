// What a fork server of CPython does around assay_fork_server. It is loaded by ctypes into the interpreter itself,
// whose functions are declared here as its headers have them, since the machine that compiles this need not have them.
#define _GNU_SOURCE
#include "fork_server.h"
#include "huge_pages.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct object PyObject;
typedef struct thread_state PyThreadState;

extern PyObject *PyExc_SystemExit, *PyExc_KeyboardInterrupt;
void PyOS_BeforeFork(void);
void PyOS_AfterFork_Child(void);
PyThreadState *PyThreadState_Get(void);
PyObject *PyThreadState_GetFrame(PyThreadState *);
int Py_GetRecursionLimit(void);
int PyUnstable_ThreadState_SetStackProtection(PyThreadState *, void *, size_t);
void Py_IncRef(PyObject *);
void Py_DecRef(PyObject *);
PyObject *Py_GetConstantBorrowed(unsigned);
PyObject *PyImport_AddModule(const char *);
PyObject *PyImport_GetModule(PyObject *);
PyObject *PyImport_GetModuleDict(void);
PyObject *PyModule_GetDict(PyObject *);
PyObject *PyModule_New(const char *);
PyObject *PyRun_FileExFlags(FILE *, const char *, int, PyObject *, PyObject *, int, void *);
PyObject *PySys_GetObject(const char *);
PyObject *PyObject_CallNoArgs(PyObject *);
PyObject *PyObject_CallMethod(PyObject *, const char *, const char *, ...);
PyObject *PyObject_GetAttrString(PyObject *, const char *);
PyObject *PyUnicode_FromString(const char *);
PyObject *PyCapsule_New(void *, const char *, void (*)(PyObject *));
PyObject *PyErr_GetRaisedException(void);
void PyErr_SetRaisedException(PyObject *);
int PyErr_ExceptionMatches(PyObject *);
PyObject *PyErr_Occurred(void);
void PyErr_Print(void);
void PyErr_Clear(void);
void PyErr_WriteUnraisable(PyObject *);
int PyDict_DelItemString(PyObject *, const char *);
int PyDict_SetItemString(PyObject *, const char *, PyObject *);
int PyDict_SetItem(PyObject *, PyObject *, PyObject *);
PyObject *PyDict_GetItemWithError(PyObject *, PyObject *);
PyObject *PyDict_New(void);
void PyDict_Clear(PyObject *);
int PyDict_Next(PyObject *, ssize_t *, PyObject **, PyObject **);
int PyDict_Update(PyObject *, PyObject *);
int PyFile_WriteObject(PyObject *, PyObject *, int);
void PySys_WriteStderr(const char *, ...);
unsigned long PyType_GetFlags(PyObject *);
PyObject *PyObject_Type(PyObject *);
long long PyLong_AsLongLong(PyObject *);
int Py_FinalizeEx(void);
extern char PyCode_Type;
void PyUnstable_GC_VisitObjects(int (*)(PyObject *, void *), void *);
int PyObject_GC_IsTracked(PyObject *);
void *PyType_GetSlot(PyObject *, int);
int PyUnstable_IsImmortal(PyObject *);
void _Py_SetImmortalUntracked(PyObject *);
ssize_t PyList_Size(PyObject *);
PyObject *PyList_GetItem(PyObject *, ssize_t);

enum { CONSTANT_NONE = 0, FILE_INPUT = 257, PRINT_RAW = 1, FAILED_FLUSH = 120 };
enum { LONG_SUBCLASS = 1 << 24, TUPLE_SUBCLASS = 1 << 26, DICT_SUBCLASS = 1 << 29 };  // flags of a type

static bool is_none(PyObject *object) { return object == Py_GetConstantBorrowed(CONSTANT_NONE); }

// What interpreter and C library remember of the limit of the main thread's stack, which is another in each child.

static char *stack_top;
static size_t above_stack;  // part of the limit that lies above the first frame, as pthread_getattr_np(3) has it

static size_t stack_limit(void)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_STACK, &limit) == 0 ? limit.rlim_cur : 0;
}

static void measure_stack(void)
{
    pthread_attr_t attributes;
    void *start;
    size_t size;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0) return;
    pthread_attr_getstack(&attributes, &start, &size);
    pthread_attr_destroy(&attributes);
    stack_top = (char *)start + size;
    above_stack = stack_limit() - size;
}

static void adjust_stack(void)
{
    size_t limit = stack_limit(), page = 4096;
    size_t size = (limit - above_stack) & -page;
    PyUnstable_ThreadState_SetStackProtection(PyThreadState_Get(), stack_top - size, size);
    pthread_attr_t threads;
    pthread_attr_init(&threads);
    pthread_attr_setstacksize(&threads, limit);
    pthread_setattr_default_np(&threads);
    pthread_attr_destroy(&threads);
}

// Where the server's memory lies: the interpreter's arenas and the C library's heap begin where huge pages do.

static struct arenas {
    void *context;
    void *(*allocate)(void *context, size_t size);
    void (*free)(void *context, void *arena, size_t size);
} usual_arenas;  // PyObjectArenaAllocator

void PyObject_GetArenaAllocator(struct arenas *);
void PyObject_SetArenaAllocator(struct arenas *);
void *PyObject_Malloc(size_t);

static void *allocate_arena(void *context, size_t size)
{
    static char *second;  // half of a huge page
    if (size != HUGE_PAGE / 2) return usual_arenas.allocate(context, size);  // a stack of frames
    char *arena = second;
    if (arena != NULL) {
        second = NULL;
        return arena;
    }
    arena = huge_map(HUGE_PAGE);
    if (arena != NULL) second = arena + size;
    return arena;
}

// Preloaded, this is called before the interpreter begins.
__attribute__((constructor)) static void lay_out_memory(void)
{
    if (getenv("ASSAY_FORK_SERVER") == NULL) return;
    uintptr_t end = (uintptr_t)sbrk(0);
    sbrk(-end & (HUGE_PAGE - 1));
    PyObject_GetArenaAllocator(&usual_arenas);
    struct arenas arenas = usual_arenas;
    arenas.allocate = allocate_arena;
    PyObject_SetArenaAllocator(&arenas);
}

// Takes what is left free between the server's small objects, so that those of a child lie side by side, on few pages:
// blocks of each size up to the first that is alone in its pool, whose header begins with the number of blocks in use.
static void fill_pools(void)
{
    enum { LARGEST = 512, STEP = 16, MOST = 1 << 14 };
    static const uintptr_t POOL = 1 << 14;
    for (size_t size = STEP; size <= LARGEST; size += STEP)
        for (int i = 0; i < MOST; i++) {
            void *block = PyObject_Malloc(size);
            if (block == NULL || *(uint32_t *)((uintptr_t)block & -POOL) == 1) break;
        }
}

// The last thing before children are forked.
static void settle_memory(void)
{
    fill_pools();
    malloc_trim(0);
    if (usual_arenas.allocate != NULL) PyObject_SetArenaAllocator(&usual_arenas);
    assay_use_huge_pages();
}

// The server's own streams are pipes, and so are a run's; for all else the interpreter's must be made anew.
static void adopt_streams(PyObject *adopt)
{
    struct stat status;
    for (int i = 0; i < 3; i++)
        if (fstat(i, &status) != 0 || !S_ISFIFO(status.st_mode)) {
            PyObject *none = PyObject_CallNoArgs(adopt);
            if (none == NULL) PyErr_Print();
            else Py_DecRef(none);
            return;
        }
}

ASSAY_EXPORT int assay_python_serve(int channel, char *arguments, size_t size, PyObject *adopt)
{
    measure_stack();
    settle_memory();
    PyOS_BeforeFork();
    int length = assay_fork_server(channel, arguments, size);
    PyOS_AfterFork_Child();
    adjust_stack();
    adopt_streams(adopt);
    return length;
}

// What the server holds is shared with its children as long as they do not write to it, and to count references is to
// write. So all of it is made immortal (PEP 683): nobody counts, and nothing of it is ever freed.

enum { TRAVERSE = 71 };  // Py_tp_traverse

static PyObject *spared;

static int share(PyObject *object, void *unused);

static void share_contents(PyObject *object, PyObject *type)
{
    int (*traverse)(PyObject *, int (*)(PyObject *, void *), void *) = PyType_GetSlot(type, TRAVERSE);
    if (traverse != NULL) traverse(object, share, NULL);
}

static void share_code(PyObject *code)
{
    static const char *const parts[] = {"co_consts", "co_names", "co_filename", "co_name", "co_qualname", "co_linetable",
                                        "co_exceptiontable"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        PyObject *part = PyObject_GetAttrString(code, parts[i]);
        if (part == NULL) PyErr_Clear();
        else share(part, NULL);
    }
}

// Makes an object immortal, and what it has that the collector does not know of.
static int share(PyObject *object, void *unused)
{
    (void)unused;
    if (PyUnstable_IsImmortal(object)) return 0;
    for (ssize_t i = PyList_Size(spared); i-- > 0;)
        if (PyList_GetItem(spared, i) == object) return 0;
    _Py_SetImmortalUntracked(object);
    if (PyObject_GC_IsTracked(object)) return 0;
    PyObject *type = PyObject_Type(object);
    if (type == (PyObject *)&PyCode_Type) share_code(object);
    else if (PyType_GetFlags(type) & (TUPLE_SUBCLASS | DICT_SUBCLASS)) share_contents(object, type);
    Py_DecRef(type);
    return 0;
}

static int share_tracked(PyObject *object, void *unused)
{
    (void)unused;
    PyObject *type = PyObject_Type(object);
    share(object, NULL);
    share_contents(object, type);
    Py_DecRef(type);
    return 1;
}

// Makes all objects immortal but those of a list.
ASSAY_EXPORT void assay_python_share(PyObject *but)
{
    spared = but;
    PyUnstable_GC_VisitObjects(share_tracked, NULL);
}

// The end of a program. Py_FinalizeEx does all that can be seen: threads, exit handlers, flushing, finalisers. Then it
// would take the whole interpreter apart, page by page of what is shared with the server; there the process ends.

static int exit_status;
static bool ends_early;

static bool flush(const char *name)
{
    PyObject *stream = PySys_GetObject(name);
    if (stream == NULL || is_none(stream)) return true;
    PyObject *none = PyObject_CallMethod(stream, "flush", NULL);
    if (none == NULL) return false;
    Py_DecRef(none);
    return true;
}

static void leave(PyObject *capsule)
{
    (void)capsule;
    if (!ends_early) return;
    if (!flush("stdout")) {
        PyErr_WriteUnraisable(PySys_GetObject("stdout"));
        exit_status = FAILED_FLUSH;
    }
    if (!flush("stderr")) {
        PyErr_Clear();
        exit_status = FAILED_FLUSH;
    }
    _exit(exit_status);
}

// Leaves in sys.modules only what the program brought: those modules are taken apart, in the usual order. The module
// that ends the process comes first, which makes it the last of them.
static void keep_own_modules(PyObject *ours)
{
    PyObject *modules = PyImport_GetModuleDict(), *own = PyDict_New(), *end = PyModule_New("end"), *name, *module;
    if (own == NULL || end == NULL) return;
    ssize_t place = 0;
    while (PyDict_Next(modules, &place, &name, &module))
        if (PyDict_GetItemWithError(ours, name) != module) PyDict_SetItem(own, name, module);
    PyObject *capsule = PyCapsule_New(&exit_status, NULL, leave);
    PyDict_SetItemString(PyModule_GetDict(end), "_end", capsule);
    Py_DecRef(capsule);
    PyDict_Clear(modules);
    PyDict_SetItemString(modules, "end", end);  // and one reference stays here
    PyDict_Update(modules, own);
    Py_DecRef(own);
}

static void call(PyObject *callable)
{
    PyObject *none = PyObject_CallNoArgs(callable);
    if (none == NULL) PyErr_WriteUnraisable(callable);
    else Py_DecRef(none);
}

static void end_threads(void)
{
    PyObject *name = PyUnicode_FromString("threading");
    PyObject *threading = PyImport_GetModule(name);
    Py_DecRef(name);
    PyErr_Clear();
    if (threading == NULL) return;
    PyObject *shutdown = PyObject_GetAttrString(threading, "_shutdown");
    if (shutdown == NULL) PyErr_Clear();
    else call(shutdown);
    Py_DecRef(threading);
}

static void finish(int status, bool is_interrupted, PyObject *exit_handlers, PyObject *ours)
{
    exit_status = status;
    end_threads();
    call(exit_handlers);
    // Streams of the program's own, and those that fail, are left to the interpreter.
    ends_early = !is_interrupted && PySys_GetObject("stdout") == PySys_GetObject("__stdout__")
        && PySys_GetObject("stderr") == PySys_GetObject("__stderr__") && flush("stdout") && flush("stderr");
    PyErr_Clear();
    keep_own_modules(ours);
    if (Py_FinalizeEx() < 0) exit_status = FAILED_FLUSH;
    if (is_interrupted) {
        signal(SIGINT, SIG_DFL);
        kill(getpid(), SIGINT);
    }
    exit(exit_status);
}

// The exit status that a SystemExit asks for, as `python3` has it.
static int status_of_exit(void)
{
    PyObject *error = PyErr_GetRaisedException(), *code = PyObject_GetAttrString(error, "code");
    if (code == NULL) PyErr_Clear();
    else {
        Py_DecRef(error);
        error = code;
        if (is_none(code)) {
            Py_DecRef(code);
            return 0;
        }
        PyObject *type = PyObject_Type(code);
        if (PyType_GetFlags(type) & LONG_SUBCLASS) {
            int status = (int)PyLong_AsLongLong(code);  // -1 for what is too large, as there
            PyErr_Clear();
            Py_DecRef(code);
            return status;
        }
        Py_DecRef(type);
    }
    PyObject *stream = PySys_GetObject("stderr");
    if (stream != NULL && !is_none(stream) && PyFile_WriteObject(error, stream, PRINT_RAW) < 0) PyErr_Clear();
    PySys_WriteStderr("\n");
    Py_DecRef(error);
    return 1;
}

static void run_program(const char *path, PyObject *exit_handlers, PyObject *ours)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        fprintf(stderr, "python3: can't open file '%s': [Errno %d] %s\n", path, errno, strerror(errno));
        exit(2);
    }
    PyObject *globals = PyModule_GetDict(PyImport_AddModule("__main__"));
    PyObject *result = PyRun_FileExFlags(file, path, FILE_INPUT, globals, globals, 1, NULL);
    PyObject *error = PyErr_GetRaisedException();
    if (!flush("stderr")) PyErr_Clear();
    if (!flush("stdout")) PyErr_Clear();
    bool is_interrupted = false;
    int status = 0;
    if (result != NULL) Py_DecRef(result);
    else {
        PyErr_SetRaisedException(error);
        status = 1;
        if (PyErr_ExceptionMatches(PyExc_SystemExit)) {
            finish(status_of_exit(), false, exit_handlers, ours);
        }
        is_interrupted = PyErr_ExceptionMatches(PyExc_KeyboardInterrupt);
        PyErr_Print();
    }
    if (PyDict_DelItemString(globals, "__file__") < 0) PyErr_Clear();
    finish(status, is_interrupted, exit_handlers, ours);
}

// The frames of the server, which a program's own must not stand on. They are below it on the C stack, and stay.

static struct {
    struct frame **current;  // of the thread state
    int *remaining;          // levels of recursion
} thread;

// Finds in the thread state what has no function to set it: the pointer to the frame that is known to be the current
// one, and before it the limit of recursion, next to what remains of it.
static bool find_frames(void)
{
    enum { FRAME_IN_OBJECT = 3, WORDS = 32, NEAR = 8 };
    PyThreadState *state = PyThreadState_Get();
    PyObject *object = PyThreadState_GetFrame(state);
    if (object == NULL) return false;
    struct frame **words = (struct frame **)state, *frame = ((struct frame **)object)[FRAME_IN_OBJECT];
    Py_DecRef(object);
    int limit = Py_GetRecursionLimit();
    for (int i = 0; i < WORDS; i++) {
        if (words[i] != frame) continue;
        int *numbers = (int *)&words[i];
        for (int before = 2; before <= NEAR; before++)
            if (numbers[-before + 1] == limit && numbers[-before] > limit - 100 && numbers[-before] < limit) {
                thread.current = &words[i];
                thread.remaining = &numbers[-before];
                return true;
            }
    }
    return false;
}

static void hide_frames(void)
{
    *thread.current = NULL;
    *thread.remaining = Py_GetRecursionLimit();
}

// Serves programs; never returns, neither in the server nor in a child, which runs the program at `path` as the main
// script. Exits with 1 in an interpreter that it does not know its way in.
ASSAY_EXPORT void assay_python_serve_programs(
    int channel, const char *path, PyObject *adopt, PyObject *exit_handlers, PyObject *ours)
{
    static char arguments[4096];
    if (!find_frames()) {
        fputs("the thread state of this Python is another than the one that is known\n", stderr);
        exit(1);
    }
    measure_stack();
    settle_memory();
    PyOS_BeforeFork();
    assay_fork_server(channel, arguments, sizeof arguments);
    PyOS_AfterFork_Child();
    adjust_stack();
    adopt_streams(adopt);
    hide_frames();
    run_program(path, exit_handlers, ours);
}

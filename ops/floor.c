// What the kernel takes for a jail of this kind, with nothing of ours in it: one process that clones, mounts, loads filters
// and executes, as tightly as it can be written. It is what no grader with fresh namespaces for each test can be below on
// this machine; ops/bench puts it into docs/benchmarks.md, beside what we take.
//
//   cc -O2 -static -o floor ops/floor.c && sudo ./floor [ROUNDS]
//
// Prints tables in Markdown: medians, in microseconds.
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_ROUNDS = 5000, FILTER_LENGTH = 116, TOUCHED = 150 };

// A jail's steps; each includes those before it.
enum step { FORK, NAMESPACES, MOUNTS, FILTERS, EXEC, TALK, STEPS };
static const char *const names[STEPS] = {
    "a process that ends at once",
    "in new pid, mount, ipc and cgroup namespaces",
    "with three tmpfs and a /proc of its own",
    "under two seccomp filters of 116 instructions",
    "that executes a static program",
    "when it is told to, with its output in two pipes, and says how it ended",
};

static int self;
static char *const nothing[] = {NULL};

// The descriptors of a jail that is told what to do, and when it was.
static struct {
    int socket[2], output[2], error[2];
    double told, answered;
} standing;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e6 + time.tv_nsec * 1e-3;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, int count) {
    qsort(values, count, sizeof *values, ascending);
    return values[count / 2];
}

static void require(int isTrue, const char *what) {
    if (!isTrue) err(1, "%s", what);
}

static void load_filter(void) {
    struct sock_filter code[FILTER_LENGTH];
    code[0] = (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, FILTER_LENGTH - 2);
    for (int i = 1; i < FILTER_LENGTH - 1; i++) {
        code[i] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (unsigned)i, 0, 0);
    }
    code[FILTER_LENGTH - 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = {FILTER_LENGTH, code};
    require(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0, "seccomp");
}

static void execute(int talks) {
    if (talks) {
        dup2(standing.output[1], 1);
        dup2(standing.error[1], 2);
    }
    char *const arguments[] = {"floor", "--end", NULL};
    syscall(SYS_execveat, self, "", arguments, nothing, AT_EMPTY_PATH);
    err(1, "execveat");
}

static void build(enum step step) {
    if (step >= MOUNTS) {
        unsigned long flags = MS_NOSUID | MS_NODEV;
        const char *options = "size=64m,nr_inodes=1000";
        require(mount("tmpfs", "/work", "tmpfs", flags, options) == 0, "mount /work");
        require(mount("tmpfs", "/tmp", "tmpfs", flags, options) == 0, "mount /tmp");
        require(mount("tmpfs", "/shm", "tmpfs", flags, options) == 0, "mount /shm");
        require(mount("proc", "/proc", "proc", flags, "hidepid=ptraceable,subset=pid") == 0, "mount /proc");
    }
    if (step >= FILTERS) {
        require(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no_new_privs");
        load_filter();
        load_filter();
    }
    char byte = 0;
    if (step >= TALK) {
        close(standing.socket[0]);
        require(write(standing.socket[1], &byte, 1) == 1 && read(standing.socket[1], &byte, 1) == 1, "wait for the word");
    }
    // By a child that borrows the first process's memory, as it must be: pid 1 of the jail stays.
    if (step >= EXEC) {
        pid_t pid = vfork();
        if (pid == 0) execute(step >= TALK);
        if (step >= TALK) {
            close(standing.output[1]);
            close(standing.error[1]);
        }
        int status;
        require(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0, "executed program");
    }
    if (step >= TALK) require(write(standing.socket[1], &byte, 1) == 1, "say how it ended");
    _exit(0);
}

// What tells the jail to go on, reads what its program writes, and hears how that ended.
static void talk(void) {
    close(standing.socket[1]);
    close(standing.output[1]);
    close(standing.error[1]);
    char byte;
    require(read(standing.socket[0], &byte, 1) == 1, "wait for the jail");
    standing.told = now();
    require(write(standing.socket[0], &byte, 1) == 1 && read(standing.socket[0], &byte, 1) == 1, "tell the jail");
    while (read(standing.output[0], &byte, 1) > 0) {}
    while (read(standing.error[0], &byte, 1) > 0) {}
    standing.answered = now();
    close(standing.socket[0]);
    close(standing.output[0]);
    close(standing.error[0]);
}

static double time_step(enum step step) {
    struct clone_args args;
    memset(&args, 0, sizeof args);
    args.exit_signal = SIGCHLD;
    if (step >= NAMESPACES) args.flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWCGROUP;
    double began = now();
    if (step >= TALK) {
        require(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, standing.socket) == 0, "socketpair");
        require(pipe2(standing.output, O_CLOEXEC) == 0 && pipe2(standing.error, O_CLOEXEC) == 0, "pipe2");
    }
    long pid = syscall(SYS_clone3, &args, sizeof args);
    if (pid == 0) build(step);
    if (step >= TALK) talk();
    int status;
    require(pid > 0 && waitpid((pid_t)pid, &status, 0) == pid && status == 0, "clone3");
    return now() - began;
}

static double time_bare(void) {
    double began = now();
    pid_t pid = vfork();
    if (pid == 0) execute(0);
    int status;
    require(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0, "bare program");
    return now() - began;
}

// A root with nothing mounted in it, in a mount namespace of this process's own.
static void enter_root(void) {
    require(unshare(CLONE_NEWNS) == 0, "unshare");
    require(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "mount private");
    require(mount("tmpfs", "/mnt", "tmpfs", 0, NULL) == 0, "mount root");
    require(chdir("/mnt") == 0, "chdir");
    for (const char *const *name = (const char *const[]){"work", "tmp", "shm", "proc", "old", NULL}; *name; name++) {
        require(mkdir(*name, 0755) == 0, *name);
    }
    // A new /proc is only for those who see one already.
    require(mount("/proc", "proc", NULL, MS_BIND | MS_REC, NULL) == 0, "bind /proc");
    require(syscall(SYS_pivot_root, ".", "old") == 0, "pivot_root");
    require(chdir("/") == 0 && umount2("/old", MNT_DETACH) == 0, "leave the old root");
}

// From one process to another and back, over a socket.
static double time_messages(int rounds) {
    int ends[2];
    require(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) == 0, "socketpair");
    pid_t pid = fork();
    char byte = 0;
    if (pid == 0) {
        while (read(ends[1], &byte, 1) == 1 && byte == 0) (void)!write(ends[1], &byte, 1);
        _exit(0);
    }
    double began = now();
    for (int i = 0; i < rounds; i++) {
        byte = 0;
        require(write(ends[0], &byte, 1) == 1 && read(ends[0], &byte, 1) == 1, "message");
    }
    double time = (now() - began) / rounds;
    byte = 1;
    (void)!write(ends[0], &byte, 1);
    waitpid(pid, NULL, 0);
    return time;
}

// What a page takes that a fork writes to, beside the fork.
static double time_page(int rounds) {
    static double empty[MAX_ROUNDS], touching[MAX_ROUNDS];
    size_t page = 4096, size = 4 * TOUCHED * page;
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    require(memory != MAP_FAILED && madvise(memory, size, MADV_NOHUGEPAGE) == 0, "mmap");
    memset(memory, 1, size);
    for (int round = 0; round < rounds; round++) {
        for (int touches = 0; touches < 2; touches++) {
            double began = now();
            pid_t pid = fork();
            if (pid == 0) {
                for (int i = 0; touches && i < TOUCHED; i++) memory[4 * i * page] = 2;
                _exit(0);
            }
            require(pid > 0 && waitpid(pid, NULL, 0) == pid, "fork");
            (touches ? touching : empty)[round] = now() - began;
        }
    }
    munmap(memory, size);
    return (median(touching, rounds) - median(empty, rounds)) / TOUCHED;
}

static double compute(void) {
    double began = now();
    uint64_t value = 1;
    for (int i = 0; i < 20000000; i++) value = value * 6364136223846793005u + (value >> 33);
    __asm__ volatile("" : : "r"(value));
    return now() - began;
}

static double whole_jails(void) {
    double began = now();
    for (int i = 0; i < 200; i++) time_step(TALK);
    return (now() - began) / 200;
}

// How long it takes on a core where `count` cores do the same; the slowest's median of seven times.
static double together(int count, double (*work)(void)) {
    double *results = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    require(results != MAP_FAILED, "mmap");
    int started = 0;
    cpu_set_t allowed;
    require(sched_getaffinity(0, sizeof allowed, &allowed) == 0, "sched_getaffinity");
    for (int cpu = 0; cpu < CPU_SETSIZE && started < count; cpu++) {
        if (!CPU_ISSET(cpu, &allowed)) continue;
        pid_t pid = fork();
        require(pid >= 0, "fork");
        if (pid == 0) {
            cpu_set_t one;
            CPU_ZERO(&one);
            CPU_SET(cpu, &one);
            require(sched_setaffinity(0, sizeof one, &one) == 0, "sched_setaffinity");
            double times[7];
            for (int i = 0; i < 7; i++) times[i] = work();
            results[started] = median(times, 7);
            // The others are not to have the machine for themselves.
            for (int i = 0; i < 2; i++) work();
            _exit(0);
        }
        started++;
    }
    int status;
    while (wait(&status) > 0) require(status == 0, "measuring process");
    double slowest = 0;
    for (int i = 0; i < started; i++) slowest = results[i] > slowest ? results[i] : slowest;
    munmap(results, 4096);
    return slowest;
}

int main(int count, char **arguments) {
    if (count == 2 && strcmp(arguments[1], "--end") == 0) return 0;
    int rounds = count > 1 ? atoi(arguments[1]) : 1000;
    if (rounds < 1 || rounds > MAX_ROUNDS) errx(2, "ROUNDS is from 1 to %d", MAX_ROUNDS);
    self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    require(self >= 0, "/proc/self/exe");
    cpu_set_t allowed;
    require(sched_getaffinity(0, sizeof allowed, &allowed) == 0, "sched_getaffinity");
    int cores = CPU_COUNT(&allowed) < 500 ? CPU_COUNT(&allowed) : 500;
    enter_root();

    static double times[STEPS][MAX_ROUNDS], bare[MAX_ROUNDS], ready[MAX_ROUNDS];
    for (int round = 0; round < rounds; round++) {
        bare[round] = time_bare();
        for (int step = 0; step < STEPS; step++) times[step][round] = time_step((enum step)step);
        ready[round] = standing.answered - standing.told;
    }
    double floor = median(bare, rounds);
    printf("| what | µs | over the bare program |\n|---|---|---|\n");
    printf("| a static program, bare | %.0f | 1.00x |\n", floor);
    for (int step = 0; step < STEPS; step++) {
        double time = median(times[step], rounds);
        printf("| %s%s | %.0f | %.2fx |\n", step ? "… " : "", names[step], time, time / floor);
    }
    double told = median(ready, rounds);
    printf("| from the word to the answer, where that jail stands ready | %.0f | %.2fx |\n", told, told / floor);
    double message = time_messages(rounds * 10);
    printf("| a message to another process, and its answer | %.1f | %.2fx |\n", message, message / floor);
    printf("| a page that a fork writes to | %.2f | |\n", time_page(rounds));

    double jail = together(1, whole_jails), jails = together(cores, whole_jails);
    double sum = together(1, compute), sums = together(cores, compute);
    printf("\n| on a core | alone, µs | all %d cores at work, µs | times one core's rate |\n|---|---|---|---|\n", cores);
    printf("| such a jail | %.0f | %.0f | %.2f of %d |\n", jail, jails, cores * jail / jails, cores);
    printf("| arithmetic in registers | %.0f | %.0f | %.2f of %d |\n", sum, sums, cores * sum / sums, cores);
    printf("\nAt most %.0f such jails a second and core with all at work, by a process that does nothing else.\n",
           1e6 / jails);
    return 0;
}

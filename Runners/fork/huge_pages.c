#define _GNU_SOURCE
#include "huge_pages.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE = 4096, PAGES = HUGE_PAGE / PAGE };

// The parts of it that are there, as pages in the process's tables.
static size_t present(int pagemap, uintptr_t start)
{
    static uint64_t entries[PAGES];  // see proc(5), /proc/pid/pagemap
    if (pread(pagemap, entries, sizeof entries, start / PAGE * sizeof *entries) != sizeof entries) return 0;
    size_t count = 0;
    for (size_t i = 0; i < PAGES; i++) count += entries[i] >> 63;
    return count;
}

// What is not there yet will take memory that it did not.
static void use_for_memory(int pagemap, uintptr_t start, uintptr_t end)
{
    for (uintptr_t page = huge_aligned(start); page + HUGE_PAGE <= end; page += HUGE_PAGE)
        if (present(pagemap, page) > PAGES * 3 / 4) madvise((void *)page, HUGE_PAGE, MADV_COLLAPSE);
}

static void use_for_text(int pagemap, uintptr_t start, uintptr_t end)
{
    for (uintptr_t page = huge_aligned(start); page + HUGE_PAGE <= end; page += HUGE_PAGE)
        if (present(pagemap, page) > PAGES / 4) huge_text_replace(page, page + HUGE_PAGE);
}

void assay_use_huge_pages(void)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    char line[512], access[8];
    // The parts of a file that lie side by side and are only read, of which one is code.
    struct {
        uintptr_t start, end;
        unsigned long file;
        bool has_code;
    } text = {0};
    uintptr_t start, end;
    unsigned long file;
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        if (sscanf(line, "%lx-%lx %7s %*s %*s %lu", &start, &end, access, &file) != 4) continue;
        bool is_written = access[1] == 'w', is_code = access[2] == 'x';
        if (file != 0 && file == text.file && start == text.end && !is_written) {
            text.end = end;
            text.has_code |= is_code;
            continue;
        }
        if (text.has_code) use_for_text(pagemap, text.start, text.end);
        text.start = start, text.end = end, text.file = is_written ? 0 : file, text.has_code = is_code && text.file != 0;
        if (strcmp(access, "rw-p") == 0 && file == 0 && strstr(line, "[stack]") == NULL) use_for_memory(pagemap, start, end);
    }
    if (maps != NULL) fclose(maps);
    if (pagemap >= 0) close(pagemap);
}

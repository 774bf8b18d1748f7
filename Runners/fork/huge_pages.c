#define _GNU_SOURCE
#include "huge_pages.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

enum { PAGE = 4096, PAGES = HUGE_PAGE / PAGE };

static uintptr_t aligned(uintptr_t address) { return (address + HUGE_PAGE - 1) & -(uintptr_t)HUGE_PAGE; }

void *assay_map_huge_page(void)
{
    char *start = mmap(NULL, 2 * HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED) return NULL;
    char *page = (char *)aligned((uintptr_t)start), *end = start + 2 * HUGE_PAGE;
    if (page > start) munmap(start, page - start);
    if (page + HUGE_PAGE < end) munmap(page + HUGE_PAGE, end - page - HUGE_PAGE);
    return page;
}

// Whether most of it is there: the rest will take memory that it did not.
static bool is_used(int pagemap, uintptr_t start)
{
    static uint64_t entries[PAGES];  // see proc(5), /proc/pid/pagemap
    if (pread(pagemap, entries, sizeof entries, start / PAGE * sizeof *entries) != sizeof entries) return false;
    size_t present = 0;
    for (size_t i = 0; i < PAGES; i++) present += entries[i] >> 63;
    return present > PAGES * 3 / 4;
}

void assay_use_huge_pages(void)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    char line[512], access[8];
    uintptr_t start, end;
    unsigned long file;
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        if (sscanf(line, "%lx-%lx %7s %*s %*s %lu", &start, &end, access, &file) != 4) continue;
        if (strcmp(access, "rw-p") != 0 || file != 0 || strstr(line, "[stack]") != NULL) continue;
        for (uintptr_t page = aligned(start); page + HUGE_PAGE <= end; page += HUGE_PAGE)
            if (is_used(pagemap, page)) madvise((void *)page, HUGE_PAGE, MADV_COLLAPSE);
    }
    if (maps != NULL) fclose(maps);
    if (pagemap >= 0) close(pagemap);
}

#define _GNU_SOURCE
#include "huge_text.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

int huge_text_replace(uintptr_t start, uintptr_t end)
{
    start = (start + HUGE_PAGE - 1) & -(uintptr_t)HUGE_PAGE;
    end &= -(uintptr_t)HUGE_PAGE;
    if (end <= start) return -ENOENT;
    size_t size = end - start;
    char *room = mmap(NULL, size + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room == MAP_FAILED) return -errno;
    char *copy = (char *)(((uintptr_t)room + HUGE_PAGE - 1) & -(uintptr_t)HUGE_PAGE);
    memcpy(copy, (void *)start, size);
    if (madvise(copy, size, MADV_COLLAPSE) < 0 || mprotect(copy, size, PROT_READ | PROT_EXEC) < 0 ||
        mremap(copy, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)start) == MAP_FAILED) {
        int error = errno;
        munmap(room, size + HUGE_PAGE);
        return -error;
    }
    // What is left on both sides of the copy.
    if (copy > room) munmap(room, copy - room);
    munmap(copy + size, room + HUGE_PAGE - copy);
    return 0;
}

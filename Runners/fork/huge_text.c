#define _GNU_SOURCE
#include "huge_text.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

void *huge_map(size_t size)
{
    char *start = mmap(NULL, size + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED) return NULL;
    char *page = (char *)huge_aligned((uintptr_t)start), *end = start + size + HUGE_PAGE;
    if (page > start) munmap(start, page - start);
    if (page + size < end) munmap(page + size, end - page - size);
    return page;
}

int huge_text_replace(uintptr_t start, uintptr_t end)
{
    start = huge_aligned(start);
    end &= -(uintptr_t)HUGE_PAGE;
    if (end <= start) return -ENOENT;
    size_t size = end - start;
    void *copy = huge_map(size);
    if (copy == NULL) return -ENOMEM;
    memcpy(copy, (void *)start, size);
    if (madvise(copy, size, MADV_COLLAPSE) < 0 || mprotect(copy, size, PROT_READ | PROT_EXEC) < 0 ||
        mremap(copy, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)start) == MAP_FAILED) {
        int error = errno;
        munmap(copy, size);
        return -error;
    }
    return 0;
}

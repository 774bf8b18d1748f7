// Huge pages, and code in them: a child then has it all at once, instead of by a fault for every 16 pages that are mapped
// and, at its end, taken down one by one.
#pragma once
#include <stddef.h>
#include <stdint.h>

enum { HUGE_PAGE = 2 << 20 };

// Linux 6.1; see madvise(2).
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

#ifdef __cplusplus
extern "C" {
#endif

/// The next address that a huge page can begin at.
static inline uintptr_t huge_aligned(uintptr_t address) { return (address + HUGE_PAGE - 1) & -(uintptr_t)HUGE_PAGE; }

/// Maps `size` bytes, a multiple of `HUGE_PAGE`, that are aligned so; NULL where there is no memory.
void *huge_map(size_t size);

/// Replaces what lies between two addresses, in whole ranges of `HUGE_PAGE` bytes, by a copy in huge pages of this process
/// and its children; it is mapped to be read and executed. What runs there meanwhile goes on. Returns 0, or -errno, and
/// leaves all as it was, where the kernel has no huge pages to give (-EINVAL before Linux 6.1). See madvise(2),
/// *MADV_COLLAPSE*.
int huge_text_replace(uintptr_t start, uintptr_t end);

#ifdef __cplusplus
}
#endif

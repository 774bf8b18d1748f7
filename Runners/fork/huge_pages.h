// What a fork server keeps in huge pages costs its children one entry of a page table for 2 MiB, instead of 512 that are
// copied by each fork and taken down by each exit.
#pragma once
#include "huge_text.h"

/// Moves code, and what private memory fills aligned ranges of this size, into huge pages, where the kernel has them to
/// give (madvise(2), *MADV_COLLAPSE*, Linux 6.1). Children have small pages where they write, and what they map themselves is as
/// ever. To be called when the server has all that it will hold.
void assay_use_huge_pages(void);

#define _GNU_SOURCE
#include "aligned_memory.h"

#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { LINE = 64, HUGE_PAGE = 2 << 20 };

void *kan_allocate(int64_t bytes) {
  const size_t size = bytes > 0 ? (size_t)bytes : 1;
  void *memory = NULL;
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  // The last page is a huge one too if half of it is used.
  if (size >= HUGE_PAGE / 2) {
    const size_t whole = (size + HUGE_PAGE / 2) / HUGE_PAGE * HUGE_PAGE;
    if (posix_memalign(&memory, HUGE_PAGE, whole > size ? whole : size) != 0) return NULL;
    madvise(memory, whole, MADV_HUGEPAGE);  // a wish: without them it is slower
    return memory;
  }
#endif
  return posix_memalign(&memory, LINE, size) == 0 ? memory : NULL;
}

void kan_free(void *memory) { free(memory); }

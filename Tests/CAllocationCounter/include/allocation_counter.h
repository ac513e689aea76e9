#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

/// Whether this program's allocations can be counted: with glibc, and without a sanitiser that replaces malloc.
bool allocation_counter_works(void);
/// From now on the allocations of the calling thread count, or do not.
void allocation_counter_watch_this_thread(bool watched);
/// Calls of malloc, calloc, realloc, aligned_alloc, memalign and posix_memalign by watched threads so far.
int64_t allocation_counter_total(void);

#endif

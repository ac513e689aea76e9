#ifndef KAN_ALIGNED_MEMORY_H
#define KAN_ALIGNED_MEMORY_H

#include <stdint.h>

/// Memory that starts on a line of the cache, for kan_free; null where there is none left. Much of it lies on huge pages
/// where the system has them: a step streams through parameters, moments and rows from all over a data set, and would wait
/// for the addresses of small pages.
void *kan_allocate(int64_t bytes);
void kan_free(void *memory);

#endif

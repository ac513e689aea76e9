#ifndef KAN_OPENBLAS_CORE_H
#define KAN_OPENBLAS_CORE_H

#include <stdint.h>

/// Address space that OpenBLAS maps for each thread that multiplies; without it, a product never returns.
enum { KAN_OPENBLAS_BUFFER_BYTES = 128 << 20 };

/// The processor whose kernels OpenBLAS should run on this one, where it has `chosen` those of a processor without AVX2
/// because it does not know this one; null where its choice is as good. Set before main, unless the environment variable
/// OPENBLAS_CORETYPE says what the user wants or there is no address space for OpenBLAS's threads.
const char *kan_openblas_core_instead_of(const char *chosen);

/// Maps OpenBLAS's buffers for `count` threads that multiply at a time, before the first product does, where that would
/// wait forever. Returns for how many threads there are buffers, fewer where address space does not suffice.
int64_t kan_openblas_take_buffers(int64_t count);
/// Buffers taken so far.
int64_t kan_openblas_buffers(void);

#endif

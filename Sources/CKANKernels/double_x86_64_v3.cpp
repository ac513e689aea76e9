#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"))), apply_to = function)

#define KAN_PRECISION_DOUBLE
#define KAN_HAS_AVX2
#define KAN_VECTOR_BYTES 32
#define KAN_REGISTERS 16
#define KAN_TABLE kan_kernels_d_x86_64_v3
#include "kernels.h"
#pragma clang attribute pop
#endif

#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("arch=x86-64-v4"))), apply_to = function)
// Some compilers keep to half of the width unless told.
#pragma clang attribute push(__attribute__((min_vector_width(512))), apply_to = function)

#define KAN_PRECISION_DOUBLE
#define KAN_HAS_AVX512
#define KAN_VECTOR_BYTES 64
#define KAN_REGISTERS 32
#define KAN_TABLE kan_kernels_d_x86_64_v4
#include "kernels.h"
#pragma clang attribute pop
#pragma clang attribute pop
#endif

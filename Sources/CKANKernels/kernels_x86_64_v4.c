#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#pragma clang attribute push(__attribute__((target("arch=x86-64-v4"))), apply_to = function)
#define KAN_VECTOR_BYTES 64
#define KAN_FLOAT_LANES 16
#define KAN_DOUBLE_LANES 8
#define KAN_TABLE_(type) type##_x86_64_v4
#define KAN_TABLE(type) KAN_TABLE_(type)
#include "kernels.h"
#pragma clang attribute pop
#endif

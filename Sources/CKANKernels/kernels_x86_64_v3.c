#if defined(__x86_64__)
#include <math.h>
#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"))), apply_to = function)
#define KAN_VECTOR_BYTES 32
#define KAN_FLOAT_LANES 8
#define KAN_DOUBLE_LANES 4
#define KAN_FEW_REGISTERS
#define KAN_TABLE_(type) type##_x86_64_v3
#define KAN_TABLE(type) KAN_TABLE_(type)
#include "kernels.h"
#pragma clang attribute pop
#endif

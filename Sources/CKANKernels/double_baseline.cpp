
#define KAN_PRECISION_DOUBLE
#define KAN_VECTOR_BYTES 16
#if defined(__x86_64__) || defined(__i386__)
#define KAN_REGISTERS 16
#else
#define KAN_REGISTERS 32
#endif
#define KAN_TABLE kan_kernels_d_baseline
#include "kernels.h"

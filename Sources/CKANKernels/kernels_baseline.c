#define KAN_VECTOR_BYTES 16
#define KAN_FLOAT_LANES 4
#define KAN_DOUBLE_LANES 2
#if defined(__x86_64__) || defined(__i386__)
#define KAN_FEW_REGISTERS
#endif
#define KAN_TABLE_(type) type##_baseline
#define KAN_TABLE(type) KAN_TABLE_(type)
#include "kernels.h"

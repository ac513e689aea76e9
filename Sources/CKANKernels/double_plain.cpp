// The plain twins of the kernels, which tests hold them against.

#define KAN_PRECISION_DOUBLE
#define KAN_VECTOR_BYTES 16
#define KAN_REGISTERS 16
#include "plain.h"

const kan_kernels_d *kan_plain_kernels_d(void) { return &plain_kernels; }

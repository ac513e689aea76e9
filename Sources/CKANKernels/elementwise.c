#include <math.h>
#include <stddef.h>

#include "CKANKernels.h"
#include "elementary.h"

#define KAN_REAL float
#define KAN_NAME(name) name##_f
#define KAN_SQRT sqrtf
#include "elementwise_template.h"
#undef KAN_REAL
#undef KAN_NAME
#undef KAN_SQRT

#define KAN_REAL double
#define KAN_NAME(name) name##_d
#define KAN_SQRT sqrt
#include "elementwise_template.h"
#undef KAN_REAL
#undef KAN_NAME
#undef KAN_SQRT

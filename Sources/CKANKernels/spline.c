#include "CKANKernels.h"
#include "elementary.h"

// A block of inputs is evaluated at a time, so that its values stay in registers or the first-level cache.
enum { BLOCK = 16, MAX_ORDER = 6 };

#define KAN_REAL float
#define KAN_NAME(name) name##_f
#include "spline_template.h"
#undef KAN_REAL
#undef KAN_NAME

#define KAN_REAL double
#define KAN_NAME(name) name##_d
#include "spline_template.h"
#undef KAN_REAL
#undef KAN_NAME

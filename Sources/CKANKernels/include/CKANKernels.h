// Loops over elements that need several instruction sets, and the pool of threads that runs them.
//
// Every function exists for float (suffix _f) and double (suffix _d): the declarations stand once, in
// `kernels_declarations.h`, and are included for both.
#ifndef CKANKERNELS_H
#define CKANKERNELS_H

#include <stdbool.h>
#include <stdint.h>

#include "system_limits.h"
#include "thread_pool.h"

/// What a spline layer does with an input x outside its grid [a, b].
enum kan_outside {
  KAN_OUTSIDE_BASE = 0,    // spline functions go on over the outer knots and fade to 0
  KAN_OUTSIDE_CLAMP = 1,   // spline functions keep their value at the nearer end
  KAN_OUTSIDE_LINEAR = 2,  // spline functions go on along their tangent at the nearer end
};

/// The base function, the last function of a spline's edge.
enum kan_base { KAN_BASE_NONE = 0, KAN_BASE_IDENTITY = 1, KAN_BASE_SILU = 2 };

enum kan_activation {
  KAN_IDENTITY = 0,
  KAN_RELU = 1,
  KAN_SILU = 2,
  KAN_TANH = 3,
  KAN_SIGMOID = 4,
};

#define KAN_REAL float
#define KAN_NAME(name) name##_f
#include "kernels_declarations.h"
#undef KAN_REAL
#undef KAN_NAME

#define KAN_REAL double
#define KAN_NAME(name) name##_d
#include "kernels_declarations.h"
#undef KAN_REAL
#undef KAN_NAME

#endif

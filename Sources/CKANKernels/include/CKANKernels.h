// Loops over elements that need several instruction sets, the pool of threads that runs them, and what they ask of the
// system: memory, cores, and that OpenBLAS knows the processor.
//
// Every kernel exists for float (suffix _f) and double (suffix _d), and for each instruction set: a table of them stands
// once, in `kernel_table.h`.
#ifndef CKANKERNELS_H
#define CKANKERNELS_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#include "aligned_memory.h"
#include "openblas_core.h"
#include "control_groups.h"
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

/// What the kernels are built for; each one includes those before it.
enum kan_instruction_set { KAN_BASELINE = 0, KAN_X86_64_V3 = 1, KAN_X86_64_V4 = 2 };

/// `baseline`, `x86-64-v3` or `x86-64-v4`.
const char *kan_instruction_set_name(enum kan_instruction_set set);

/// The best one that this processor has, or the one below it that the environment variable KAN_INSTRUCTION_SET names.
enum kan_instruction_set kan_best_instruction_set(void);

#define KAN_REAL float
#define KAN_NAME(name) name##_f
#include "kernel_table.h"
#undef KAN_REAL
#undef KAN_NAME

#define KAN_REAL double
#define KAN_NAME(name) name##_d
#include "kernel_table.h"
#undef KAN_REAL
#undef KAN_NAME

#include "self_test.h"

#ifdef __cplusplus
}
#endif

#endif

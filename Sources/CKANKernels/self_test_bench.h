// What the tests of kernels on the user's machine share: number types, random numbers, memory, and comparisons.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "CKANKernels.h"

namespace {

template <typename Real> struct Types;

template <> struct Types<float> {
  using Kernels = kan_kernels_f;
  using Spline = kan_spline_f;
  using Points = kan_points_f;
  using Block = kan_block_f;
  using SparseRows = kan_sparse_rows_f;
  static const Kernels *plain() { return kan_plain_kernels_f(); }
  static constexpr double EPSILON = 0x1p-23;
};

template <> struct Types<double> {
  using Kernels = kan_kernels_d;
  using Spline = kan_spline_d;
  using Points = kan_points_d;
  using Block = kan_block_d;
  using SparseRows = kan_sparse_rows_d;
  static const Kernels *plain() { return kan_plain_kernels_d(); }
  static constexpr double EPSILON = 0x1p-52;
};

/// In the order of the results.
enum Kernel {
  EVALUATE, FORWARD, WEIGHTS, PANELS, INPUTS, OUTER_PRODUCTS, NORMAL_EQUATIONS, EXPONENTIALS, ACTIVATION, PULL_BACK,
  BROADCAST, COLUMN_SUMS, SCALE_COLUMNS, NON_FINITE, SQUARED_ERROR, CROSS_ENTROPY, SOFTMAX, SGD, ADAMW, INNER_PRODUCT,
  ADD_SCALED, SMOOTH_STEPS, KERNELS
};
static_assert(KERNELS == KAN_SELF_TEST_KERNELS, "a result for each kernel");

/// Tolerances in units of ε. Sums of some hundred terms, and recursions over a grid whose knots are rounded, lose up to
/// two digits; one pass over elements loses a few units, and exp up to 4.
struct Entry {
  const char *name;
  double units;
};
constexpr Entry entries[KERNELS] = {
    {"evaluate splines", 512}, {"contract forward", 512}, {"contract weights", 512},
    {"contract weights by panels", 512}, {"contract inputs", 512}, {"outer products", 512},
    {"normal equations", 512}, {"exponentials", 16}, {"activations", 16}, {"activation slopes", 16},
    {"broadcast a row", 0}, {"column sums", 512}, {"scale columns", 4}, {"first non-finite", 0},
    {"squared error", 512}, {"cross-entropy", 512}, {"softmax", 64}, {"SGD", 16}, {"AdamW", 64},
    {"inner product", 512}, {"add scaled", 4}, {"smooth steps", 512},
};

/// Numbers between -limit and limit, by a linear congruence.
struct Random {
  uint64_t state;
  double next(double limit) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return limit * ((double)(state >> 40) / (double)(1 << 23) - 1);
  }
};

/// Memory for one case after another; without a destructor, which would need the C++ library's exceptions.
struct Arena {
  static constexpr int64_t BYTES = 16 << 20;
  char *memory = (char *)kan_allocate(BYTES);
  int64_t used = 0;

  template <typename T>
  T *take(int64_t count) {
    T *result = (T *)(memory + used);
    used += (count * (int64_t)sizeof(T) + 63) / 64 * 64;
    if (used > BYTES) __builtin_trap();  // Shapes are fixed: none of them needs as much.
    return result;
  }

  template <typename T>
  T *random(int64_t count, double limit, Random &generator) {
    T *result = take<T>(count);
    for (int64_t i = 0; i < count; i++) result[i] = (T)generator.next(limit);
    return result;
  }

  template <typename T>
  T *filled(int64_t count, T value) {
    T *result = take<T>(count);
    for (int64_t i = 0; i < count; i++) result[i] = value;
    return result;
  }

  template <typename To, typename From>
  To *copy(int64_t count, const From *from) {
    To *result = take<To>(count);
    for (int64_t i = 0; i < count; i++) result[i] = (To)from[i];
    return result;
  }
};

/// A table of kernels under test, and where its results go.
template <typename Real>
struct Bench {
  using T = Types<Real>;
  const typename T::Kernels &kernels;
  kan_self_test_result *results;
  Arena &arena;
  Random random = {1};

  Bench(const typename T::Kernels &kernels, kan_self_test_result *results, Arena &arena)
      : kernels(kernels), results(results), arena(arena) {}

  void note(Kernel kernel, double error) {
    double &largest = results[kernel].error;
    if (error != error) error = __builtin_inf();
    if (error > largest) largest = error;
  }

  template <typename Found, typename Exact>
  void compare(Kernel kernel, int64_t count, const Found *found, const Exact *exact) {
    double scale = 1;
    for (int64_t i = 0; i < count; i++) {
      const double size = __builtin_fabs((double)exact[i]);
      if (size > scale) scale = size;
    }
    for (int64_t i = 0; i < count; i++) note(kernel, __builtin_fabs((double)found[i] - (double)exact[i]) / scale);
  }

  void compare(Kernel kernel, double found, double exact) { compare(kernel, 1, &found, &exact); }
};

}  // namespace

// Every kernel of a table against plain loops in double precision, on the machine that it is to run on: a processor, a
// hypervisor or a compiler may be at fault where the tests of this package have passed elsewhere.
//
// Evaluation and contractions have their plain twins; loops over elements are written down here once more, as plainly as
// their contracts in kernel_table.h.

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
    {"evaluate splines", 512}, {"contract forward", 512}, {"contract weights", 512}, {"contract weights by panels", 512},
    {"contract inputs", 512}, {"outer products", 512}, {"normal equations", 512}, {"exponentials", 16},
    {"activations", 16}, {"activation slopes", 16}, {"broadcast a row", 0}, {"column sums", 512}, {"scale columns", 4},
    {"first non-finite", 0}, {"squared error", 512}, {"cross-entropy", 512}, {"softmax", 64}, {"SGD", 16}, {"AdamW", 64},
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

template <typename Real>
struct Test {
  using T = Types<Real>;
  const typename T::Kernels &kernels;
  kan_self_test_result *results;
  Arena arena;
  Random random = {1};

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

  // Splines and contractions

  /// A grid of its own for each input, with repeated and uneven knots unless it is uniform.
  typename T::Spline spline(int number, int inputs) {
    static constexpr int sizes[] = {1, 5, 13, 30};
    const int G = sizes[number / 2 % 4], k = 1 + number / 3 % 5, last = G + 2 * k, base = number / 3 % 3;
    const bool uniform = number / 5 % 3 != 0;
    Real *lower = arena.take<Real>(inputs), *upper = arena.take<Real>(inputs), *inverse = arena.take<Real>(inputs);
    Real *knots = arena.take<Real>(inputs * (last + 1));
    for (int i = 0; i < inputs; i++) {
      lower[i] = -1 - (Real)i / 16;
      upper[i] = 1 + (Real)i / 32;
      inverse[i] = G / (upper[i] - lower[i]);
      const Real step = (upper[i] - lower[i]) / G;
      Real *t = knots + i * (last + 1);
      for (int j = 0; j <= last; j++) {
        t[j] = j < k ? lower[i] - (k - j) * step : j >= k + G ? upper[i] + (j - k - G) * step : lower[i] + (j - k) * step;
        if (!uniform && j > k && j < k + G) t[j] = (j - k) % 4 == 3 ? t[j - 1] : t[j] + step * (Real)random.next(0.4);
      }
    }
    return {inputs, G, k, G + k + (base != 0), number % 3, base, uniform, lower, upper, inverse, knots};
  }

  typename T::Points points(int64_t inputs, int64_t n, int64_t rows) {
    // Contractions may read, and use, nothing behind the rows.
    const int64_t stride = rows + 16, count = inputs * n * stride;
    return {arena.filled<int32_t>(inputs * stride, 0),
            arena.filled<Real>(count, 0),
            arena.filled<Real>(count, 0),
            arena.filled<Real>(count, 0),
            stride,
            n * stride,
            stride,
            rows};
  }

  /// Values as an array over all functions: [rows × inputs·K].
  double *dense(const typename T::Points &at, const Real *values, int64_t inputs, int64_t rows, int64_t n, int64_t fixed,
                int64_t stored) {
    double *all = arena.filled<double>(rows * inputs * stored, 0);
    for (int64_t i = 0; i < inputs; i++)
      for (int64_t p = 0; p < rows; p++)
        for (int64_t r = 0; r < n; r++) {
          const int64_t place = r < n - fixed ? at.cells[i * at.cell_stride + p] + r : stored - 1;
          if (place < 0 || place >= stored) note(EVALUATE, __builtin_inf());
          else all[(p * inputs + i) * stored + place] = (double)values[i * at.input_stride + r * at.function_stride + p];
        }
    return all;
  }

  template <typename Block, typename Points, typename Number>
  Block block(const typename T::Spline &s, int64_t rows, const Points &at, const Number *values) {
    const int64_t fixed = s.base != KAN_BASE_NONE;
    return {s.inputs,   rows,           s.degree + 1 + fixed, fixed,          s.functions,       s.intervals, s.outside != 0,
            at.cells, values, at.cell_stride,       at.input_stride, at.function_stride};
  }

  void contractions(int number) {
    static constexpr int64_t all_rows[] = {1, 3, 4, 17, 64, 200, 12};
    static constexpr int64_t all_outputs[] = {1, 2, 3, 5, 7, 8, 10, 16, 19, 33, 64};
    static constexpr int all_inputs[] = {1, 5, 8, 3};
    arena.used = 0;
    const int64_t rows = all_rows[number % 7], outputs = all_outputs[number % 11];
    const int inputs = all_inputs[number % 4];
    const typename T::Spline s = spline(number, inputs);
    const int64_t fixed = s.base != KAN_BASE_NONE, n = s.degree + 1 + fixed, stored = s.functions;
    const int64_t coefficients = inputs * stored * outputs;

    // Where no point lies outside, kernels take a shorter way.
    const Real *x = arena.template random<Real>(rows * inputs, number % 2 ? 0.9 : 1.4, random);
    const typename T::Points found = points(inputs, n, rows), exact = points(inputs, n, rows);
    kernels.spline_evaluate(&s, 0, inputs, rows, x, inputs, 2, &found);
    T::plain()->spline_evaluate(&s, 0, inputs, rows, x, inputs, 2, &exact);
    const Real *derivatives[][2] = {{found.values, exact.values}, {found.slopes, exact.slopes}, {found.seconds, exact.seconds}};
    for (const auto &pair : derivatives)
      compare(EVALUATE, rows * inputs * stored, dense(found, pair[0], inputs, rows, n, fixed, stored),
              dense(exact, pair[1], inputs, rows, n, fixed, stored));

    const Real *W = arena.template random<Real>(coefficients, 1, random), *dz = arena.template random<Real>(rows * outputs, 1, random);
    const Real *bias = arena.template random<Real>(outputs, 2, random);
    // The plain twins in double precision.
    const int64_t numbers = inputs * n * exact.function_stride;
    const double *values = arena.template copy<double>(numbers, exact.values), *slopes = arena.template copy<double>(numbers, exact.slopes);
    const auto wide = block<kan_block_d>(s, rows, exact, values), wide_slopes = block<kan_block_d>(s, rows, exact, slopes);
    const double *exact_W = arena.template copy<double>(coefficients, W), *exact_dz = arena.template copy<double>(rows * outputs, dz);
    double *exact_z = arena.filled<double>(rows * outputs, 0), *exact_dw = arena.filled<double>(coefficients, 1);
    double *exact_dx = arena.filled<double>(rows * inputs, 0), unused = 0;
    const kan_kernels_d *plain = kan_plain_kernels_d();
    plain->forward(&wide, outputs, 0, exact_W, outputs, arena.template copy<double>(outputs, bias), 0, exact_z, outputs);
    plain->weights(&wide, outputs, exact_dz, nullptr, 0, exact_dw, &unused);
    plain->inputs(&wide_slopes, outputs, exact_dz, exact_W, exact_dx, inputs, &unused);

    const auto own = block<typename T::Block>(s, rows, exact, exact.values), own_slopes = block<typename T::Block>(s, rows, exact, exact.slopes);
    Real *z = arena.filled<Real>(rows * outputs, 0), *dx = arena.filled<Real>(rows * inputs, 0);
    kernels.forward(&own, outputs, 0, W, outputs, bias, 0, z, outputs);
    compare(FORWARD, rows * outputs, z, exact_z);
    Real *scratch = arena.filled<Real>(kernels.scratch(rows), 0);
    const int64_t width = kernels.panel_width(&own, outputs);
    for (int has_panels = 0; has_panels <= (width > 0); has_panels++) {
      Real *panels = nullptr, *dw = arena.filled<Real>(coefficients, 1);
      if (has_panels) {
        panels = arena.filled<Real>((outputs + width - 1) / width * rows * width, 0);
        kernels.panels(rows, outputs, dz, panels, rows * width);
      }
      kernels.order(&own, outputs, scratch);
      kernels.weights(&own, outputs, dz, panels, rows * width, dw, scratch);
      compare(has_panels ? PANELS : WEIGHTS, coefficients, dw, exact_dw);
      kernels.inputs(&own_slopes, outputs, dz, W, dx, inputs, scratch);
      compare(INPUTS, rows * inputs, dx, exact_dx);
    }

    const int64_t of_input = (stored - fixed) * (n - fixed), right = (stored - fixed) * outputs;
    double *gram = arena.filled<double>(of_input, 0), *sums = arena.filled<double>(right, 0);
    double *exact_gram = arena.filled<double>(of_input, 0), *exact_sums = arena.filled<double>(right, 0);
    kernels.normal_equations(rows, n - fixed, exact.cells, exact.values, exact.function_stride, nullptr, outputs, dz, outputs,
                             gram, n - fixed, sums);
    for (int64_t p = 0; p < rows; p++)
      for (int64_t r = 0; r < n - fixed; r++) {
        const int64_t function = exact.cells[p] + r;
        const double value = (double)exact.values[r * exact.function_stride + p];
        for (int64_t d = 0; r + d < n - fixed; d++)
          exact_gram[function * (n - fixed) + d] += value * (double)exact.values[(r + d) * exact.function_stride + p];
        for (int64_t c = 0; c < outputs; c++) exact_sums[function * outputs + c] += value * (double)dz[p * outputs + c];
      }
    compare(NORMAL_EQUATIONS, of_input, gram, exact_gram);
    compare(NORMAL_EQUATIONS, right, sums, exact_sums);
  }

  /// Two or three runs, each anywhere within its own 50 parameters, and derivatives common to all rows.
  void outer_products(int number) {
    static constexpr int32_t lengths[][3] = {{4, 8, 5}, {1, 2, 3}, {37, 12, 16}, {9, 1, 33}};
    static constexpr int64_t commons[] = {7, 0, 18, 1};
    arena.used = 0;
    const int32_t *length = lengths[number];
    const int64_t common = commons[number], rows = 11, runs = 3, parameters = 50 * runs;
    const int32_t places[] = {(int32_t)common, (int32_t)common + length[0], (int32_t)common + length[0] + length[1]};
    const int64_t width = places[2] + length[2];
    int32_t *starts = arena.take<int32_t>(rows * runs);
    for (int64_t row = 0; row < rows; row++)
      for (int64_t run = 0; run < runs; run++)
        starts[row * runs + run] = (int32_t)(run * 50 + (row * 7 + run) % (51 - length[run]));
    const typename T::SparseRows shape = {runs, places, length, width, common, 0};
    const Real *values = arena.template random<Real>(rows * width, 1, random), *residuals = arena.template random<Real>(rows, 1, random);
    Real *h = arena.filled<Real>(parameters * parameters, 0), *side = arena.filled<Real>(parameters * common + 1, 0);
    Real *g = arena.filled<Real>(parameters, 0);
    // J in full.
    double *J = arena.filled<double>(rows * parameters, 0);
    for (int64_t row = 0; row < rows; row++)
      for (int64_t run = 0; run < runs; run++)
        for (int64_t j = 0; j < length[run]; j++)
          J[row * parameters + starts[row * runs + run] + j] = (double)values[row * width + places[run] + j];
    double *exact_h = arena.filled<double>(parameters * parameters, 0);
    double *exact_side = arena.filled<double>(parameters * common + 1, 0), *exact_g = arena.filled<double>(parameters, 0);
    for (int64_t own = 0; own < runs; own++)
      kernels.outer_products(&shape, own, rows, starts, values, residuals, h, parameters, side, common, g);
    for (int64_t row = 0; row < rows; row++)
      for (int64_t i = 0; i < parameters; i++) {
        const double factor = J[row * parameters + i];
        for (int64_t j = 0; j < (i / 50 + 1) * 50; j++) exact_h[i * parameters + j] += factor * J[row * parameters + j];
        for (int64_t j = 0; j < common; j++) exact_side[i * common + j] += factor * (double)values[row * width + j];
        exact_g[i] += factor * (double)residuals[row];
      }
    compare(OUTER_PRODUCTS, parameters * parameters, h, exact_h);
    compare(OUTER_PRODUCTS, parameters * common, side, exact_side);
    compare(OUTER_PRODUCTS, parameters, g, exact_g);
  }

  // Elements

  static double sigmoid(double x) { return 1 / (1 + __builtin_exp(-x)); }

  static double activated(int activation, double z) {
    switch (activation) {
      case KAN_RELU: return z < 0 ? 0 : z;
      case KAN_SILU: return z * sigmoid(z);
      case KAN_TANH: return __builtin_tanh(z);
      case KAN_SIGMOID: return sigmoid(z);
      default: return z;
    }
  }

  /// f′ by what is kept.
  static double slope(int activation, double kept) {
    const double s = sigmoid(kept);
    switch (activation) {
      case KAN_RELU: return kept > 0;
      case KAN_SILU: return s + kept * s * (1 - s);
      case KAN_TANH: return 1 - kept * kept;
      case KAN_SIGMOID: return kept * (1 - kept);
      default: return 1;
    }
  }

  void elements(int64_t count) {
    arena.used = 0;
    const Real *a = arena.template random<Real>(count, 3, random), *b = arena.template random<Real>(count, 3, random);
    Real *found = arena.take<Real>(count), *other = arena.take<Real>(count), *third = arena.take<Real>(count);
    double *exact = arena.take<double>(count), *exact_other = arena.take<double>(count), *exact_third = arena.take<double>(count);
    const auto start = [&] {
      memcpy(found, a, (size_t)count * sizeof(Real));
      memcpy(other, b, (size_t)count * sizeof(Real));
    };

    start();
    kernels.exponentials(count, found);
    for (int64_t i = 0; i < count; i++) exact[i] = __builtin_exp((double)a[i]);
    compare(EXPONENTIALS, count, found, exact);

    for (int activation = KAN_IDENTITY; activation <= KAN_SIGMOID; activation++) {
      start();
      kernels.activation_values(activation, count, b, found);
      for (int64_t i = 0; i < count; i++) exact[i] = activated(activation, (double)b[i]);
      compare(ACTIVATION, count, found, exact);
      start();
      kernels.activation_pull_back(activation, count, b, found);
      for (int64_t i = 0; i < count; i++) exact[i] = (double)a[i] * slope(activation, (double)b[i]);
      compare(PULL_BACK, count, found, exact);
    }

    // 3 rows, where there are so many numbers
    const int64_t columns = count < 3 ? count : count / 3, rows = count / columns;
    kernels.broadcast_row(rows, columns, b, found);
    for (int64_t i = 0; i < rows * columns; i++) exact[i] = (double)b[i % columns];
    compare(BROADCAST, rows * columns, found, exact);

    kernels.column_sums(rows, columns, a, found);
    for (int64_t j = 0; j < columns; j++) {
      exact[j] = 0;
      for (int64_t i = 0; i < rows; i++) exact[j] += (double)a[i * columns + j];
    }
    compare(COLUMN_SUMS, columns, found, exact);

    kernels.scale_columns(rows, columns, a, b, b, found);
    for (int64_t i = 0; i < rows * columns; i++) exact[i] = ((double)a[i] - (double)b[i % columns]) * (double)b[i % columns];
    compare(SCALE_COLUMNS, rows * columns, found, exact);

    start();
    compare(NON_FINITE, (double)kernels.first_non_finite(count, found), -1);
    found[count - 1] = (Real)__builtin_inf();
    compare(NON_FINITE, (double)kernels.first_non_finite(count, found), (double)(count - 1));
    found[count / 2] = (Real)__builtin_nan("");
    compare(NON_FINITE, (double)kernels.first_non_finite(count, found), (double)(count / 2));

    double sum = 0;
    for (int64_t i = 0; i < count; i++) {
      sum += ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
      exact[i] = 0.5 * ((double)a[i] - (double)b[i]);
    }
    compare(SQUARED_ERROR, kernels.squared_error(count, a, b, (Real)0.5, found), sum);
    compare(SQUARED_ERROR, count, found, exact);

    classes(rows, columns, a, found, exact);

    start();
    memcpy(third, b, (size_t)count * sizeof(Real));
    const Real rate = (Real)0.1, momentum = (Real)0.9, decay = (Real)0.01;
    kernels.sgd(count, found, b, other, rate, momentum, decay);
    for (int64_t i = 0; i < count; i++) {
      exact_other[i] = (double)momentum * (double)b[i] + (double)b[i] + (double)decay * (double)a[i];
      exact[i] = (double)a[i] - (double)rate * exact_other[i];
    }
    compare(SGD, count, found, exact);
    compare(SGD, count, other, exact_other);

    start();
    const Real beta1 = (Real)0.9, rest1 = (Real)0.1, beta2 = (Real)0.99, rest2 = (Real)0.01, scale = (Real)1.5, epsilon = (Real)1e-4;
    for (int64_t i = 0; i < count; i++) third[i] = b[i] * b[i];
    for (int64_t i = 0; i < count; i++) {
      const double gradient = (double)a[i] / 2;
      exact_other[i] = (double)beta1 * (double)b[i] + (double)rest1 * gradient;
      exact_third[i] = (double)beta2 * (double)third[i] + (double)rest2 * gradient * gradient;
      exact[i] = (double)a[i] - (double)decay * (double)a[i] -
                 (double)rate * exact_other[i] / (__builtin_sqrt(exact_third[i]) * (double)scale + (double)epsilon);
    }
    Real *gradients = arena.take<Real>(count);
    for (int64_t i = 0; i < count; i++) gradients[i] = a[i] / 2;
    kernels.adamw(count, found, gradients, other, third, rate, beta1, rest1, beta2, rest2, scale, epsilon, decay);
    compare(ADAMW, count, found, exact);
    compare(ADAMW, count, other, exact_other);
    compare(ADAMW, count, third, exact_third);

    sum = 0;
    for (int64_t i = 0; i < count; i++) sum += (double)a[i] * (double)b[i];
    compare(INNER_PRODUCT, kernels.inner_product(count, a, b), sum);

    kernels.add_scaled(count, a, rate, b, found);
    for (int64_t i = 0; i < count; i++) exact[i] = (double)a[i] + (double)rate * (double)b[i];
    compare(ADD_SCALED, count, found, exact);
  }

  void classes(int64_t rows, int64_t columns, const Real *a, Real *found, double *exact) {
    int32_t *labels = arena.take<int32_t>(rows);
    double total = 0;
    for (int64_t row = 0; row < rows; row++) {
      labels[row] = (int32_t)((row * 5 + 1) % columns);
      double sum = 0;
      for (int64_t j = 0; j < columns; j++) sum += __builtin_exp((double)a[row * columns + j]);
      for (int64_t j = 0; j < columns; j++) exact[row * columns + j] = __builtin_exp((double)a[row * columns + j]) / sum;
      total += __builtin_log(sum) - (double)a[row * columns + labels[row]];
    }
    memcpy(found, a, (size_t)(rows * columns) * sizeof(Real));
    kernels.softmax(rows, columns, found);
    compare(SOFTMAX, rows * columns, found, exact);
    compare(CROSS_ENTROPY, kernels.cross_entropy(rows, columns, a, labels, (Real)0.5, found), total);
    for (int64_t row = 0; row < rows; row++) {
      exact[row * columns + labels[row]] -= 1;
      for (int64_t j = 0; j < columns; j++) exact[row * columns + j] *= 0.5;
    }
    compare(CROSS_ENTROPY, rows * columns, found, exact);
  }

  /// (I + ρ·DᵀD)ᵐ times the smoothed step is the step.
  void smooth_steps(int64_t rows, int64_t columns) {
    arena.used = 0;
    const int64_t solves = 2, count = rows * columns;
    const double rho = 0.5;
    const Real *before = arena.template random<Real>(count, 1, random), *steps = arena.template random<Real>(count, 1, random);
    Real *p = arena.take<Real>(count), *q = arena.take<Real>(rows), *c = arena.take<Real>(rows);
    for (int64_t i = 0; i < count; i++) p[i] = before[i] + steps[i];
    double pivot = 0;
    for (int64_t row = 0; row < rows; row++) {
      const double diagonal = 1 + rho * ((row > 0) + (row < rows - 1));
      pivot = row == 0 ? diagonal : diagonal - rho * rho / pivot;
      q[row] = (Real)(1 / pivot);
      c[row] = (Real)(rho / pivot);
    }
    double *exact = arena.take<double>(count), *smooth = arena.take<double>(count), *next = arena.take<double>(count);
    for (int64_t i = 0; i < count; i++) exact[i] = (double)p[i] - (double)before[i];
    kernels.smooth_steps(rows, columns, solves, q, c, before, p);
    for (int64_t i = 0; i < count; i++) smooth[i] = (double)p[i] - (double)before[i];
    for (int64_t solve = 0; solve < solves; solve++) {
      for (int64_t row = 0; row < rows; row++)
        for (int64_t j = 0; j < columns; j++) {
          const double own = smooth[row * columns + j];
          double value = own;
          if (row > 0) value += rho * (own - smooth[(row - 1) * columns + j]);
          if (row < rows - 1) value += rho * (own - smooth[(row + 1) * columns + j]);
          next[row * columns + j] = value;
        }
      memcpy(smooth, next, (size_t)count * sizeof(double));
    }
    compare(SMOOTH_STEPS, count, smooth, exact);
  }

  void run() {
    for (int kernel = 0; kernel < KERNELS; kernel++)
      results[kernel] = {entries[kernel].name, 0, entries[kernel].units * T::EPSILON};
    for (int number = 0; number < 84; number++) contractions(number);
    for (int number = 0; number < 4; number++) outer_products(number);
    static constexpr int64_t counts[] = {1, 7, 64, 1001}, all_rows[] = {1, 2, 9};
    for (int64_t count : counts) elements(count);
    for (int64_t rows : all_rows) smooth_steps(rows, 13);
  }
};

template <typename Real>
bool run_test(const typename Types<Real>::Kernels *kernels, kan_self_test_result *results) {
  Test<Real> test = {*kernels, results, {}};
  if (!test.arena.memory) return false;
  test.run();
  kan_free(test.arena.memory);
  return true;
}

}  // namespace

bool kan_self_test_f(const kan_kernels_f *kernels, kan_self_test_result *results) {
  return run_test<float>(kernels, results);
}

bool kan_self_test_d(const kan_kernels_d *kernels, kan_self_test_result *results) {
  return run_test<double>(kernels, results);
}

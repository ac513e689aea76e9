// Loops over elements against the same once more, as plainly as their contracts in kernel_table.h.
#pragma once

#include "self_test_bench.h"

namespace {

template <typename Real>
struct ElementTests : Bench<Real> {
  using Base = Bench<Real>;
  using typename Base::T;
  using Base::arena, Base::compare, Base::kernels, Base::note, Base::random;
  using Base::Base;

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
    Real *found = arena.template take<Real>(count);
    Real *other = arena.template take<Real>(count);
    Real *third = arena.template take<Real>(count);
    double *exact = arena.template take<double>(count);
    double *exact_other = arena.template take<double>(count);
    double *exact_third = arena.template take<double>(count);
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
    for (int64_t i = 0; i < rows * columns; i++) {
      const double both = (double)b[i % columns];
      exact[i] = ((double)a[i] - both) * both;
    }
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
    const Real beta1 = (Real)0.9, rest1 = (Real)0.1, beta2 = (Real)0.99, rest2 = (Real)0.01;
    const Real scale = (Real)1.5, epsilon = (Real)1e-4;
    for (int64_t i = 0; i < count; i++) third[i] = b[i] * b[i];
    for (int64_t i = 0; i < count; i++) {
      const double gradient = (double)a[i] / 2;
      exact_other[i] = (double)beta1 * (double)b[i] + (double)rest1 * gradient;
      exact_third[i] = (double)beta2 * (double)third[i] + (double)rest2 * gradient * gradient;
      exact[i] = (double)a[i] - (double)decay * (double)a[i] -
                 (double)rate * exact_other[i] / (__builtin_sqrt(exact_third[i]) * (double)scale + (double)epsilon);
    }
    Real *gradients = arena.template take<Real>(count);
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
    int32_t *labels = arena.template take<int32_t>(rows);
    double total = 0;
    for (int64_t row = 0; row < rows; row++) {
      labels[row] = (int32_t)((row * 5 + 1) % columns);
      double sum = 0;
      for (int64_t j = 0; j < columns; j++) sum += __builtin_exp((double)a[row * columns + j]);
      for (int64_t j = 0; j < columns; j++)
        exact[row * columns + j] = __builtin_exp((double)a[row * columns + j]) / sum;
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
    const Real *before = arena.template random<Real>(count, 1, random);
    const Real *steps = arena.template random<Real>(count, 1, random);
    Real *p = arena.template take<Real>(count);
    Real *q = arena.template take<Real>(rows);
    Real *c = arena.template take<Real>(rows);
    for (int64_t i = 0; i < count; i++) p[i] = before[i] + steps[i];
    double pivot = 0;
    for (int64_t row = 0; row < rows; row++) {
      const double diagonal = 1 + rho * ((row > 0) + (row < rows - 1));
      pivot = row == 0 ? diagonal : diagonal - rho * rho / pivot;
      q[row] = (Real)(1 / pivot);
      c[row] = (Real)(rho / pivot);
    }
    double *exact = arena.template take<double>(count);
    double *smooth = arena.template take<double>(count);
    double *next = arena.template take<double>(count);
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
    static constexpr int64_t counts[] = {1, 7, 64, 1001}, all_rows[] = {1, 2, 9};
    for (int64_t count : counts) elements(count);
    for (int64_t rows : all_rows) smooth_steps(rows, 13);
  }
};

}  // namespace

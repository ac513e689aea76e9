// One pass over arrays each: exponentials, activations, losses, optimisers, sums.
//
// Arrays have no gaps and may be the same where an element is read and then written. Sums are kept in PARTIAL_SUMS
// parts whatever the instruction set is, so that they can be vectorised without a change of order between machines.
#pragma once

#include "elementary.h"

namespace {

constexpr int PARTIAL_SUMS = 16;

void exponentials(int64_t count, Real *values) {
  for (int64_t i = 0; i < count; i++) values[i] = exponential(values[i]);
}

void activation_values(int activation, int64_t count, const Real *z, Real *y) {
  switch (activation) {
    case KAN_RELU:
      for (int64_t i = 0; i < count; i++) y[i] = z[i] < 0 ? 0 : z[i];  // NaN stays NaN
      break;
    case KAN_SILU:
      for (int64_t i = 0; i < count; i++) y[i] = silu(z[i]);
      break;
    case KAN_TANH:
      for (int64_t i = 0; i < count; i++) y[i] = hyperbolic_tangent(z[i]);
      break;
    case KAN_SIGMOID:
      for (int64_t i = 0; i < count; i++) y[i] = sigmoid(z[i]);
      break;
    default:
      for (int64_t i = 0; i < count; i++) y[i] = z[i];
  }
}

void activation_pull_back(int activation, int64_t count, const Real *kept,
                                                   Real *dy) {
  switch (activation) {
    case KAN_RELU:
      for (int64_t i = 0; i < count; i++) dy[i] = kept[i] > 0 ? dy[i] : 0;
      break;
    case KAN_SILU:
      for (int64_t i = 0; i < count; i++) dy[i] *= silu_slope(kept[i]);
      break;
    case KAN_TANH:
      for (int64_t i = 0; i < count; i++) dy[i] *= 1 - kept[i] * kept[i];
      break;
    case KAN_SIGMOID:
      for (int64_t i = 0; i < count; i++) dy[i] *= kept[i] * (1 - kept[i]);
      break;
    default:
      break;
  }
}

void broadcast_row(int64_t rows, int64_t columns, const Real *row, Real *z) {
  for (int64_t r = 0; r < rows; r++)
    for (int64_t c = 0; c < columns; c++) z[r * columns + c] = row[c];
}

/// M vectors of columns, which stay in registers.
template <int M>
KAN_INLINE void sum_columns(int64_t rows, int64_t stride, const Real *z, Real *sums) {
  Vector total[M] = {};
  // Sums of a few rows first: in one running sum over many, the last rows would lose digits.
  for (int64_t start = 0; start < rows; start += 256) {
    const int64_t end = start + 256 < rows ? start + 256 : rows;
    Vector part[M] = {};
    for (int64_t row = start; row < end; row++)
      KAN_UNROLL
      for (int m = 0; m < M; m++) part[m] += load(z + row * stride + m * LANES);
    KAN_UNROLL
    for (int m = 0; m < M; m++) total[m] += part[m];
  }
  KAN_UNROLL
  for (int m = 0; m < M; m++) store(sums + m * LANES, total[m]);
}

void column_sums(int64_t rows, int64_t columns, const Real *z, Real *sums) {
  int64_t column = 0;
  for (; columns - column >= 4 * LANES; column += 4 * LANES)
    sum_columns<4>(rows, columns, z + column, sums + column);
  for (; columns - column >= LANES; column += LANES)
    sum_columns<1>(rows, columns, z + column, sums + column);
  for (int64_t c = column; c < columns; c++) sums[c] = 0;
  for (int64_t start = 0; column < columns && start < rows; start += 256) {
    const int64_t end = start + 256 < rows ? start + 256 : rows;
    Real parts[LANES] = {0};
    for (int64_t row = start; row < end; row++)
      for (int64_t c = column; c < columns; c++) parts[c - column] += z[row * columns + c];
    for (int64_t c = column; c < columns; c++) sums[c] += parts[c - column];
  }
}

void scale_columns(int64_t rows, int64_t columns, const Real *x, const Real *shift,
                                            const Real *factor, Real *y) {
  for (int64_t r = 0; r < rows; r++)
    for (int64_t c = 0; c < columns; c++)
      y[r * columns + c] = (x[r * columns + c] - shift[c]) * factor[c];
}

int64_t first_non_finite(int64_t count, const Real *values) {
  // v - v is 0 for finite v and NaN otherwise; NaN survives the sum.
  const int64_t chunk = 4096;
  for (int64_t start = 0; start < count; start += chunk) {
    int64_t end = start + chunk < count ? start + chunk : count;
    Real lanes[PARTIAL_SUMS] = {0};
    int64_t i = start;
    for (; i + PARTIAL_SUMS <= end; i += PARTIAL_SUMS)
      for (int lane = 0; lane < PARTIAL_SUMS; lane++) lanes[lane] += values[i + lane] - values[i + lane];
    for (; i < end; i++) lanes[0] += values[i] - values[i];
    Real sum = 0;
    for (int lane = 0; lane < PARTIAL_SUMS; lane++) sum += lanes[lane];
    if (!(sum == 0))
      for (i = start; i < end; i++)
        if (!(values[i] - values[i] == 0)) return i;
  }
  return -1;
}

double squared_error(int64_t count, const Real *outputs, const Real *targets,
                                              Real factor, Real *gradient) {
  double lanes[PARTIAL_SUMS] = {0};
  int64_t i = 0;
  for (; i + PARTIAL_SUMS <= count; i += PARTIAL_SUMS) {
    Real errors[PARTIAL_SUMS];
    KAN_UNROLL
    for (int lane = 0; lane < PARTIAL_SUMS; lane++) {
      errors[lane] = outputs[i + lane] - targets[i + lane];
      lanes[lane] += (double)errors[lane] * (double)errors[lane];
    }
    if (!gradient) continue;
    KAN_UNROLL
    for (int lane = 0; lane < PARTIAL_SUMS; lane++) gradient[i + lane] = factor * errors[lane];
  }
  for (; i < count; i++) {
    const Real error = outputs[i] - targets[i];
    lanes[0] += (double)error * (double)error;
    if (gradient) gradient[i] = factor * error;
  }
  double sum = 0;
  for (int lane = 0; lane < PARTIAL_SUMS; lane++) sum += lanes[lane];
  return sum;
}

/// exp(z - max z) of a row into `out`, and the sum of it; the largest logit is taken off so that nothing overflows.
KAN_INLINE Real shifted_exponentials(int64_t columns, const Real *logits, Real *largest,
                                                   Real *out) {
  Real top = logits[0];
  for (int64_t c = 1; c < columns; c++) top = logits[c] > top ? logits[c] : top;
  *largest = top;
  Real sum = 0;
  if (out) {
    for (int64_t c = 0; c < columns; c++) out[c] = exponential(logits[c] - top);
    for (int64_t c = 0; c < columns; c++) sum += out[c];
  } else {
    for (int64_t c = 0; c < columns; c++) sum += exponential(logits[c] - top);
  }
  return sum;
}

double cross_entropy(int64_t rows, int64_t columns, const Real *logits,
                                              const int32_t *labels, Real factor, Real *gradient) {
  double total = 0;
  for (int64_t r = 0; r < rows; r++) {
    const Real *z = logits + r * columns;
    Real *g = gradient ? gradient + r * columns : nullptr;
    Real top;
    Real sum = shifted_exponentials(columns, z, &top, g);
    total += __builtin_log((double)sum) + (double)(top - z[labels[r]]);
    if (g) {
      Real scale = factor / sum;
      for (int64_t c = 0; c < columns; c++) g[c] *= scale;
      g[labels[r]] -= factor;
    }
  }
  return total;
}

void softmax(int64_t rows, int64_t columns, Real *logits) {
  for (int64_t r = 0; r < rows; r++) {
    Real *z = logits + r * columns;
    Real top;
    Real inverse = 1 / shifted_exponentials(columns, z, &top, z);
    for (int64_t c = 0; c < columns; c++) z[c] *= inverse;
  }
}

void sgd(int64_t count, Real *parameters, const Real *gradients,
                                  Real *velocity, Real rate, Real momentum, Real decay) {
  for (int64_t i = 0; i < count; i++) {
    Real v = momentum * velocity[i] + (gradients[i] + decay * parameters[i]);
    velocity[i] = v;
    parameters[i] -= rate * v;
  }
}

void adamw(int64_t count, Real *parameters, const Real *gradients, Real *mean,
                                Real *variance, Real rate, Real beta1, Real rest1,
                                Real beta2, Real rest2, Real scale, Real epsilon,
                                Real shrink) {
  for (int64_t i = 0; i < count; i++) {
    Real g = gradients[i];
    Real m = beta1 * mean[i] + rest1 * g;
    Real v = beta2 * variance[i] + rest2 * g * g;
    mean[i] = m;
    variance[i] = v;
    parameters[i] -= shrink * parameters[i] + rate * m / (__builtin_elementwise_sqrt(v) * scale + epsilon);
  }
}

double inner_product(int64_t count, const Real *a, const Real *b) {
  double lanes[PARTIAL_SUMS] = {0};
  int64_t i = 0;
  for (; i + PARTIAL_SUMS <= count; i += PARTIAL_SUMS)
    for (int lane = 0; lane < PARTIAL_SUMS; lane++) lanes[lane] += (double)a[i + lane] * (double)b[i + lane];
  for (; i < count; i++) lanes[0] += (double)a[i] * (double)b[i];
  double sum = 0;
  for (int lane = 0; lane < PARTIAL_SUMS; lane++) sum += lanes[lane];
  return sum;
}

void add_scaled(int64_t count, const Real *a, Real factor, const Real *b,
                                     Real *out) {
  for (int64_t i = 0; i < count; i++) out[i] = a[i] + factor * b[i];
}

}  // namespace

// Sums of least-squares refits: for one input, at any points, of the k+1 splines that are not 0.
//
//   x          points of the input, x_stride apart; y: [points × outputs], rows y_stride apart
//   gram       [functions × ≥ k+1], in double precision, like `sums`: [functions × outputs]; both are added to
#pragma once

#include "evaluate.h"

namespace {

void spline_points(const Spline *spline, int64_t input, int64_t count, const Real *x, int64_t x_stride, int32_t *cells,
                   Real *values) {
  Spline bare = *spline;
  bare.base = KAN_BASE_NONE;
  // One point after another is one input of as many rows; that of a single one, its function beside the next.
  const Points to = {cells, values, values, values, count, (spline->degree + 1) * count, count, count};
  spline_evaluate(&bare, input, 1, count, x, x_stride, 0, &to);
}

/// `weights` may be null for 1.
void spline_normal_equations(const Spline *spline, int64_t input, int64_t count, const Real *x, int64_t x_stride,
                             const double *weights, int64_t outputs, const Real *y, int64_t y_stride, double *gram,
                             int64_t gram_stride, double *sums) {
  const int order = spline->degree + 1;
  int32_t cells[CHUNK];
  Real values[(MAX_DEGREE + 1) * CHUNK];
  for (int64_t start = 0; start < count; start += CHUNK) {
    const int64_t part = count - start < CHUNK ? count - start : CHUNK;
    spline_points(spline, input, part, x + start * x_stride, x_stride, cells, values);
    for (int64_t i = 0; i < part; i++) {
      const double weight = weights ? weights[start + i] : 1;
      const Real *__restrict target = y + (start + i) * y_stride;
      for (int r = 0; r < order; r++) {
        const double factor = weight * (double)values[r * part + i];
        for (int s = r; s < order; s++)
          gram[(cells[i] + r) * gram_stride + s - r] += factor * (double)values[s * part + i];
        double *__restrict row = sums + (cells[i] + r) * outputs;
        for (int64_t c = 0; c < outputs; c++) row[c] += factor * (double)target[c];
      }
    }
  }
}

}  // namespace

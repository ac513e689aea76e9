// Normal equations of curves of one input, from points that have been evaluated.
//
//   cells      of the points: [points]
//   values     function cells[p] + r at point p is values[r·stride + p], r < n
//   weights    [points], or null for 1
//   y          [points × outputs], rows y_stride apart
//   gram       [functions × ≥ n], in double precision, like `sums`: [functions × outputs]; both are added to
#pragma once

#include "target.h"

namespace {

/// gram[j·gram_stride + d] += Σ w·f_j·f_{j+d}, d < n, and sums += Σ w·f_j·y, point by point.
void normal_equations(int64_t points, int64_t n, const int32_t *cells, const Real *values, int64_t stride,
                      const double *weights, int64_t outputs, const Real *y, int64_t y_stride, double *gram,
                      int64_t gram_stride, double *sums) {
  for (int64_t i = 0; i < points; i++) {
    const double weight = weights ? weights[i] : 1;
    const Real *__restrict target = y + i * y_stride;
    for (int64_t r = 0; r < n; r++) {
      const double factor = weight * (double)values[r * stride + i];
      double *line = gram + (cells[i] + r) * gram_stride;
      for (int64_t s = r; s < n; s++) line[s - r] += factor * (double)values[s * stride + i];
      double *__restrict row = sums + (cells[i] + r) * outputs;
      for (int64_t c = 0; c < outputs; c++) row[c] += factor * (double)target[c];
    }
  }
}

}  // namespace

// JᵀJ and Jᵀr of sparse rows of J.
//
//   s          kan_sparse_rows: a row is a fixed number of runs of neighbouring parameters, which begin elsewhere in each
//              row, and derivatives by parameters that are the same in all rows (`common`)
//   starts     the first parameter of each run: [rows × runs]
//   values     [rows × width], run k at places[k], the common ones at common_place
//   residuals  r: [rows]
//   h          [parameters × parameters], rows h_stride apart
//   side       [parameters × common], rows side_stride apart
//   g          [parameters]
//
// Of one run `own`, all are added to, row by row of J: h the products with the runs up to and including it, so that what
// it writes is on and below the diagonal but for the square of the run itself; side those with the common derivatives.
// Runs own their rows of h, side and g: they may go to different threads.
#pragma once

#include "target.h"

namespace {

/// The plain twin.
inline void plain_outer_products(const SparseRows &s, int64_t own, int64_t rows, const int32_t *starts,
                                 const Real *values, const Real *residuals, Real *h, int64_t h_stride, Real *side,
                                 int64_t side_stride, Real *g) {
  for (int64_t p = 0; p < rows; p++, starts += s.runs, values += s.width)
    for (int64_t i = 0; i < s.lengths[own]; i++) {
      const int64_t place = starts[own] + i;
      const Real left = values[s.places[own] + i];
      for (int64_t k = 0; k <= own; k++)
        for (int64_t j = 0; j < s.lengths[k]; j++)
          h[place * h_stride + starts[k] + j] += left * values[s.places[k] + j];
      for (int64_t j = 0; j < s.common; j++) side[place * side_stride + j] += left * values[s.common_place + j];
      g[place] += left * residuals[p];
    }
}

/// to[i][j] += left[i]·right[j], i < count, for M vectors of j, of which the last has `tail` lanes if it is a part.
template <int M, bool is_part>
KAN_INLINE void add_outer(int64_t count, const Real *left, const Real *right, int tail, Real *to, int64_t stride) {
  const Part part(is_part ? tail : 1);
  Vector v[M];
  KAN_UNROLL
  for (int m = 0; m < M; m++) v[m] = is_part && m == M - 1 ? part.load(right + m * LANES) : load(right + m * LANES);
  for (int64_t i = 0; i < count; i++, to += stride) {
    const Vector w = splat(left[i]);
    KAN_UNROLL
    for (int m = 0; m < M; m++) {
      Real *at = to + m * LANES;
      if (is_part && m == M - 1)
        part.store(at, part.load(at) + w * v[m]);
      else
        store(at, load(at) + w * v[m]);
    }
  }
}

/// The same for any number of columns.
KAN_INLINE void add_outer(int64_t count, const Real *left, int64_t columns, const Real *right, Real *to,
                          int64_t stride) {
  for (; columns > 4 * LANES; columns -= 4 * LANES, right += 4 * LANES, to += 4 * LANES)
    add_outer<4, false>(count, left, right, 0, to, stride);
  const int tail = (int)(columns % LANES);
  switch ((columns + LANES - 1) / LANES * 2 + (tail > 0)) {
    case 2: return add_outer<1, false>(count, left, right, 0, to, stride);
    case 3: return add_outer<1, true>(count, left, right, tail, to, stride);
    case 4: return add_outer<2, false>(count, left, right, 0, to, stride);
    case 5: return add_outer<2, true>(count, left, right, tail, to, stride);
    case 6: return add_outer<3, false>(count, left, right, 0, to, stride);
    case 7: return add_outer<3, true>(count, left, right, tail, to, stride);
    case 8: return add_outer<4, false>(count, left, right, 0, to, stride);
    case 9: return add_outer<4, true>(count, left, right, tail, to, stride);
  }
}

void outer_products(const SparseRows *rows_of_j, int64_t own, int64_t rows, const int32_t *starts, const Real *values,
                    const Real *residuals, Real *h, int64_t h_stride, Real *side, int64_t side_stride, Real *g) {
  const SparseRows s = *rows_of_j;  // a copy, which no store can change
  const int64_t count = s.lengths[own];
  for (int64_t p = 0; p < rows; p++, starts += s.runs, values += s.width) {
    const int64_t first = starts[own];
    const Real *left = values + s.places[own];
    Real *line = h + first * h_stride;
    for (int64_t k = 0; k <= own; k++)
      add_outer(count, left, s.lengths[k], values + s.places[k], line + starts[k], h_stride);
    add_outer(count, left, s.common, values + s.common_place, side + first * side_stride, side_stride);
    const Real residual = residuals[p];
    for (int64_t i = 0; i < count; i++) g[first + i] += left[i] * residual;
  }
}

}  // namespace

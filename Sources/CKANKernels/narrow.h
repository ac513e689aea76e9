// All contractions of layers with few outputs, 1 to 4: there the vector runs over rows, and what each row needs of W is
// looked up, in registers where an input's coefficients fit them.
#pragma once

#include "lanes.h"
#include "order.h"

namespace {

/// Outputs of a layer that is formed in this way. A vector over outputs would be mostly empty.
constexpr int NARROW = 4;

/// One column of the coefficients of an input as the rows of a vector look it up.
struct Column {
  const Real *numbers;  // a table of TABLE, or W itself
  int64_t stride;       // 0 for a table

  KAN_INLINE Vector at(Integers function) const {
    return stride == 0 ? lookup(numbers, function) : gather(numbers, function * (int32_t)stride);
  }
};

/// Columns of a block's inputs, and their fixed coefficients.
struct Columns {
  Real tables[BLOCK][NARROW][TABLE > 0 ? TABLE : 1] __attribute__((aligned(LINE)));
  Column of[BLOCK][NARROW];
  Real fixed[BLOCK][NARROW];
};

inline void fill(Columns &to, const Block &b, int columns, const Real *W, int64_t w_stride) {
  const int64_t count = b.stored - b.fixed;
  for (int64_t i = 0; i < b.inputs; i++)
    for (int c = 0; c < columns; c++) {
      const Real *from = W + i * b.stored * w_stride + c;
      to.fixed[i][c] = from[(b.stored - 1) * w_stride];
      if (count <= TABLE) {
        for (int64_t j = 0; j < count; j++) to.tables[i][c][j] = from[j * w_stride];
        to.of[i][c] = {to.tables[i][c], 0};
      } else {
        to.of[i][c] = {from, w_stride};
      }
    }
}

/// Z = start + Φ·W. Sums are formed in the order of forward.h, so that a row's bits do not depend on how many come with it.
KAN_NOINLINE void forward_narrow(const Block &b, int columns, const Real *W, int64_t w_stride, const Real *start,
                                 int64_t start_stride, Real *z, int64_t z_stride) {
  Columns coefficients;
  fill(coefficients, b, columns, W, w_stride);
  const int64_t moving = b.functions - b.fixed;
  for (int64_t q = 0; q < b.rows; q += LANES) {
    const int64_t left = b.rows - q < LANES ? b.rows - q : LANES;
    for (int c = 0; c < columns; c++) {
      Real totals[LANES] = {};
      for (int64_t p = 0; p < left; p++) totals[p] = start[(q + p) * start_stride + c];
      Vector total = load(totals);
      for (int64_t i = 0; i < b.inputs; i++) {
        const Column column = coefficients.of[i][c];
        const Real *value = b.value + i * b.input_stride + q;
        const Integers cell = load_cells(left, b.cell + i * b.cell_stride + q);
        for (int64_t r = 0; r < moving; r++)
          total += load(value + r * b.function_stride) * column.at(cell + (int32_t)r);
        if (b.fixed) total += load(value + moving * b.function_stride) * coefficients.fixed[i][c];
      }
      store(totals, total);
      for (int64_t p = 0; p < left; p++) z[(q + p) * z_stride + c] = totals[p];
    }
  }
}

/// The columns of dZ one behind another, rows + LANES each, with zeros behind their rows.
inline void copy_errors(int64_t rows, int outputs, const Real *dz, Real *to) {
  for (int c = 0; c < outputs; c++) {
    Real *column = to + c * (rows + LANES);
#pragma clang loop vectorize(disable)
    for (int64_t row = 0; row < rows; row++) column[row] = dz[row * outputs + c];
    store(column + rows, Vector{});
  }
}

/// dX of one block into sums: [rows × BLOCK]; `errors` as above.
KAN_NOINLINE void inputs_narrow(const Block &b, int outputs, const Real *errors, const Real *W, Real *sums) {
  Columns coefficients;
  fill(coefficients, b, outputs, W, outputs);
  const int64_t moving = b.functions - b.fixed;
  for (int64_t i = 0; i < b.inputs; i++)
    for (int64_t q = 0; q < b.rows; q += LANES) {
      const int64_t left = b.rows - q < LANES ? b.rows - q : LANES;
      const Real *slope = b.value + i * b.input_stride + q;
      const Integers cell = load_cells(left, b.cell + i * b.cell_stride + q);
      Vector total = {};
      for (int c = 0; c < outputs; c++) {
        const Column column = coefficients.of[i][c];
        Vector sum = {};
        if (b.fixed) sum = load(slope + moving * b.function_stride) * coefficients.fixed[i][c];
        for (int64_t r = 0; r < moving; r++) sum += load(slope + r * b.function_stride) * column.at(cell + (int32_t)r);
        total += sum * load(errors + c * (b.rows + LANES) + q);
      }
      Real totals[LANES];
      store(totals, total);
      for (int64_t p = 0; p < left; p++) sums[(q + p) * BLOCK + i] = totals[p];
    }
}

/// Whether dW is summed up cell by cell, with 0 in place of the rows of other cells, which needs no order.
KAN_INLINE bool masks_cells(const Block &b) { return LANES >= 4 && b.cells <= LANES; }

/// N functions of one input and one column: `weight` and `to` are those of the first.
template <int N>
KAN_INLINE void weights_masked(const Block &b, const int32_t *cell, const Real *weight, const Real *errors, Real *to,
                               int64_t to_stride) {
  for (int c = 0; c < b.cells; c++) {
    Vector sum[N] = {};
    for (int64_t q = 0; q < b.rows; q += LANES) {
      const Mask met = to_mask(load_cells(b.rows - q, cell + q) == c - Integers{});
      const Vector zero = {}, error = met ? load(errors + q) : zero;
      // Rows behind the last are of cell 0 and may hold anything.
      const int64_t left = b.rows - q;
      KAN_UNROLL
      for (int r = 0; r < N; r++) {
        const Real *from = weight + r * b.function_stride + q;
        sum[r] += (left >= LANES ? load(from) : Part((int)left).load(from)) * error;
      }
    }
    Real lanes[LANES > N ? LANES : N][LANES] = {}, sums[LANES];
    KAN_UNROLL
    for (int r = 0; r < N; r++) store(lanes[r], sum[r]);
    if constexpr (N <= LANES) {
      store(sums, lane_sums(lanes[0]));
      for (int r = 0; r < N; r++) to[(c + r) * to_stride] += sums[r];
    }
  }
}

/// Σ over the rows of one column of dW for one function with a fixed place, or for the rows of a cell.
inline Real weighted_sum(int64_t rows, const Real *weights, const Real *errors) {
  Vector sum = {};
  int64_t q = 0;
  for (; q + LANES <= rows; q += LANES) sum += load(weights + q) * load(errors + q);
  if (q < rows) sum += Part((int)(rows - q)).load(weights + q) * load(errors + q);
  Real total = 0;
  for (int lane = 0; lane < LANES; lane++) total += sum[lane];
  return total;
}

/// dW of one input and column where its rows are sorted.
inline void weights_sorted(const Block &b, const Row *rows, const int32_t *ends, const Real *weight, const Real *errors,
                           int64_t moving, Real *to, int64_t to_stride) {
  int32_t start = 0;
  for (int c = 0; c < b.cells; start = ends[c++])
    for (int64_t r = 0; r < moving; r++) {
      const Real *from = weight + r * b.function_stride;
      Real even = 0, odd = 0;
      int32_t q = start;
      for (; q + 2 <= ends[c]; q += 2) {
        even += from[rows[q]] * errors[rows[q]];
        odd += from[rows[q + 1]] * errors[rows[q + 1]];
      }
      if (q < ends[c]) even += from[rows[q]] * errors[rows[q]];
      to[(c + r) * to_stride] += even + odd;
    }
}

/// Whether rows have to be sorted before dW is formed; where a cell has few of them, they go one by one.
KAN_INLINE bool sorts_narrow(const Block &b) { return !masks_cells(b) && b.cells <= CELLS && b.rows >= 4 * b.cells; }

KAN_NOINLINE void weights_narrow(const Block &b, int outputs, const Real *errors, const Row *rows, const Ends *ends,
                                 Real *dw) {
  const int64_t moving = b.functions - b.fixed;
  for (int64_t i = 0; i < b.inputs; i++)
    for (int c = 0; c < outputs; c++) {
      const int32_t *cell = b.cell + i * b.cell_stride;
      const Real *weight = b.value + i * b.input_stride, *error = errors + c * (b.rows + LANES);
      Real *to = dw + i * b.stored * outputs + c;
      if (masks_cells(b)) {
        int64_t r = 0;
        for (; r + 4 <= moving; r += 4)
          weights_masked<4>(b, cell, weight + r * b.function_stride, error, to + r * outputs, outputs);
        for (; r + 2 <= moving; r += 2)
          weights_masked<2>(b, cell, weight + r * b.function_stride, error, to + r * outputs, outputs);
        for (; r < moving; r++)
          weights_masked<1>(b, cell, weight + r * b.function_stride, error, to + r * outputs, outputs);
      } else if (sorts_narrow(b)) {
        weights_sorted(b, rows + i * b.rows, ends[i], weight, error, moving, to, outputs);
      } else {
        for (int64_t p = 0; p < b.rows; p++)
          for (int64_t r = 0; r < moving; r++)
            to[(cell[p] + r) * outputs] += weight[r * b.function_stride + p] * error[p];
      }
      if (b.fixed) to[(b.stored - 1) * outputs] += weighted_sum(b.rows, weight + moving * b.function_stride, error);
    }
}

}  // namespace

// All contractions of layers with few outputs, 1 to 4: there the vector runs over rows, and what each row needs of W is
// looked up, in registers where an input's coefficients fit them.
#pragma once

#include "lanes.h"
#include "order.h"

namespace {

/// Outputs of a layer that is formed in this way. A vector over outputs would be mostly empty.
constexpr int NARROW = 4;

/// Coefficients of one input and output, as the rows of a vector look them up: in one or two registers, or in W itself
/// (0).
template <int registers>
struct Column {
  Vector low, high;
  const Real *from;
  int32_t stride;

  KAN_INLINE Column(const Real *table, const Real *from, int64_t stride)
      : low(registers > 0 ? load(table) : Vector{}), high(registers > 1 ? load(table + LANES) : Vector{}), from(from),
        stride((int32_t)stride) {}

  KAN_INLINE Vector at(Integers function) const {
    return registers > 0 ? lookup<registers>(low, high, function) : gather(from, function * stride);
  }
};

/// Coefficients of a block without gaps, and those of fixed functions. Of input i and output c.
struct Tables {
  Real of[BLOCK][NARROW][2 * LANES] __attribute__((aligned(LINE)));
  Real fixed[BLOCK][NARROW];

  Tables(const Block &b, int outputs, const Real *W, int64_t stride) {
    const int64_t count = b.stored - b.fixed;
    for (int64_t i = 0; i < b.inputs; i++)
      for (int c = 0; c < outputs; c++) {
        const Real *from = W + i * b.stored * stride + c;
        fixed[i][c] = from[(b.stored - 1) * stride];
        if (count > 2 * TABLE) continue;
        if (stride == 1) {
          store(of[i][c], Part((int)(count < LANES ? count : LANES)).load(from));
          if (count > LANES) store(of[i][c] + LANES, Part((int)(count - LANES)).load(from + LANES));
        } else {
          for (int64_t j = 0; j < count; j++) of[i][c][j] = from[j * stride];
        }
      }
  }
};

/// Registers that hold the coefficients of an input and output, or 0 if they do not fit two.
inline int registers_of(const Block &b) {
  const int64_t count = b.stored - b.fixed;
  return count <= TABLE ? 1 : count <= 2 * TABLE ? 2 : 0;
}

/// Lane p is from[p·stride], p < left.
KAN_INLINE Vector load_column(int64_t left, const Real *from, int64_t stride) {
  if (stride == 0) return splat(*from);
  if (stride == 1) return left >= LANES ? load(from) : Part((int)left).load(from);
  Real numbers[LANES] = {};
  for (int64_t p = 0; p < left && p < LANES; p++) numbers[p] = from[p * stride];
  return load(numbers);
}

KAN_INLINE void store_column(int64_t left, Real *to, int64_t stride, Vector v) {
  if (stride == 1) return store_first(left, to, v);
  Real numbers[LANES];
  store(numbers, v);
  for (int64_t p = 0; p < left && p < LANES; p++) to[p * stride] = numbers[p];
}

/// Z = start + Φ·W. Sums are formed in the order of forward.h, so that a row's bits do not depend on how many come with
/// it.
template <int registers>
KAN_NOINLINE void forward_narrow(const Block &block, int outputs, const Real *W, int64_t w_stride, const Real *start,
                                 int64_t start_stride, Real *z, int64_t z_stride) {
  const Block b = block;
  const Tables tables(b, outputs, W, w_stride);
  const int64_t moving = b.functions - b.fixed;
  for (int64_t q = 0; q < b.rows; q += LANES)
    for (int c = 0; c < outputs; c++) {
      const int64_t left = b.rows - q;
      Vector total = load_column(left, start + q * start_stride + c, start_stride);
      for (int64_t i = 0; i < b.inputs; i++) {
        const Column<registers> column(tables.of[i][c], W + i * b.stored * w_stride + c, w_stride);
        const Real *value = b.value + i * b.input_stride + q;
        Integers function = load_cells(left, b.cell + i * b.cell_stride + q);
        for (int64_t r = 0; r < moving; r++, function += 1, value += b.function_stride)
          total += load(value) * column.at(function);
        if (b.fixed) total += load(value) * tables.fixed[i][c];
      }
      store_column(left, z + q * z_stride + c, z_stride, total);
    }
}

/// Whether so many columns are formed in this way: where coefficients would have to be gathered, one alone.
inline bool is_narrow(const Block &b, int64_t columns) {
  return columns <= NARROW && (columns == 1 || registers_of(b) > 0);
}

/// `outputs` columns of dZ one behind another, rows + LANES each, with zeros behind their rows.
inline void copy_errors(int64_t rows, int outputs, const Real *dz, int64_t stride, Real *to) {
  for (int c = 0; c < outputs; c++) {
    Real *column = to + c * (rows + LANES);
#pragma clang loop vectorize(disable)
    for (int64_t row = 0; row < rows; row++) column[row] = dz[row * stride + c];
    store(column + rows, Vector{});
  }
}

/// dX of one block into sums: [rows × BLOCK], added to what is there if it `adds`; `errors` as above, rows of W
/// `stride` apart.
template <int registers>
KAN_NOINLINE void inputs_narrow(const Block &block, int outputs, const Real *errors, const Real *W, int64_t stride,
                                bool adds, Real *sums) {
  const Block b = block;
  const Tables tables(b, outputs, W, stride);
  const int64_t moving = b.functions - b.fixed;
  for (int64_t i = 0; i < b.inputs; i++)
    for (int64_t q = 0; q < b.rows; q += LANES) {
      const int64_t left = b.rows - q;
      const Integers cell = load_cells(left, b.cell + i * b.cell_stride + q);
      Vector total = {};
      for (int c = 0; c < outputs; c++) {
        const Column<registers> column(tables.of[i][c], W + i * b.stored * stride + c, stride);
        const Real *slope = b.value + i * b.input_stride + q;
        Integers function = cell;
        Vector sum = {};
        for (int64_t r = 0; r < moving; r++, function += 1, slope += b.function_stride)
          sum += load(slope) * column.at(function);
        if (b.fixed) sum += load(slope) * tables.fixed[i][c];
        total += sum * load(errors + c * (b.rows + LANES) + q);
      }
      Real *to = sums + q * BLOCK + i;
      if (adds) total += load_column(left, to, BLOCK);
      store_column(left, to, BLOCK, total);
    }
}

/// Whether dW is summed up cell by cell, with 0 in place of the rows of other cells, which needs no order.
KAN_INLINE bool masks_cells(const Block &b) { return LANES >= 4 && b.cells <= LANES; }

/// N functions of one input and one column: `weight` and `to` are those of the first.
template <int N>
KAN_INLINE void weights_masked(const Block &b, const int32_t *cell, const Real *weight, const Real *errors, Real *to,
                               int64_t to_stride) {
  const int64_t whole = b.rows / LANES * LANES;
  const Part rest(whole < b.rows ? (int)(b.rows - whole) : 1);
  for (int c = 0; c < b.cells; c++) {
    Vector sum[N] = {};
    const Vector zero = {};
    for (int64_t q = 0; q < whole; q += LANES) {
      const Mask met = to_mask(*(const LooseIntegers *)(cell + q) == c - Integers{});
      const Vector error = met ? load(errors + q) : zero;
      KAN_UNROLL
      for (int r = 0; r < N; r++) sum[r] += load(weight + r * b.function_stride + q) * error;
    }
    if (whole < b.rows) {
      // Behind the last row, numbers may be anything.
      const Mask met = to_mask(load_cells(b.rows - whole, cell + whole) == c - Integers{});
      const Vector error = met ? load(errors + whole) : zero;
      KAN_UNROLL
      for (int r = 0; r < N; r++) sum[r] += rest.load(weight + r * b.function_stride + whole) * error;
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
                                 Real *dw, int64_t stride) {
  const int64_t moving = b.functions - b.fixed;
  for (int64_t i = 0; i < b.inputs; i++)
    for (int c = 0; c < outputs; c++) {
      const int32_t *cell = b.cell + i * b.cell_stride;
      const Real *weight = b.value + i * b.input_stride, *error = errors + c * (b.rows + LANES);
      Real *to = dw + i * b.stored * stride + c;
      if (masks_cells(b)) {
        int64_t r = 0;
        for (; r + 4 <= moving; r += 4)
          weights_masked<4>(b, cell, weight + r * b.function_stride, error, to + r * stride, stride);
        for (; r + 2 <= moving; r += 2)
          weights_masked<2>(b, cell, weight + r * b.function_stride, error, to + r * stride, stride);
        for (; r < moving; r++)
          weights_masked<1>(b, cell, weight + r * b.function_stride, error, to + r * stride, stride);
      } else if (sorts_narrow(b)) {
        weights_sorted(b, rows + i * b.rows, ends[i], weight, error, moving, to, stride);
      } else {
        for (int64_t p = 0; p < b.rows; p++)
          for (int64_t r = 0; r < moving; r++)
            to[(cell[p] + r) * stride] += weight[r * b.function_stride + p] * error[p];
      }
      if (b.fixed) to[(b.stored - 1) * stride] += weighted_sum(b.rows, weight + moving * b.function_stride, error);
    }
}

}  // namespace

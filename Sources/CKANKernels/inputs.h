// dX = Σᵣ slopeᵣ·(dZ·Wᵀ)ᵣ of one block of inputs.
//
//   b       kan_block, fed slopes
//   rows    from order.h
//   dz      [rows × outputs] without gaps
//   W       [inputs·K × outputs] without gaps
//   sums    [rows × BLOCK], which is copied to dx: [rows × inputs]
//
// The rows of one cell meet the same n rows of W, which stay in registers while those rows pass. Where the slopes of a
// cell sum to 0, the middle row of W is taken off the others and needs no product: Σ sᵣ·wᵣ = Σ_{r≠c} sᵣ·(wᵣ - w_c).
#pragma once

#include "weights.h"

namespace {

/// The plain twin.
inline void plain_inputs(const Block &b, int64_t outputs, const Real *dz, const Real *W, Real *dx, int64_t dx_stride) {
  for (int64_t i = 0; i < b.inputs; i++)
    for (int64_t p = 0; p < b.rows; p++) {
      Real total = 0;
      for (int64_t r = 0; r < b.functions; r++) {
        const bool fixed = b.fixed && r == b.functions - 1;
        const int64_t place = i * b.stored + (fixed ? b.stored - 1 : b.cell[i * b.cell_stride + p] + r);
        const Real slope = b.value[i * b.input_stride + r * b.function_stride + p];
        for (int64_t c = 0; c < outputs; c++) total += slope * W[place * outputs + c] * dz[p * outputs + c];
      }
      dx[p * dx_stride + i] = total;
    }
}

/// Rows whose lanes are summed up together.
constexpr int WAITING = 64;

/// lanes[q·LANES …] = Σ over M vectors of columns of dZ times the derivative of the edge, lanes not yet summed up;
/// added to what is there if it `adds`. `from` is the cell's first row of W, `fixed` that of the fixed function.
template <int N, int M, bool is_part>
KAN_INLINE void lanes_of_columns(const Pass &pass, const Row *rows, int length, const Real *from, const Real *fixed,
                                 const Real *dz, int64_t stride, int64_t column, int tail, bool adds,
                                 Real *lanes) {
  const Part part(is_part ? tail : 1);
  Vector w[N][M], centre[M] = {};
  const Real *slope[N];
  KAN_UNROLL
  for (int m = 0; m < M && pass.centre >= 0; m++) {
    const Real *row = from + pass.centre + column + m * LANES;
    centre[m] = is_part ? part.load(row) : load(row);
  }
  KAN_UNROLL
  for (int r = 0; r < N; r++) {
    slope[r] = pass.value[r];
    const bool is_fixed = r == N - 1 && pass.ends_fixed;
    const Real *row = (is_fixed ? fixed : from + pass.offset[r]) + column;
    KAN_UNROLL
    for (int m = 0; m < M; m++) {
      w[r][m] = is_part ? part.load(row) : load(row + m * LANES);
      if (!is_fixed) w[r][m] -= centre[m];
    }
  }
  dz += column;
  for (int q = 0; q < length; q++) {
    const int64_t row = rows[q];
    const Real *error = dz + row * stride;
    Vector product[M];
    KAN_UNROLL
    for (int r = 0; r < N; r++) {
      const Vector weight = splat(slope[r][row]);
      KAN_UNROLL
      for (int m = 0; m < M; m++) product[m] = r == 0 ? weight * w[r][m] : product[m] + weight * w[r][m];
    }
    Vector sum = product[0] * (is_part ? part.load(error) : load(error));
    KAN_UNROLL
    for (int m = 1; m < M; m++) sum += product[m] * load(error + m * LANES);
    if (adds) sum += load(lanes + q * LANES);
    store(lanes + q * LANES, sum);
  }
}

/// All columns. Where registers are too few for four vectors together, some of W come from the stack: those loads cost
/// less than twice as many rounds over the rows.
template <int N>
KAN_NOINLINE void lanes_of_cell(const Pass &pass, const Row *rows, int length, const Real *from, const Real *fixed,
                                const Real *dz, int64_t outputs, int64_t stride, Real *lanes) {
  int64_t column = 0;
  if (outputs >= 4 * LANES) {
    lanes_of_columns<N, 4, false>(pass, rows, length, from, fixed, dz, stride, 0, 0, false, lanes);
    for (column = 4 * LANES; outputs - column >= 4 * LANES; column += 4 * LANES)
      lanes_of_columns<N, 4, false>(pass, rows, length, from, fixed, dz, stride, column, 0, true, lanes);
  }
  for (; outputs - column >= 2 * LANES; column += 2 * LANES)
    lanes_of_columns<N, 2, false>(pass, rows, length, from, fixed, dz, stride, column, 0, column > 0, lanes);
  for (; outputs - column >= LANES; column += LANES)
    lanes_of_columns<N, 1, false>(pass, rows, length, from, fixed, dz, stride, column, 0, column > 0, lanes);
  if (column < outputs)
    lanes_of_columns<N, 1, true>(pass, rows, length, from, fixed, dz, stride, column, (int)(outputs - column),
                                 column > 0, lanes);
}

using LanesOfCell = void (*)(const Pass &, const Row *, int, const Real *, const Real *, const Real *, int64_t, int64_t,
                             Real *);

inline LanesOfCell lanes_of_cell_for(int functions) {
  if constexpr (MOST_FUNCTIONS > 2) {
    if (functions == 3) return lanes_of_cell<3>;
    if (functions == 4) return lanes_of_cell<4>;
    if (functions == 5) return lanes_of_cell<5>;
  }
  return functions == 1 ? lanes_of_cell<1> : lanes_of_cell<2>;
}

/// sums[rows[q]·BLOCK] = the sum of the lanes at q·LANES, q < count; added to what is there if it `adds`. Whole groups
/// of vectors are read.
inline void write_lane_sums(int count, const Row *rows, const Real *lanes, bool adds, Real *sums) {
  for (int q = 0; q < count; q += LANES) {
    Real totals[LANES] __attribute__((aligned(LINE)));
    store(totals, lane_sums(lanes + q * LANES));
    if (count - q < LANES || adds) {
      for (int i = 0; i < LANES && q + i < count; i++) {
        Real *to = sums + rows[q + i] * BLOCK;
        *to = adds ? *to + totals[i] : totals[i];
      }
      continue;
    }
    KAN_UNROLL
    for (int i = 0; i < LANES; i++) sums[rows[q + i] * BLOCK] = totals[i];
  }
}

/// `outputs` columns of rows that are `stride` apart.
KAN_NOINLINE void inputs_wide(const Block &block, int64_t outputs, int64_t stride, const Real *dz, const Real *W,
                              const Row *order, const Ends *ends, Real *sums) {
  const Block b = block;  // a copy, which no store can change
  Real lanes[WAITING * LANES] __attribute__((aligned(LINE)));
  const int64_t moving = b.functions - b.fixed, skipped = b.sums_to_1 && moving > 1 ? (moving - 1) / 2 : -1;
  const int64_t products = b.functions - (skipped >= 0);
  const int most = functions_of_pass(products);
  for (int64_t i = 0; i < b.inputs; i++)
    for (int64_t first = 0; first < products; first += most) {
      const Pass pass(b, i, first, most, skipped, stride);
      const LanesOfCell kernel = lanes_of_cell_for(pass.count);
      const Real *from = W + i * b.stored * stride, *fixed = from + (b.stored - 1) * stride;
      const Row *rows = order + i * b.rows;
      // Rows whose lanes wait are those listed last.
      int waiting = 0;
      for_each_run(b, i, ends, [&](int64_t cell, int32_t start, int length) {
        for (int done = 0, part; done < length; done += part) {
          part = length - done < WAITING - waiting ? length - done : WAITING - waiting;
          kernel(pass, rows + start + done, part, from + cell * stride, fixed, dz, outputs, stride,
                 lanes + waiting * LANES);
          waiting += part;
          if (waiting < WAITING) continue;
          write_lane_sums(WAITING, rows + start + done + part - WAITING, lanes, first > 0, sums + i);
          waiting = 0;
        }
      });
      write_lane_sums(waiting, rows + b.rows - waiting, lanes, first > 0, sums + i);
    }
}

inline void write_inputs(const Block &b, const Real *sums, Real *dx, int64_t dx_stride) {
  for (int64_t row = 0; row < b.rows; row++) {
    if (b.inputs == BLOCK) {
      memcpy(dx + row * dx_stride, sums + row * BLOCK, BLOCK * WIDTH);
    } else {
      for (int64_t i = 0; i < b.inputs; i++) dx[row * dx_stride + i] = sums[row * BLOCK + i];
    }
  }
}

}  // namespace

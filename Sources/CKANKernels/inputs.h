// dX = Σᵣ slopeᵣ·(dZ·Wᵀ)ᵣ of one block of inputs.
//
//   b       kan_block, fed slopes
//   rows    from order.h
//   dz      [rows × outputs] without gaps
//   W       [inputs·K × outputs] without gaps
//   sums    [rows × BLOCK], which is copied to dx: [rows × inputs]
//
// The rows of one cell meet the same n rows of W, which stay in registers while those rows pass. Where the slopes of a cell
// sum to 0, the middle row of W is taken off the others and needs no product: Σ sᵣ·wᵣ = Σ_{r≠c} sᵣ·(wᵣ - w_c).
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

/// Functions of a pass: their slopes and their rows of W, from `column` on; `centre` is taken off the first `moving` rows, if
/// there is one.
struct Edge {
  const Real *slope[MOST_FUNCTIONS], *row[MOST_FUNCTIONS];
  const Real *centre;
  int moving;
};

/// lanes[q·LANES …] = Σ over M vectors of columns of dZ times the derivative of the edge, lanes not yet summed up; added to
/// what is there if it `adds`.
template <int N, int M, bool is_part>
KAN_INLINE void lanes_of_columns(const Edge &edge, const Row *rows, int length, const Real *dz, int64_t outputs,
                                 int64_t column, int tail, bool adds, Real *lanes) {
  const Part part(is_part ? tail : 1);
  Vector w[N][M];
  const Real *slope[N];
  KAN_UNROLL
  for (int r = 0; r < N; r++) {
    slope[r] = edge.slope[r];
    KAN_UNROLL
    for (int m = 0; m < M; m++) {
      const Real *row = edge.row[r] + column + m * LANES;
      w[r][m] = is_part ? part.load(row) : load(row);
    }
    if (r >= edge.moving || !edge.centre) continue;
    KAN_UNROLL
    for (int m = 0; m < M; m++) {
      const Real *row = edge.centre + column + m * LANES;
      w[r][m] -= is_part ? part.load(row) : load(row);
    }
  }
  dz += column;
  for (int q = 0; q < length; q++) {
    const int64_t row = rows[q];
    const Real *error = dz + row * outputs;
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

/// All columns. Where registers are too few for four vectors together, some of W come from the stack: those loads cost less
/// than twice as many rounds over the rows.
template <int N>
KAN_NOINLINE void lanes_of_cell(const Edge &edge, const Row *rows, int length, const Real *dz, int64_t outputs,
                                bool adds, Real *lanes) {
  int64_t column = 0;
  for (; outputs - column >= 4 * LANES; column += 4 * LANES)
    lanes_of_columns<N, 4, false>(edge, rows, length, dz, outputs, column, 0, adds || column > 0, lanes);
  for (; outputs - column >= 2 * LANES; column += 2 * LANES)
    lanes_of_columns<N, 2, false>(edge, rows, length, dz, outputs, column, 0, adds || column > 0, lanes);
  for (; outputs - column >= LANES; column += LANES)
    lanes_of_columns<N, 1, false>(edge, rows, length, dz, outputs, column, 0, adds || column > 0, lanes);
  if (column < outputs)
    lanes_of_columns<N, 1, true>(edge, rows, length, dz, outputs, column, (int)(outputs - column), adds || column > 0,
                                 lanes);
}

using LanesOfCell = void (*)(const Edge &, const Row *, int, const Real *, int64_t, bool, Real *);

inline LanesOfCell lanes_of_cell_for(int functions) {
  if constexpr (MOST_FUNCTIONS > 2) {
    if (functions == 3) return lanes_of_cell<3>;
    if (functions == 4) return lanes_of_cell<4>;
    if (functions == 5) return lanes_of_cell<5>;
  }
  return functions == 1 ? lanes_of_cell<1> : lanes_of_cell<2>;
}

/// sums[rows[q]·BLOCK] = the sum of the lanes at q·LANES, q < count. Whole groups of vectors are read.
inline void write_lane_sums(int count, const Row *rows, const Real *lanes, Real *sums) {
  for (int q = 0; q < count; q += LANES) {
    Real totals[LANES] __attribute__((aligned(LINE)));
    store(totals, lane_sums(lanes + q * LANES));
    if (count - q < LANES) {
      for (int i = 0; q + i < count; i++) sums[rows[q + i] * BLOCK] = totals[i];
      break;
    }
    KAN_UNROLL
    for (int i = 0; i < LANES; i++) sums[rows[q + i] * BLOCK] = totals[i];
  }
}

KAN_NOINLINE void inputs_wide(const Block &b, int64_t outputs, const Real *dz, const Real *W, const Row *order,
                              const Ends *ends, Real *sums) {
  Real lanes[WAITING * LANES] __attribute__((aligned(LINE))) = {};
  Row numbers[WAITING];  // of rows whose lanes wait
  const int64_t moving = b.functions - b.fixed;
  const bool skips = b.sums_to_1 && moving > 1;
  const int64_t centre = (moving - 1) / 2, products = b.functions - skips;
  const int most = functions_of_pass(products);
  for (int64_t i = 0; i < b.inputs; i++) {
    const Real *from = W + i * b.stored * outputs;
    int waiting = 0;
    for_each_run(b, i, order, ends, [&](int64_t cell, int32_t first, int length) {
      const bool alone = b.cells > CELLS;
      for (int done = 0, part; done < length; done += part) {
        part = length - done < WAITING - waiting ? length - done : WAITING - waiting;
        for (int q = 0; q < part; q++) numbers[waiting + q] = alone ? (Row)first : order[i * b.rows + first + done + q];
        for (int64_t k = 0; k < products; k += most) {
          Edge edge = {};
          const int count = (int)(products - k < most ? products - k : most);
          edge.centre = skips ? from + (cell + centre) * outputs : nullptr;
          for (int n = 0; n < count; n++) {
            const int64_t r = k + n + (skips && k + n >= centre);
            const bool fixed = b.fixed && r == b.functions - 1;
            edge.slope[n] = b.value + i * b.input_stride + r * b.function_stride;
            edge.row[n] = from + (fixed ? b.stored - 1 : cell + r) * outputs;
            edge.moving += !fixed;
          }
          lanes_of_cell_for(count)(edge, numbers + waiting, part, dz, outputs, k > 0, lanes + waiting * LANES);
        }
        waiting += part;
        if (waiting < WAITING) continue;
        write_lane_sums(WAITING, numbers, lanes, sums + i);
        waiting = 0;
      }
    });
    write_lane_sums(waiting, numbers, lanes, sums + i);
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

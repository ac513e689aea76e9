// dW += Φᵀ·dZ of one block of inputs.
//
//   b        kan_block, fed values (or slopes, of a residual with derivatives in it: without sums_to_1)
//   rows     from order.h
//   dz       [rows × outputs] without gaps
//   panels   a layout of dZ for processors with few registers, or null; see `panel_width`
//   dw       [inputs·K × outputs] without gaps; what is there is added to
//
// The rows of one cell meet the same n rows of dW, whose sums stay in registers while those rows pass.
#pragma once

#include "narrow.h"

namespace {

/// The plain twin.
inline void plain_weights(const Block &b, int64_t outputs, const Real *dz, Real *dw) {
  for (int64_t i = 0; i < b.inputs; i++)
    for (int64_t p = 0; p < b.rows; p++)
      for (int64_t r = 0; r < b.functions; r++) {
        const bool fixed = b.fixed && r == b.functions - 1;
        const int64_t place = fixed ? b.stored - 1 : b.cell[i * b.cell_stride + p] + r;
        const Real value = b.value[i * b.input_stride + r * b.function_stride + p];
        for (int64_t c = 0; c < outputs; c++) dw[(i * b.stored + place) * outputs + c] += value * dz[p * outputs + c];
      }
}

/// Most functions that one pass over the rows of a cell takes. Others go in several passes: sums of different functions
/// have nothing in common but loads of dZ. The baseline has few, since few processors run it.
constexpr int MOST_FUNCTIONS = LANES * WIDTH > 16 ? 5 : 2;

/// Vectors of columns together: as many as leave n·m sums, m errors and a weight in registers, 4 at most.
constexpr int vectors_of(int functions) {
  return functions * 4 + 5 <= REGISTERS   ? 4
         : functions * 3 + 4 <= REGISTERS ? 3
         : functions * 2 + 3 <= REGISTERS ? 2
                                          : 1;
}

/// Functions of a pass, of n.
inline int functions_of_pass(int64_t functions) {
  const int64_t passes = (functions + MOST_FUNCTIONS - 1) / MOST_FUNCTIONS;
  return (int)((functions + passes - 1) / passes);
}

/// The functions of one pass, of one input.
struct Pass {
  int count;
  const Real *value[MOST_FUNCTIONS];
  int64_t offset[MOST_FUNCTIONS];  // of their rows of W, from that of the cell on
  bool ends_fixed;                 // the last one's row is that of the fixed function
  int64_t centre;                  // offset of the row that is taken off the others in inputs.h, or -1

  /// Functions from `first` on, up to `most` of them; without the middle one if that is `skipped`, ≥ 0.
  Pass(const Block &b, int64_t input, int64_t first, int most, int64_t skipped, int64_t stride) {
    const int64_t functions = b.functions - (skipped >= 0);
    count = (int)(functions - first < most ? functions - first : most);
    ends_fixed = b.fixed && first + count == functions;
    centre = skipped >= 0 ? skipped * stride : -1;
    for (int k = 0; k < count; k++) {
      const int64_t r = first + k + (skipped >= 0 && first + k >= skipped);
      value[k] = b.value + input * b.input_stride + r * b.function_stride;
      offset[k] = r * stride;
    }
  }
};

/// M vectors of columns from `column` on, the last one in part if `is_part`. `to` is the cell's first row of dW,
/// `fixed` that of the fixed function.
template <int N, int M, bool is_part>
KAN_INLINE void weights_of_columns(const Pass &pass, const Row *rows, int length, const Real *dz, int64_t stride,
                                   int64_t column, int tail, Real *to, Real *fixed) {
  const Part part(is_part ? tail : 1);
  Vector sum[N][M];
  const Real *from[N];  // a pointer each, so that the loop below multiplies nothing for its addresses
  Real *target[N];
  KAN_UNROLL
  for (int r = 0; r < N; r++) {
    from[r] = pass.value[r];
    target[r] = (r == N - 1 && pass.ends_fixed ? fixed : to + pass.offset[r]) + column;
    KAN_UNROLL
    for (int m = 0; m < M; m++) sum[r][m] = is_part ? part.load(target[r]) : load(target[r] + m * LANES);
  }
  dz += column;
  for (int q = 0; q < length; q++) {
    const int64_t row = rows[q];
    const Real *error_row = dz + row * stride;
    Vector error[M];
    KAN_UNROLL
    for (int m = 0; m < M; m++) error[m] = is_part ? part.load(error_row) : load(error_row + m * LANES);
    KAN_UNROLL
    for (int r = 0; r < N; r++)
      KAN_UNROLL
      for (int m = 0; m < M; m++) sum[r][m] += from[r][row] * error[m];
  }
  KAN_UNROLL
  for (int r = 0; r < N; r++)
    KAN_UNROLL
    for (int m = 0; m < M; m++) {
      if (is_part)
        part.store(target[r], sum[r][m]);
      else
        store(target[r] + m * LANES, sum[r][m]);
    }
}

/// The `length` rows of one cell and N functions.
template <int N>
KAN_NOINLINE void weights_of_cell(const Pass &pass, const Row *rows, int length, const Real *dz, int64_t outputs,
                                  int64_t stride, Real *to, Real *fixed) {
  constexpr int M = vectors_of(N);
  int64_t column = 0;
  // With three together, the last four go two by two: one alone has so few sums that each waits for itself.
  const int64_t most = M == 3 && outputs / LANES % 3 == 1 ? outputs - 4 * LANES : outputs;
  for (; most - column >= M * LANES; column += M * LANES)
    weights_of_columns<N, M, false>(pass, rows, length, dz, stride, column, 0, to, fixed);
  if constexpr (M > 2)
    for (; outputs - column >= 2 * LANES; column += 2 * LANES)
      weights_of_columns<N, 2, false>(pass, rows, length, dz, stride, column, 0, to, fixed);
  if constexpr (M > 1)
    for (; outputs - column >= LANES; column += LANES)
      weights_of_columns<N, 1, false>(pass, rows, length, dz, stride, column, 0, to, fixed);
  const int tail = (int)(outputs - column);
  if (tail > 0) weights_of_columns<N, 1, true>(pass, rows, length, dz, stride, column, tail, to, fixed);
}

using WeightsOfCell = void (*)(const Pass &, const Row *, int, const Real *, int64_t, int64_t, Real *, Real *);

inline WeightsOfCell weights_of_cell_for(int functions) {
  if constexpr (MOST_FUNCTIONS > 2) {
    if (functions == 3) return weights_of_cell<3>;
    if (functions == 4) return weights_of_cell<4>;
    if (functions == 5) return weights_of_cell<5>;
  }
  return functions == 1 ? weights_of_cell<1> : weights_of_cell<2>;
}

/// Calls body(cell, first, length) for the runs of rows[first …] that share a cell, of input i.
template <class Body>
KAN_INLINE void for_each_run(const Block &b, int64_t i, const Ends *ends, Body body) {
  if (b.cells > CELLS) {
    const int32_t *cells = b.cell + i * b.cell_stride;
    for (int64_t row = 0; row < b.rows; row++) body((int64_t)cells[row], (int32_t)row, 1);
    return;
  }
  int32_t start = 0;
  for (int64_t cell = 0; cell < b.cells; cell++) {
    const int32_t end = ends[i][cell];
    if (end > start) body(cell, start, end - start);
    start = end;
  }
}

/// `outputs` columns of rows that are `stride` apart.
KAN_NOINLINE void weights_wide(const Block &block, int64_t outputs, int64_t stride, const Real *dz, const Row *order,
                               const Ends *ends, Real *dw) {
  const Block b = block;  // a copy, which no store to dW can change
  const int most = functions_of_pass(b.functions);
  for (int64_t i = 0; i < b.inputs; i++)
    for (int64_t first = 0; first < b.functions; first += most) {
      const Pass pass(b, i, first, most, -1, stride);
      const WeightsOfCell kernel = weights_of_cell_for(pass.count);
      Real *edge = dw + i * b.stored * stride, *fixed = edge + (b.stored - 1) * stride;
      for_each_run(b, i, ends, [&](int64_t cell, int32_t start, int length) {
        kernel(pass, order + i * b.rows + start, length, dz, outputs, stride, edge + cell * stride, fixed);
      });
    }
}

// Where registers are few: panels of dZ as wide as a line of the cache, copied once for all inputs, stay in the
// first-level cache while the inputs of a block pass, and so do a cell's sums in registers while its rows pass.
//
// The functions of a cell sum to 1. With c for the middle one of them, dW of a cell is
//
//   Σ fᵣ·dz for r ≠ c,  and  Σ dz - Σ_{r≠c} Σ fᵣ·dz  for c
//
// which takes one weight less: a sum needs none. On even grids the middle function is never near 0, and the difference
// loses no digits; where it is, the difference is as exact as Σ dz.

/// Vectors of a panel: a line of the cache with AVX2.
constexpr int PANEL_VECTORS = 2, PANEL_WIDTH = PANEL_VECTORS * LANES;
/// Bytes of the panels that are taken together: three quarters of a first-level cache of 32 KiB.
constexpr int PANEL_BYTES = 24 << 10;
/// Rows of a cell, on average, from which on panels are worth their copy.
constexpr int ROWS_OF_CELL = 8;
/// Vectors of outputs from which on panels pay even if whole ones do not fill the last; an odd vector alone does not.
constexpr int WIDE_VECTORS = 8;
/// Outputs from which on they pay where outputs do not fill a vector.
constexpr int FEW_OUTPUTS = 6;
/// A record: the weights of a row for one input, 3 or 4 of them.
constexpr int RECORD = 4;
/// By which offsets grow from row to row: the bytes of a record.
constexpr int OFFSET_BYTES = 16;
constexpr bool HAS_PANELS = REGISTERS <= 16 && LANES * WIDTH > 16;

/// Bytes of a record's step in units of an offset.
KAN_INLINE const Real *at_offset(const Real *array, int64_t offset, int bytes) {
  return (const Real *)((const char *)array + offset * (bytes / OFFSET_BYTES));
}

/// Sums of one row of a panel, the q-th by cells.
template <int N, bool ordered>
KAN_INLINE void add_record(Vector (*sum)[PANEL_VECTORS], Vector *all, int q, const Real *records,
                           const uint16_t *offsets, const Real *panel) {
  const Real *record = ordered ? records + q * RECORD : at_offset(records, offsets[q], RECORD * WIDTH);
  const Real *dz = at_offset(panel, offsets[q], PANEL_WIDTH * WIDTH);
  Vector error[PANEL_VECTORS];
  KAN_UNROLL
  for (int m = 0; m < PANEL_VECTORS; m++) {
    error[m] = load(dz + m * LANES);
    all[m] += error[m];
  }
  KAN_UNROLL
  for (int r = 0; r < N; r++)
    KAN_UNROLL
    for (int m = 0; m < PANEL_VECTORS; m++) sum[r][m] += record[r] * error[m];
}

/// dW of one input for one panel; N = n - 1 weights. Function j's row of dW stands at to + j·stride, the fixed one's
/// last of `stored`; the records of cell c end at ends[c].
template <int N, bool ordered>
KAN_NOINLINE void weights_of_panel(const Block &b, const int32_t *ends, Real *to, int64_t stride, const Real *records,
                                   const uint16_t *offsets, const Real *panel) {
  const int64_t moving = b.functions - b.fixed, centre = (moving - 1) / 2;
  Real *fixed = to + (b.stored - 1) * stride;
  int q = 0;
  for (int64_t cell = 0; cell < b.cells; cell++, to += stride) {
    const int end = ends[cell];
    if (q == end) continue;
    Vector sum[N][PANEL_VECTORS] = {}, all[PANEL_VECTORS] = {};
    if ((end - q) % 2) add_record<N, ordered>(sum, all, q++, records, offsets, panel);
    for (; q < end; q += 2) {
      add_record<N, ordered>(sum, all, q, records, offsets, panel);
      add_record<N, ordered>(sum, all, q + 1, records, offsets, panel);
    }
    KAN_UNROLL
    for (int r = 0; r < N; r++) {
      const bool is_fixed = b.fixed && r == N - 1;
      Real *row = is_fixed ? fixed : to + (r < centre ? r : r + 1) * stride;
      KAN_UNROLL
      for (int m = 0; m < PANEL_VECTORS; m++) {
        store(row + m * LANES, load(row + m * LANES) + sum[r][m]);
        if (!is_fixed) all[m] -= sum[r][m];
      }
    }
    KAN_UNROLL
    for (int m = 0; m < PANEL_VECTORS; m++) {
      Real *row = to + centre * stride + m * LANES;
      store(row, load(row) + all[m]);
    }
  }
}

/// records[row·RECORD …] of the functions value[r·stride + row] of one input but the middle one. Rows are read and
/// written up to a whole vector.
inline void write_records(const Block &b, const Real *value, Real *records) {
  const int64_t centre = (b.functions - b.fixed - 1) / 2;
  const Real *from[RECORD];
  for (int r = 0; r < RECORD; r++)
    from[r] = r < b.functions - 1 ? value + (r < centre ? r : r + 1) * b.function_stride : value;
  for (int64_t q = 0; q < b.rows; q += LANES) {
    Vector v[RECORD];
    KAN_UNROLL
    for (int r = 0; r < RECORD; r++) v[r] = load(from[r] + q);
    store_fours(v, records + q * RECORD, RECORD);
  }
}

/// Numbers of scratch for each row of a tile: the records of a block's inputs, those of one input in the order of rows,
/// and offsets.
constexpr int PANEL_SCRATCH = HAS_PANELS ? (BLOCK + 1) * RECORD + BLOCK : 0;

/// As many panels together as fit the first-level cache.
KAN_NOINLINE void weights_by_panels(const Block &b, int64_t outputs, const Real *panels, int64_t panel_stride,
                                    const Row *order, const Ends *ends, Real *dw, Real *scratch) {
  const int64_t rows = b.rows, K = b.stored;
  // Few rows of a cell would be read one by one from far apart: records are brought into their order.
  const bool ordered = b.cells > COMPARED_CELLS;
  Real *in_rows = scratch;                            // [rows + LANES][RECORD]
  Real *records = in_rows + (rows + LANES) * RECORD;  // [BLOCK × rows + LANES][RECORD]
  uint16_t *offsets = (uint16_t *)(records + (BLOCK * rows + LANES) * RECORD);  // [BLOCK × rows]
  for (int64_t i = 0; i < b.inputs; i++) {
    Real *to = records + i * rows * RECORD;
    write_records(b, b.value + i * b.input_stride, ordered ? in_rows : to);
    for (int64_t q = 0; q < rows && ordered; q++)
      memcpy(to + q * RECORD, in_rows + order[i * rows + q] * RECORD, RECORD * WIDTH);
    for (int64_t q = 0; q < rows; q++) offsets[i * rows + q] = (uint16_t)(order[i * rows + q] * OFFSET_BYTES);
  }
  const auto kernel = b.functions == 4 ? (ordered ? weights_of_panel<3, true> : weights_of_panel<3, false>)
                                       : (ordered ? weights_of_panel<4, true> : weights_of_panel<4, false>);
  const int64_t fitting = PANEL_BYTES / (rows * PANEL_WIDTH * WIDTH);
  const int64_t together = PANEL_WIDTH * (fitting > 1 ? fitting : 1);
  for (int64_t first = 0; first < outputs; first += together)
    for (int64_t i = 0; i < b.inputs; i++)
      for (int64_t column = first; column < first + together && column < outputs; column += PANEL_WIDTH) {
        Real *edge = dw + i * K * outputs + column;
        const Real *panel = panels + column / PANEL_WIDTH * panel_stride;
        // Its rows of dW stand too far apart for the processor to foresee the next input's.
        const Real *following = i + 1 < b.inputs ? edge + K * outputs : dw + first + together;
        for (int64_t j = 0; j < K; j++) __builtin_prefetch(following + j * outputs, 1);
        if (outputs - column >= PANEL_WIDTH) {
          kernel(b, ends[i], edge, outputs, records + i * rows * RECORD, offsets + i * rows, panel);
          continue;
        }
        Real padded[(CELLS + 64) * PANEL_WIDTH] __attribute__((aligned(LINE)));
        memset(padded, 0, (size_t)(K * PANEL_WIDTH) * WIDTH);
        kernel(b, ends[i], padded, PANEL_WIDTH, records + i * rows * RECORD, offsets + i * rows, panel);
        for (int64_t j = 0; j < K; j++)
          for (int64_t c = 0; c < outputs - column; c++) edge[j * outputs + c] += padded[j * PANEL_WIDTH + c];
      }
}

/// The numbers of a row of a panel, or 0 where dW is formed from dZ itself: where registers are many, a cell has few
/// rows, or a few vectors of outputs, an odd number of them, are all there is.
int64_t panel_width(const Block *b, int64_t outputs) {
  if (!HAS_PANELS || !b->sums_to_1 || (b->functions != 4 && b->functions != 5)) return 0;
  if (b->functions - b->fixed < 3) return 0;
  const bool shared = b->cells <= CELLS && b->rows >= ROWS_OF_CELL * b->cells && b->stored <= CELLS + 64;
  const bool fits = b->rows * OFFSET_BYTES <= UINT16_MAX;  // as offsets are
  const bool fills = outputs % PANEL_WIDTH == 0 || outputs >= WIDE_VECTORS * LANES;
  const bool wide = outputs > NARROW && (fills || (outputs % LANES != 0 && outputs >= FEW_OUTPUTS));
  return shared && fits && wide ? PANEL_WIDTH : 0;
}

void write_panels(int64_t rows, int64_t outputs, const Real *dz, Real *panels, int64_t panel_stride) {
  const int64_t whole = outputs / PANEL_WIDTH;
  for (int64_t row = 0; row < rows; row++) {
    const Real *from = dz + row * outputs;
    Real *to = panels + row * PANEL_WIDTH;
    for (int64_t panel = 0; panel < whole; panel++)
      KAN_UNROLL
      for (int c = 0; c < PANEL_WIDTH; c += LANES)
        store(to + panel * panel_stride + c, load(from + panel * PANEL_WIDTH + c));
    for (int64_t c = 0; c < PANEL_WIDTH && whole * PANEL_WIDTH < outputs; c++)
      to[whole * panel_stride + c] = whole * PANEL_WIDTH + c < outputs ? from[whole * PANEL_WIDTH + c] : 0;
  }
}

}  // namespace

// dW and dX in the local way, from the same functions and the same order of rows.

#include "local_order_template.h"
#include "local_weight_gradient_template.h"
#include "local_input_gradient_template.h"
#include "local_panels_template.h"

/// No power of two: rows of numbers that stand a page apart compete for the same lines of the cache.
KAN_INLINE int64_t KAN_NAME(row_spread)(int64_t rows) { return rows + WRITTEN; }

/// The columns of dZ that fill no vector, and values, rates, cells and order of a block's inputs and their sums of dX;
/// where there are panels, what those take too. No integer is wider than a number.
KAN_KERNEL int64_t KAN_NAME(local_scratch)(int64_t rows) {
  const int64_t columns = KAN_LANES + BLOCK * (2 * WEIGHTS + 3);
  return KAN_NAME(row_spread)(rows) * (columns + (REGISTERS <= 16 ? KAN_NAME(panel_scratch) : 0));
}

/// Where there are registers for it, the base function's row of W is one more row of each cell.
#define KAN_TOGETHER(degree, with_base) ((with_base) && REGISTERS > 16 && (degree) < MAX_ORDER - 1)

typedef void (*KAN_NAME(weights_of_cell))(const KAN_NAME(local_tile) * tile, int64_t cell, const kan_row *order,
                                          int length, const KAN_REAL *values, KAN_REAL *edge, KAN_REAL *padded);
typedef void (*KAN_NAME(inputs_of_cell))(const KAN_NAME(local_tile) * tile, int64_t cell, const kan_row *order,
                                         int length, const KAN_REAL *rates, const KAN_REAL *edge,
                                         const KAN_REAL *padded_w, KAN_NAME(edges) * waiting, KAN_REAL *sums);

KAN_INLINE void KAN_NAME(backward_inputs)(const int degree, const int with_base,
                                          const KAN_NAME(weights_of_panel) weights_of_panel,
                                          const KAN_NAME(weights_of_cell) weights_of_cell,
                                          const KAN_NAME(inputs_of_cell) inputs_of_cell,
                                          const KAN_NAME(kan_spline) * spline, const KAN_NAME(local_tile) * tile,
                                          int64_t first, int count, const KAN_REAL *x, int64_t x_stride,
                                          const KAN_REAL *W, KAN_REAL *dweights, KAN_REAL *dx, int64_t dx_stride,
                                          KAN_REAL *scratch) {
  const int64_t K = tile->functions, rows = tile->rows, outputs = tile->outputs, spread = tile->spread;
  const int64_t edge_stride = K * outputs;
  const int tail = (int)(outputs % KAN_LANES);
  const int64_t whole = outputs - tail;
  KAN_REAL *values = scratch;                                      // [BLOCK × WEIGHTS × spread]
  KAN_REAL *rates = values + BLOCK * WEIGHTS * spread;             // [BLOCK × WEIGHTS × spread]
  int32_t *cells = (int32_t *)(rates + BLOCK * WEIGHTS * spread);  // [BLOCK × spread]
  kan_row *order = (kan_row *)(cells + BLOCK * spread);            // [BLOCK × rows], and WRITTEN behind them
  KAN_REAL *sums = scratch + BLOCK * (2 * WEIGHTS + 2) * spread;   // [rows × BLOCK]
  uint8_t *bytes = (uint8_t *)sums;                                // [rows + WORD], before there are sums
  for (int64_t row = 0; row < rows; row += CHUNK)
    KAN_NAME(evaluate_local)(spline, dx != NULL, first, count, rows - row < CHUNK ? (int)(rows - row) : CHUNK,
                             x + row * x_stride, x_stride, cells + row, values + row, spread, rates + row);
  const int by_panels = tile->panels != NULL;
  // Few columns of a few rows of a cell are not worth bringing these together.
  const int grouped = by_panels || whole > 0 || tile->padded_dz || (!tile->picks && rows >= 4 * spline->intervals);
  // On a grid with more cells than that, a cell has few of a tile's rows, and each row stands for itself.
  const int sorted = spline->intervals <= CELLS;
  int32_t ends[BLOCK][CELLS + 1];
  if (sorted && grouped)
    KAN_NAME(sort_by_cell)(count, rows, spline->intervals, cells, spread, order, ends, bytes);
  else if (grouped)
    for (int64_t row = 0; row < count * rows; row++) order[row] = (kan_row)(row % rows);
  if (by_panels) {
    KAN_NAME(weight_gradient_by_panels)(degree, with_base, weights_of_panel, tile, count, spline->intervals, values,
                                        order, ends, sums + BLOCK * spread, dweights);
    if (!dx) return;
  }
  const int together = KAN_TOGETHER(degree, with_base);
  const int by_vectors = dx && (whole > 0 || tile->padded_dz);
  KAN_REAL padded[PACKED_FUNCTIONS * KAN_LANES] KAN_ALIGNED, padded_w[PACKED_FUNCTIONS * KAN_LANES] KAN_ALIGNED;
  KAN_NAME(edges) waiting = {0};
  for (int i = 0; i < count; i++) {
    KAN_REAL *to = dweights + i * edge_stride;
    const KAN_REAL *edge = W + i * edge_stride;
    const KAN_REAL *value = values + i * (WEIGHTS * spread), *rate = rates + i * (WEIGHTS * spread);
    const kan_row *of_input = order + i * rows;
    if (tile->padded_dz && dx) KAN_NAME(pad_columns)(K, tail, edge + whole, outputs, padded_w);
    if (tile->padded_dz && !by_panels) memset(padded, 0, (size_t)(K * KAN_LANES) * KAN_WIDTH);
    for (int c = 0; c < tail && tile->picks && !by_panels; c++)
      KAN_NAME(weight_gradient_picked)(degree, with_base, tile, spline->intervals, cells + i * spread, value,
                                       tile->columns_dz + c * spread, to + whole + c);
    if (!grouped && !tile->picks) KAN_NAME(weight_gradient_of_rows)(degree, tile, cells + i * spread, value, to);
    int32_t start = 0;
    for (int64_t group = 0; grouped && start < rows; group++) {
      const int length = sorted ? ends[i][group] - start : 1;
      const int64_t cell = sorted ? group : cells[i * spread + group];
      if (length == 0) continue;
      if (!by_panels) weights_of_cell(tile, cell, of_input + start, length, value, to, padded);
      if (by_vectors) inputs_of_cell(tile, cell, of_input + start, length, rate, edge, padded_w, &waiting, sums + i);
      start += length;
    }
    if (tile->padded_dz && !by_panels)
      for (int64_t j = 0; j < K - with_base + together; j++)
        for (int c = 0; c < tail; c++) to[j * outputs + whole + c] += padded[j * KAN_LANES + c];
    if (!dx) continue;
    if (by_vectors)
      KAN_NAME(write_edge_sums)(waiting.count, of_input + rows - waiting.count, waiting.lanes, sums + i);
    else if (!tile->picks)
      for (int64_t row = 0; row < rows; row++) sums[row * BLOCK + i] = 0;
    waiting.count = 0;
    if (tile->picks)
      KAN_NAME(input_gradient_picked)(degree, with_base, by_vectors, tile, spline->intervals, tail, cells + i * spread,
                                      rate, edge + whole, sums + i);
    else if (tile->columns_dz)
      KAN_NAME(input_gradient_of_tail)(degree, with_base, tile, cells + i * spread, rate, edge, sums + i);
  }
  if (with_base && !by_panels)
    KAN_NAME(weight_gradient_of_base)(!together, tile, count, values + (degree + 1) * spread, dweights);
  if (!dx) return;
  for (int64_t row = 0; row < rows; row++) {
    if (count == BLOCK) {
      KAN_UNROLL
      for (int i = 0; i < BLOCK; i++) dx[row * dx_stride + i] = sums[row * BLOCK + i];
    } else {
      for (int i = 0; i < count; i++) dx[row * dx_stride + i] = sums[row * BLOCK + i];
    }
  }
}

// Products with Φ that touch only what is not 0: for one input the k+1 rows of W from its cell on, and the base
// function's row. W: [inputs·K × outputs], so those rows are one contiguous block.
//
// Inputs are taken BLOCK at a time, so that sums over them stay in registers and their rows of W in the cache, and rows
// CHUNK at a time, so that their functions stay in the first-level cache. Columns are taken in whole vectors; what is
// left at the right is copied into matrices of one vector's width, padded with zeros, and goes the same way.

/// Functions of `count` inputs at a chunk of rows. Those of input i and row q are in cell cells[i·stride + q], with the
/// values values[(i·WEIGHTS + r)·stride + q] and the rates of change rates[(i·WEIGHTS + r)·stride + q]. What fills up the last
/// vector of rows is written too: the last row once more.
KAN_INLINE void KAN_NAME(evaluate_local)(const KAN_NAME(kan_spline) * spline, int derivative, int64_t first, int count,
                                         int rows, const KAN_REAL *x, int64_t x_stride, int32_t *cells,
                                         KAN_REAL *values, int64_t stride, KAN_REAL *rates) {
  if (rows >= FEW_ROWS) {
    KAN_REAL points[BLOCK * CHUNK] KAN_ALIGNED;
    KAN_NAME(copy_columns)(count, rows, x, x_stride, points);
    const int whole = (rows + KAN_LANES - 1) / KAN_LANES * KAN_LANES;
    for (int i = 0; i < count && rows < whole; i++)
      for (int q = rows; q < whole; q++) points[i * CHUNK + q] = points[i * CHUNK + rows - 1];
    KAN_NAME(evaluate_chunk)(spline, derivative, 0, first, count, whole, points, cells, values, stride, rates);
    return;
  }
  // A few rows: the vector runs over inputs.
  int32_t row_cells[BLOCK];
  KAN_REAL row_values[WEIGHTS * CHUNK], row_rates[WEIGHTS * CHUNK];
  const int functions = spline->degree + 1 + (spline->base != KAN_BASE_NONE);
  for (int q = 0; q < rows; q++) {
    KAN_NAME(evaluate_chunk)(spline, derivative, 1, first, 1, count, x + q * x_stride, row_cells, row_values, CHUNK,
                             row_rates);
    for (int i = 0; i < count; i++) {
      cells[i * stride + q] = row_cells[i];
      for (int r = 0; r < functions; r++) {
        values[(i * WEIGHTS + r) * stride + q] = row_values[r * CHUNK + i];
        if (derivative) rates[(i * WEIGHTS + r) * stride + q] = row_rates[r * CHUNK + i];
      }
    }
  }
}

/// Copies the last `columns` < KAN_LANES columns into rows of KAN_LANES, zeros behind them.
KAN_INLINE void KAN_NAME(pad_columns)(int64_t rows, int columns, const KAN_REAL *from, int64_t stride, KAN_REAL *to) {
  for (int64_t row = 0; row < rows; row++) {
    for (int c = 0; c < KAN_LANES; c++) to[row * KAN_LANES + c] = 0;
    for (int c = 0; c < columns; c++) to[row * KAN_LANES + c] = from[row * stride + c];
  }
}

/// Whether columns of W are worth a copy of their own, M·KAN_LANES to a row: where a row of W is longer than what is
/// added up at a time, its pieces stand a page or a power of two apart, which neither address translation nor the cache
/// is made for.
KAN_INLINE int KAN_NAME(packs)(int64_t outputs, int64_t rows, int64_t functions) {
  return (outputs > PANEL * KAN_LANES || outputs % KAN_LANES != 0) && rows >= functions && functions <= PACKED_FUNCTIONS;
}

/// Copies M vectors of every row.
KAN_INLINE const KAN_REAL *KAN_NAME(pack)(const int M, int64_t rows, const KAN_REAL *from, int64_t stride,
                                          KAN_REAL *to) {
  for (int64_t row = 0; row < rows; row++)
    KAN_UNROLL
    for (int m = 0; m < M; m++)
      KAN_STORE(to + (row * M + m) * KAN_LANES, KAN_LOAD(from + row * stride + m * KAN_LANES));
  return to;
}

/// A tile of rows of which dW and dX are formed.
typedef struct {
  int64_t rows, outputs;
  int64_t functions;          // K
  int64_t spread;             // how far rows of numbers, one for each row of the tile, stand apart
  int fade;                   // whether functions fade out outside of the grids
  const KAN_REAL *dz;         // [rows × outputs]
  // The columns of dZ that fill no vector, in one of two ways:
  const KAN_REAL *padded_dz;   // [rows × KAN_LANES], zeros behind them, or null
  const KAN_REAL *columns_dz;  // one after another, `spread` apart, zeros behind their rows, or null
  int picks;                   // whether those columns are formed by picking
  const KAN_REAL *panels;      // panels of dZ, `panel_stride` apart, if dW is formed from them, or null
  int64_t panel_stride;
} KAN_NAME(local_tile);

#include "local_picked_template.h"
#include "local_forward_template.h"
#include "local_backward_template.h"

// The degree and whether there is a base function are constants in each case; the compiler unrolls over them.
#define KAN_LOCAL(degree, base)                                                                                        \
  KAN_KERNEL void KAN_NAME(forward_##degree##_##base)(                                                                 \
      const KAN_NAME(kan_spline) * spline, int64_t first, int count, int64_t rows, int64_t outputs, int64_t columns,   \
      const KAN_REAL *x, int64_t x_stride, const KAN_REAL *W, const KAN_REAL *start, int64_t start_stride,             \
      KAN_REAL *z) {                                                                                                   \
    if (rows < FEW_ROWS)                                                                                               \
      KAN_NAME(forward_few)(degree, base, spline, first, count, rows, outputs, columns, x, x_stride, W, start,         \
                            start_stride, z);                                                                          \
    else                                                                                                               \
      KAN_NAME(forward_inputs)(degree, base, spline, first, count, rows, outputs, columns, x, x_stride, W, start,      \
                               start_stride, z);                                                                       \
  }                                                                                                                    \
  KAN_CALLED KAN_KERNEL void KAN_NAME(weights_of_panel_##degree##_##base)(                                             \
      int vectors, int cell_count, const int32_t *ends, KAN_REAL *to, int64_t stride, int64_t K,                       \
      const KAN_REAL *records, const uint16_t *offsets, const KAN_REAL *panel) {                                       \
    const int ordered = KAN_NAME(orders_records)(cell_count);                                                          \
    if (vectors == 1)                                                                                                  \
      KAN_NAME(gradient_of_panel)(degree, base, ordered, 1, cell_count, ends, to, stride, K, records, offsets, panel); \
    else if (ordered)                                                                                                  \
      KAN_NAME(gradient_of_panel)(degree, base, 1, PANEL_VECTORS, cell_count, ends, to, stride, K, records, offsets,   \
                                  panel);                                                                              \
    else                                                                                                               \
      KAN_NAME(gradient_of_panel)(degree, base, 0, PANEL_VECTORS, cell_count, ends, to, stride, K, records, offsets,   \
                                  panel);                                                                              \
  }                                                                                                                    \
  KAN_CALLED KAN_KERNEL void KAN_NAME(weights_of_cell_##degree##_##base)(                                              \
      const KAN_NAME(local_tile) * tile, int64_t cell, const kan_row *order, int length, const KAN_REAL *values,      \
      KAN_REAL *edge, KAN_REAL *padded) {                                                                              \
    KAN_NAME(weight_gradient_of_cell)(degree, KAN_TOGETHER(degree, base), tile, cell, order, length, values, edge,     \
                                      padded);                                                                         \
  }                                                                                                                    \
  KAN_CALLED KAN_KERNEL void KAN_NAME(inputs_of_cell_##degree##_##base)(                                               \
      const KAN_NAME(local_tile) * tile, int64_t cell, const kan_row *order, int length, const KAN_REAL *rates,      \
      const KAN_REAL *edge, const KAN_REAL *padded_w, KAN_NAME(edges) * waiting, KAN_REAL *sums) {                     \
    if (tile->fade)                                                                                                    \
      KAN_NAME(input_gradient_of_cell)(degree, base, 1, tile, cell, order, length, rates, edge, padded_w, waiting,     \
                                       sums);                                                                          \
    else                                                                                                               \
      KAN_NAME(input_gradient_of_cell)(degree, base, 0, tile, cell, order, length, rates, edge, padded_w, waiting,     \
                                       sums);                                                                          \
  }                                                                                                                    \
  KAN_KERNEL void KAN_NAME(backward_##degree##_##base)(                                                                \
      const KAN_NAME(kan_spline) * spline, const KAN_NAME(local_tile) * tile, int64_t first, int count,                \
      const KAN_REAL *x, int64_t x_stride, const KAN_REAL *W, KAN_REAL *dweights, KAN_REAL *dx, int64_t dx_stride,     \
      KAN_REAL *scratch) {                                                                                             \
    KAN_NAME(backward_inputs)(degree, base, KAN_NAME(weights_of_panel_##degree##_##base),                              \
                              KAN_NAME(weights_of_cell_##degree##_##base),                                             \
                              KAN_NAME(inputs_of_cell_##degree##_##base), spline, tile, first, count, x, x_stride, W,  \
                              dweights, dx, dx_stride, scratch);                                                       \
  }
KAN_LOCAL(1, 0)
KAN_LOCAL(1, 1)
KAN_LOCAL(2, 0)
KAN_LOCAL(2, 1)
KAN_LOCAL(3, 0)
KAN_LOCAL(3, 1)
KAN_LOCAL(4, 0)
KAN_LOCAL(4, 1)
KAN_LOCAL(5, 0)
KAN_LOCAL(5, 1)
#undef KAN_LOCAL

#define KAN_BY_DEGREE_AND_BASE(name, ...)                         \
  switch (2 * spline->degree + (spline->base != KAN_BASE_NONE)) { \
    case 2: KAN_NAME(name##_1_0)(__VA_ARGS__); break;             \
    case 3: KAN_NAME(name##_1_1)(__VA_ARGS__); break;             \
    case 4: KAN_NAME(name##_2_0)(__VA_ARGS__); break;             \
    case 5: KAN_NAME(name##_2_1)(__VA_ARGS__); break;             \
    case 6: KAN_NAME(name##_3_0)(__VA_ARGS__); break;             \
    case 7: KAN_NAME(name##_3_1)(__VA_ARGS__); break;             \
    case 8: KAN_NAME(name##_4_0)(__VA_ARGS__); break;             \
    case 9: KAN_NAME(name##_4_1)(__VA_ARGS__); break;             \
    case 10: KAN_NAME(name##_5_0)(__VA_ARGS__); break;            \
    case 11: KAN_NAME(name##_5_1)(__VA_ARGS__); break;            \
    default: break;                                               \
  }

/// Inputs of a block of the forward pass: half of them where the rows of W of all would not fit the first-level cache.
KAN_INLINE int KAN_NAME(block_inputs)(const KAN_NAME(kan_spline) * spline, int64_t outputs) {
  const int64_t columns = outputs < PANEL * KAN_LANES ? outputs : PANEL * KAN_LANES;
  const int64_t fitting = BLOCK_BYTES / (int64_t)(spline->functions * columns * (int64_t)sizeof(KAN_REAL));
  return fitting >= BLOCK ? BLOCK : BLOCK / 2;
}

KAN_KERNEL void KAN_NAME(local_forward)(const KAN_NAME(kan_spline) * spline, int64_t rows, int64_t outputs,
                                        int64_t columns, const KAN_REAL *x, int64_t x_stride, const KAN_REAL *weights,
                                        const KAN_REAL *bias, KAN_REAL *z) {
  const int64_t inputs = spline->inputs;
  const int block = rows < FEW_ROWS ? CHUNK : KAN_NAME(block_inputs)(spline, columns);
  for (int64_t first = 0; first < inputs; first += block) {
    const int count = (int)(inputs - first < block ? inputs - first : block);
    KAN_BY_DEGREE_AND_BASE(forward, spline, first, count, rows, outputs, columns, x + first, x_stride,
                           weights + first * spline->functions * outputs, first == 0 ? bias : z,
                           first == 0 ? 0 : outputs, z)
  }
}

KAN_KERNEL void KAN_NAME(local_backward)(const KAN_NAME(kan_spline) * spline, int64_t first, int64_t count,
                                         int64_t rows, int64_t outputs, const KAN_REAL *x, int64_t x_stride,
                                         const KAN_REAL *weights, const KAN_REAL *dz, const KAN_REAL *panels,
                                         int64_t panel_stride, KAN_REAL *dweights, KAN_REAL *dx, int64_t dx_stride,
                                         KAN_REAL *scratch) {
  const int tail = (int)(outputs % KAN_LANES);
  KAN_NAME(local_tile) tile = {
      rows, outputs, spline->functions, KAN_NAME(row_spread)(rows), spline->outside == KAN_OUTSIDE_BASE, dz};
  if (panels && KAN_NAME(local_panel_width)(spline, rows, outputs) > 0) {
    tile.panels = panels;
    tile.panel_stride = panel_stride;
  }
  if (KAN_NAME(pads)(spline, tail, rows)) {
    KAN_NAME(pad_columns)(rows, tail, dz + outputs - tail, outputs, scratch);
    tile.padded_dz = scratch;
  } else if (tail > 0) {
    for (int c = 0; c < tail; c++) {
      KAN_REAL *column = scratch + c * tile.spread;
      for (int64_t row = 0; row < rows; row++) column[row] = dz[row * outputs + outputs - tail + c];
      for (int64_t row = rows; row < tile.spread; row++) column[row] = 0;
    }
    tile.columns_dz = scratch;
    tile.picks = KAN_NAME(picks)(spline, rows);
  }
  for (int64_t start = 0; start < count; start += BLOCK) {
    const int part = (int)(count - start < BLOCK ? count - start : BLOCK);
    const int64_t offset = start * spline->functions * outputs;
    KAN_BY_DEGREE_AND_BASE(backward, spline, &tile, first + start, part, x + start, x_stride, weights + offset,
                           dweights + offset, dx ? dx + start : NULL, dx_stride, scratch + tile.spread * KAN_LANES)
  }
}
#undef KAN_BY_DEGREE_AND_BASE

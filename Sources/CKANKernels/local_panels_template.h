// dW where registers are few: panels of dZ as wide as a line of the cache, copied once for all inputs, stay in the
// first-level cache while the inputs of a block pass, and so do a cell's sums in registers while its rows pass.
//
// The spline functions of a point add up to 1. With c for the middle one of those that are not 0, dW of a cell is
//
//   Σ fᵣ·dz for r ≠ c,  and  Σ dz - Σ_{r≠c} Σ fᵣ·dz  for c
//
// which takes one weight less: a sum needs none. On even grids the middle function is never near 0, and the difference
// loses no digits; where it is, the difference is as exact as Σ dz.

#define KAN_CENTRE(degree) ((degree) / 2)

/// Numbers of a record, which are a row's weights for one input: its functions but the middle one, and then the base
/// function.
#define KAN_RECORD(degree, with_base) ((degree) + (with_base) <= 4 ? 4 : 8)

/// The numbers of a row of a panel, or 0 where dW of tiles of so many rows is formed from dZ itself: where registers are
/// many, a cell has few rows, or a few vectors of outputs, an odd number of them, are all there is.
KAN_KERNEL int64_t KAN_NAME(local_panel_width)(const KAN_NAME(kan_spline) * spline, int64_t rows, int64_t outputs) {
  enum { WIDTH = PANEL_VECTORS * KAN_LANES };
  const int shared = spline->intervals <= CELLS && rows >= ROWS_OF_CELL * (int64_t)spline->intervals;
  const int fits = rows * OFFSET_BYTES <= UINT16_MAX;  // as offsets are
  const int sums_to_1 = spline->degree > 1 && spline->outside != KAN_OUTSIDE_BASE;
  const int fills = outputs % WIDTH == 0 || outputs >= WIDE_VECTORS * KAN_LANES;
  const int wide = fills || (outputs % KAN_LANES != 0 && outputs >= FEW_COLUMNS);
  return REGISTERS <= 16 && shared && fits && sums_to_1 && wide ? WIDTH : 0;
}

/// Panels of dZ, `panel_stride` apart, each [rows × width] and the last with zeros behind its columns.
KAN_KERNEL void KAN_NAME(local_panels)(int64_t rows, int64_t outputs, const KAN_REAL *dz, KAN_REAL *panels,
                                       int64_t panel_stride) {
  enum { WIDTH = PANEL_VECTORS * KAN_LANES };
  const int64_t whole = outputs / WIDTH;
  for (int64_t row = 0; row < rows; row++) {
    const KAN_REAL *from = dz + row * outputs;
    KAN_REAL *to = panels + row * WIDTH;
    for (int64_t panel = 0; panel < whole; panel++)
      KAN_UNROLL
      for (int c = 0; c < WIDTH; c += KAN_LANES)
        KAN_STORE(to + panel * panel_stride + c, KAN_LOAD(from + panel * WIDTH + c));
    for (int64_t c = 0; c < WIDTH && whole * WIDTH < outputs; c++)
      to[whole * panel_stride + c] = whole * WIDTH + c < outputs ? from[whole * WIDTH + c] : 0;
  }
}

/// records[row·RECORD …] of the functions values[r·stride + row] of one input. Rows are read and written up to a whole
/// vector.
KAN_INLINE void KAN_NAME(write_records)(const int degree, const int with_base, int64_t rows, const KAN_REAL *values,
                                        int64_t stride, KAN_REAL *records) {
  const int size = KAN_RECORD(degree, with_base), weights = degree + with_base, centre = KAN_CENTRE(degree);
#if KAN_LANES >= 4
  for (int64_t q = 0; q < rows; q += KAN_LANES)
    KAN_UNROLL
    for (int part = 0; part < size; part += 4) {
      KAN_NAME(vector) v[4];
      KAN_UNROLL
      for (int r = 0; r < 4; r++) {
        const int function = part + r < centre ? part + r : part + r + 1;
        v[r] = part + r < weights ? KAN_LOAD(values + function * stride + q) : (KAN_NAME(vector)){0};
      }
      KAN_NAME(store_fours)(v, records + q * size + part, size);
    }
#else
  for (int64_t q = 0; q < rows; q++)
    KAN_UNROLL
    for (int r = 0; r < size; r++)
      records[q * size + r] = r < weights ? values[(r < centre ? r : r + 1) * stride + q] : 0;
#endif
}

/// Whether records are brought into the order of their cells: few rows of a cell would be read one by one from far apart.
KAN_INLINE int KAN_NAME(orders_records)(int cell_count) { return cell_count > COMPARED_CELLS; }

/// The records of an input's rows, in their order by cells if that is asked for; and offsets[q], how far the q-th row by
/// cells lies behind the first one: OFFSET_BYTES for each row between them.
KAN_INLINE void KAN_NAME(write_ordered_records)(const int degree, const int with_base, int ordered, int64_t rows,
                                                const KAN_REAL *values, int64_t stride, const kan_row *order,
                                                KAN_REAL *scratch, KAN_REAL *records, uint16_t *offsets) {
  const int size = KAN_RECORD(degree, with_base);
  KAN_NAME(write_records)(degree, with_base, rows, values, stride, ordered ? scratch : records);
  for (int64_t q = 0; q < rows && ordered; q++)
    memcpy(records + q * size, scratch + order[q] * size, (size_t)size * KAN_WIDTH);
  for (int64_t q = 0; q < rows; q++) offsets[q] = (uint16_t)(order[q] * OFFSET_BYTES);
}

/// Where the row at `offset` is in an array whose rows take so many bytes.
#define KAN_AT_OFFSET(array, offset, bytes) \
  ((const KAN_REAL *)((const char *)(array) + (int64_t)(offset) * ((bytes) / OFFSET_BYTES)))

/// Sums of one row of a panel, the q-th by cells.
KAN_INLINE void KAN_NAME(add_record)(const int weights, const int size, const int ordered, const int M,
                                     KAN_NAME(vector) (*sum)[PANEL_VECTORS], KAN_NAME(vector) * all, int q,
                                     const KAN_REAL *records, const uint16_t *offsets, const KAN_REAL *panel) {
  const KAN_REAL *record = ordered ? records + q * size : KAN_AT_OFFSET(records, offsets[q], size * KAN_WIDTH);
  const KAN_REAL *dz = KAN_AT_OFFSET(panel, offsets[q], PANEL_VECTORS * KAN_LANES * KAN_WIDTH);
  KAN_NAME(vector) error[PANEL_VECTORS];
  KAN_UNROLL
  for (int m = 0; m < M; m++) {
    error[m] = KAN_LOAD(dz + m * KAN_LANES);
    all[m] += error[m];
  }
  KAN_UNROLL
  for (int r = 0; r < weights; r++)
    KAN_UNROLL
    for (int m = 0; m < M; m++) sum[r][m] += record[r] * error[m];
}

/// dW += Φᵀ·dZ of one input for M vectors of a panel. Function j's row of dW stands at to + j·stride, the base function's
/// last of K; the records of cell c end at ends[c].
KAN_INLINE void KAN_NAME(gradient_of_panel)(const int degree, const int with_base, const int ordered, const int M,
                                            int cell_count, const int32_t *ends, KAN_REAL *to, int64_t stride,
                                            int64_t K, const KAN_REAL *records, const uint16_t *offsets,
                                            const KAN_REAL *panel) {
  const int weights = degree + with_base, size = KAN_RECORD(degree, with_base);
  KAN_NAME(vector) sum[WEIGHTS][PANEL_VECTORS], all[PANEL_VECTORS];
  KAN_REAL *base = to + (K - 1) * stride;
  KAN_UNROLL
  for (int m = 0; m < M && with_base; m++) sum[degree][m] = KAN_LOAD(base + m * KAN_LANES);
  int q = 0;
  for (int cell = 0; cell < cell_count; cell++, to += stride) {
    const int end = ends[cell];
    if (q == end) continue;
    KAN_UNROLL
    for (int m = 0; m < M; m++) {
      all[m] = (KAN_NAME(vector)){0};
      KAN_UNROLL
      for (int r = 0; r < degree; r++) sum[r][m] = (KAN_NAME(vector)){0};
    }
    if ((end - q) % 2) {
      KAN_NAME(add_record)(weights, size, ordered, M, sum, all, q, records, offsets, panel);
      q++;
    }
    for (; q < end; q += 2) {
      KAN_NAME(add_record)(weights, size, ordered, M, sum, all, q, records, offsets, panel);
      KAN_NAME(add_record)(weights, size, ordered, M, sum, all, q + 1, records, offsets, panel);
    }
    KAN_UNROLL
    for (int r = 0; r < degree; r++) {
      KAN_REAL *row = to + (r < KAN_CENTRE(degree) ? r : r + 1) * stride;
      KAN_UNROLL
      for (int m = 0; m < M; m++) {
        KAN_STORE(row + m * KAN_LANES, KAN_LOAD(row + m * KAN_LANES) + sum[r][m]);
        all[m] -= sum[r][m];
      }
    }
    KAN_UNROLL
    for (int m = 0; m < M; m++) {
      KAN_REAL *row = to + KAN_CENTRE(degree) * stride + m * KAN_LANES;
      KAN_STORE(row, KAN_LOAD(row) + all[m]);
    }
  }
  KAN_UNROLL
  for (int m = 0; m < M && with_base; m++) KAN_STORE(base + m * KAN_LANES, sum[degree][m]);
}

typedef void (*KAN_NAME(weights_of_panel))(int vectors, int cell_count, const int32_t *ends, KAN_REAL *to, int64_t stride,
                                           int64_t K, const KAN_REAL *records, const uint16_t *offsets,
                                           const KAN_REAL *panel);

/// Per row of a tile: the records of a block's inputs, and those of one input in the order of rows, and offsets.
enum { KAN_NAME(panel_scratch) = (BLOCK + 1) * KAN_RECORD(MAX_ORDER, 1) + BLOCK };

/// dW += Φᵀ·dZ of a block of inputs whose rows are sorted by cells, as many panels together as fit the first-level cache.
KAN_INLINE void KAN_NAME(weight_gradient_by_panels)(const int degree, const int with_base,
                                                    const KAN_NAME(weights_of_panel) weights_of_panel,
                                                    const KAN_NAME(local_tile) * tile, int count, int cell_count,
                                                    const KAN_REAL *values, const kan_row *order,
                                                    const int32_t (*ends)[CELLS + 1], KAN_REAL *scratch,
                                                    KAN_REAL *dweights) {
  enum { WIDTH = PANEL_VECTORS * KAN_LANES };
  const int size = KAN_RECORD(degree, with_base);
  const int64_t K = tile->functions, rows = tile->rows, outputs = tile->outputs, spread = tile->spread;
  KAN_REAL *in_rows = scratch;                                        // [spread × size]
  KAN_REAL *records = in_rows + spread * size;                        // [BLOCK × rows × size], a vector of rows behind them
  uint16_t *offsets = (uint16_t *)(records + BLOCK * spread * size);  // [BLOCK × rows]
  for (int i = 0; i < count; i++)
    KAN_NAME(write_ordered_records)(degree, with_base, KAN_NAME(orders_records)(cell_count), rows,
                                    values + i * (WEIGHTS * spread), spread, order + i * rows, in_rows,
                                    records + i * rows * size, offsets + i * rows);
  const int64_t fitting = PANEL_BYTES / (rows * WIDTH * KAN_WIDTH), together = WIDTH * (fitting > 1 ? fitting : 1);
  for (int64_t first = 0; first < outputs; first += together)
    for (int i = 0; i < count; i++)
      for (int64_t column = first; column < first + together && column < outputs; column += WIDTH) {
        KAN_REAL *edge = dweights + i * K * outputs + column;
        const KAN_REAL *panel = tile->panels + column / WIDTH * tile->panel_stride;
        // Its rows of dW stand too far apart for the processor to foresee the next input's.
        const KAN_REAL *following = i + 1 < count ? edge + K * outputs : dweights + first + together;
        for (int64_t j = 0; j < K; j++) __builtin_prefetch(following + j * outputs, 1);
        if (outputs - column >= WIDTH) {
          weights_of_panel(PANEL_VECTORS, cell_count, ends[i], edge, outputs, K, records + i * rows * size,
                           offsets + i * rows, panel);
          continue;
        }
        const int columns = (int)(outputs - column);
        KAN_REAL padded[(CELLS + MAX_ORDER) * WIDTH] KAN_ALIGNED;
        memset(padded, 0, (size_t)(K * WIDTH) * KAN_WIDTH);
        weights_of_panel(columns <= KAN_LANES ? 1 : PANEL_VECTORS, cell_count, ends[i], padded, WIDTH, K,
                         records + i * rows * size, offsets + i * rows, panel);
        for (int64_t j = 0; j < K; j++)
          for (int c = 0; c < columns; c++) edge[j * outputs + c] += padded[j * WIDTH + c];
      }
}

// Columns that fill no vector, one by one: the vector runs over rows. Where an input has no more cells than a vector has
// lanes, what each row needs of W is picked out by comparing its cell with all of them, for less than a gather takes, and
// dW is added up cell by cell with 0 in place of the rows of other cells, which need not be sorted.

/// Whether a column is formed in this way.
KAN_INLINE int KAN_NAME(picks)(const KAN_NAME(kan_spline) * spline, int64_t rows) {
  return KAN_LANES > MAX_ORDER + 1 && spline->intervals <= KAN_LANES && rows >= FEW_ROWS;
}

/// Whether the columns that fill no vector are worth the copies that make them one; else they go one by one.
KAN_INLINE int KAN_NAME(pads)(const KAN_NAME(kan_spline) * spline, int tail, int64_t rows) {
  const int64_t K = spline->functions;
  const int most = KAN_NAME(picks)(spline, rows) ? KAN_LANES / 4 : 1;
  return tail > most && rows >= 16 && tail * rows >= 4 * K && K <= PACKED_FUNCTIONS;
}

/// What a comparison of vectors gives: all bits of a lane, or none.
typedef __typeof__((KAN_NAME(vector)){0} < (KAN_NAME(vector)){0}) KAN_NAME(mask);

KAN_INLINE KAN_NAME(mask) KAN_NAME(load_cells)(const int32_t *cells) {
  typedef int32_t integers __attribute__((vector_size(4 * KAN_LANES), aligned(4)));
  return __builtin_convertvector(*(const integers *)cells, KAN_NAME(mask));
}

KAN_INLINE KAN_NAME(vector) KAN_NAME(select)(KAN_NAME(mask) met, KAN_NAME(vector) a, KAN_NAME(vector) b) {
  return (KAN_NAME(vector))(((KAN_NAME(mask))a & met) | ((KAN_NAME(mask))b & ~met));
}

/// picked[r] = the column's number of function cell + r, r ≤ k, which stand `stride` apart.
KAN_INLINE void KAN_NAME(pick_functions)(const int degree, int cells, KAN_NAME(mask) cell, const KAN_REAL *edge, int64_t stride,
                               KAN_NAME(vector) * picked) {
  KAN_UNROLL
  for (int r = 0; r <= degree; r++) picked[r] = edge[r * stride] - (KAN_NAME(vector)){0};
  for (int c = 1; c < cells; c++) {
    const KAN_NAME(mask) met = cell == c;
    edge += stride;
    KAN_UNROLL
    for (int r = 0; r <= degree; r++)
      picked[r] = KAN_NAME(select)(met, edge[r * stride] - (KAN_NAME(vector)){0}, picked[r]);
  }
}

/// totals[row] += one column of Φ·W of `count` inputs, for the rows of a chunk in whole vectors. As where it gathers, sums
/// are formed in the order of forward_columns, so that a row's bits do not depend on how many come with it.
KAN_INLINE void KAN_NAME(forward_picked)(const int degree, const int with_base, int count, int rows, int cell_count,
                                         int64_t edge_stride, int64_t w_stride, const int32_t *cells,
                                         const KAN_REAL *values, const KAN_REAL *W, KAN_REAL *totals) {
  for (int q = 0; q < rows; q += KAN_LANES) {
    KAN_NAME(vector) total = KAN_LOAD(totals + q);
    for (int i = 0; i < count; i++) {
      const KAN_REAL *edge = W + i * edge_stride, *value = values + i * (WEIGHTS * CHUNK) + q;
      KAN_NAME(vector) w[MAX_ORDER];
      KAN_NAME(pick_functions)(degree, cell_count, KAN_NAME(load_cells)(cells + i * CHUNK + q), edge, w_stride, w);
      KAN_UNROLL
      for (int r = 0; r <= degree; r++) total += KAN_LOAD(value + r * CHUNK) * w[r];
      if (with_base) total += KAN_LOAD(value + (degree + 1) * CHUNK) * edge[edge_stride - w_stride];
    }
    KAN_STORE(totals + q, total);
  }
}

/// dW of one column of one input, added to what is there; functions stand `stride` apart, the base function's last of K.
KAN_INLINE void KAN_NAME(weight_gradient_picked)(const int degree, const int with_base,
                                                 const KAN_NAME(local_tile) * tile, int cell_count,
                                                 const int32_t *cells, const KAN_REAL *values, const KAN_REAL *dz,
                                                 KAN_REAL *to) {
  const int64_t spread = tile->spread, stride = tile->outputs;
  // A vector for each function; narrower vectors than these functions need are not used, but compiled.
  KAN_REAL lanes[(KAN_LANES + MAX_ORDER) * KAN_LANES] KAN_ALIGNED = {0}, sums[KAN_LANES + MAX_ORDER] KAN_ALIGNED;
  for (int c = 0; c < cell_count; c++) {
    const int of_base = with_base && c == 0;
    KAN_NAME(vector) sum[MAX_ORDER] = {{0}}, base = {0};
    for (int64_t q = 0; q < tile->rows; q += KAN_LANES) {
      const KAN_NAME(vector) all = KAN_LOAD(dz + q);
      const KAN_NAME(vector) error = KAN_NAME(select)(KAN_NAME(load_cells)(cells + q) == c, all, (KAN_NAME(vector)){0});
      KAN_UNROLL
      for (int r = 0; r <= degree; r++) sum[r] += KAN_LOAD(values + r * spread + q) * error;
      if (of_base) base += KAN_LOAD(values + (degree + 1) * spread + q) * all;
    }
    KAN_UNROLL
    for (int r = 0; r <= degree; r++) KAN_STORE(lanes + r * KAN_LANES, sum[r]);
    KAN_STORE(lanes + (degree + 1) * KAN_LANES, base);
    KAN_STORE(sums, KAN_NAME(lane_sums)(lanes));
    for (int r = 0; r <= degree; r++) to[(c + r) * stride] += sums[r];
    if (of_base) to[(tile->functions - 1) * stride] += sums[degree + 1];
  }
}

/// sums[row·BLOCK] = dX of one input by `columns` columns of W, the first at `edge`; added to what is there if it `adds`.
KAN_INLINE void KAN_NAME(input_gradient_picked)(const int degree, const int with_base, int adds,
                                                const KAN_NAME(local_tile) * tile, int cell_count, int columns,
                                                const int32_t *cells, const KAN_REAL *rates, const KAN_REAL *edge,
                                                KAN_REAL *sums) {
  const int64_t spread = tile->spread, stride = tile->outputs;
  for (int64_t q = 0; q < tile->rows; q += KAN_LANES) {
    const KAN_NAME(mask) cell = KAN_NAME(load_cells)(cells + q);
    KAN_NAME(vector) total = {0};
    for (int c = 0; c < columns; c++) {
      KAN_NAME(vector) w[MAX_ORDER], sum = {0};
      KAN_NAME(pick_functions)(degree, cell_count, cell, edge + c, stride, w);
      if (with_base) sum = KAN_LOAD(rates + (degree + 1) * spread + q) * edge[(tile->functions - 1) * stride + c];
      KAN_UNROLL
      for (int r = 0; r < degree; r++) sum += KAN_LOAD(rates + r * spread + q) * (w[r + 1] - w[r]);
      sum += KAN_LOAD(rates + degree * spread + q) * w[degree];
      total += sum * KAN_LOAD(tile->columns_dz + c * spread + q);
    }
    KAN_REAL totals[KAN_LANES] KAN_ALIGNED;
    KAN_STORE(totals, total);
    for (int row = 0; row < KAN_LANES && q + row < tile->rows; row++)
      sums[(q + row) * BLOCK] = adds ? sums[(q + row) * BLOCK] + totals[row] : totals[row];
  }
}

// dW += Φᵀ·dZ in the local way.

/// Σ of weight·dZ over `length` rows of a tile, for N rows of dW and M vectors of columns that stay in registers
/// meanwhile. Row r of dW stands at to + r·to_stride, the last one at `last` unless that is null, and has the weights
/// weights[r·spread + row]; `order` lists the rows if they are `ordered`, else they are 0 ..< length.
KAN_INLINE void KAN_NAME(gradient_columns)(const int N, const int M, const int ordered, const kan_row *order,
                                           int length, const KAN_REAL *weights, int64_t spread, const KAN_REAL *dz,
                                           int64_t dz_stride, KAN_REAL *to, int64_t to_stride, KAN_REAL *last) {
  KAN_NAME(vector) sum[6][8];
  const KAN_REAL *weight[6];  // a pointer each, so that the loop below multiplies nothing for its addresses
  KAN_REAL *target[6];
  KAN_UNROLL
  for (int r = 0; r < N; r++) {
    weight[r] = weights + r * spread;
    target[r] = last && r == N - 1 ? last : to + r * to_stride;
  }
  KAN_UNROLL
  for (int r = 0; r < N; r++)
    KAN_UNROLL
    for (int m = 0; m < M; m++) sum[r][m] = KAN_LOAD(target[r] + m * KAN_LANES);
  for (int q = 0; q < length; q++) {
    const int64_t row = ordered ? order[q] : q;
    const KAN_REAL *from = dz + row * dz_stride;
    KAN_NAME(vector) error[8];
    KAN_UNROLL
    for (int m = 0; m < M; m++) error[m] = KAN_LOAD(from + m * KAN_LANES);
    KAN_UNROLL
    for (int r = 0; r < N; r++)
      KAN_UNROLL
      for (int m = 0; m < M; m++) sum[r][m] += weight[r][row] * error[m];
  }
  KAN_UNROLL
  for (int r = 0; r < N; r++)
    KAN_UNROLL
    for (int m = 0; m < M; m++) KAN_STORE(target[r] + m * KAN_LANES, sum[r][m]);
}

/// All columns, as many together as leave N·M sums and M errors in registers.
KAN_INLINE void KAN_NAME(gradient_rows)(const int N, const int ordered, const kan_row *order, int length,
                                        const KAN_REAL *weights, int64_t spread, const KAN_REAL *dz,
                                        int64_t dz_stride, int64_t columns, KAN_REAL *to, int64_t to_stride, KAN_REAL *last) {
  int64_t column = 0;
#define KAN_COLUMNS(M, end)                                                                            \
  for (; (end) - column >= (M) * KAN_LANES; column += (M) * KAN_LANES)                                 \
  KAN_NAME(gradient_columns)(N, M, ordered, order, length, weights, spread, dz + column, dz_stride,    \
                             to + column, to_stride, last ? last + column : NULL)
#ifdef KAN_FEW_REGISTERS
  if (N == 1) KAN_COLUMNS(6, columns);
  if (N == 2) KAN_COLUMNS(4, columns);
  // The last four vectors two by two: one alone has so few sums that each waits for itself.
  const int64_t threes = columns / KAN_LANES % 3 == 1 ? columns - 4 * KAN_LANES : columns;
  if (N == 3 || N == 4) KAN_COLUMNS(3, threes);
#else
  if (N <= 2) KAN_COLUMNS(8, columns);
  KAN_COLUMNS(4, columns);
#endif
  KAN_COLUMNS(2, columns);
  KAN_COLUMNS(1, columns);
#undef KAN_COLUMNS
}

/// Σ a·b.
KAN_INLINE KAN_REAL KAN_NAME(dot)(int64_t count, const KAN_REAL *a, const KAN_REAL *b) {
  KAN_REAL parts[PARTIAL_SUMS] = {0};
  int64_t i = 0;
  for (; i + PARTIAL_SUMS <= count; i += PARTIAL_SUMS)
    for (int part = 0; part < PARTIAL_SUMS; part++) parts[part] += a[i + part] * b[i + part];
  KAN_REAL sum = 0;
  for (; i < count; i++) sum += a[i] * b[i];
  for (int part = 0; part < PARTIAL_SUMS; part++) sum += parts[part];
  return sum;
}

/// dW of the `length` rows of one cell of one input: functions cell ... cell + k, and the base function if that goes
/// `together` with them. Columns that fill no vector go to `padded`: [K × KAN_LANES] where dZ's are padded.
KAN_INLINE void KAN_NAME(weight_gradient_of_cell)(const int degree, const int together,
                                                  const KAN_NAME(local_tile) * tile, int64_t cell,
                                                  const kan_row *order, int length, const KAN_REAL *values,
                                                  KAN_REAL *edge, KAN_REAL *padded) {
  const int64_t K = tile->functions, outputs = tile->outputs, spread = tile->spread;
  const int tail = (int)(outputs % KAN_LANES);
  const int64_t whole = outputs - tail;
  KAN_NAME(gradient_rows)(degree + 1 + together, 1, order, length, values, spread, tile->dz, outputs, whole,
                          edge + cell * outputs, outputs, together ? edge + (K - 1) * outputs : NULL);
  if (tile->padded_dz) {
    KAN_NAME(gradient_rows)(degree + 1 + together, 1, order, length, values, spread, tile->padded_dz, KAN_LANES,
                            KAN_LANES, padded + cell * KAN_LANES, KAN_LANES,
                            together ? padded + (K - 1) * KAN_LANES : NULL);
    return;
  }
  for (int c = 0; c < tail && !tile->picks; c++) {
    KAN_REAL sums[MAX_ORDER] = {0};
    for (int q = 0; q < length; q++) {
      const KAN_REAL error = tile->columns_dz[c * spread + order[q]];
      KAN_UNROLL
      for (int r = 0; r <= degree; r++) sums[r] += values[r * spread + order[q]] * error;
    }
    for (int r = 0; r <= degree; r++) edge[(cell + r) * outputs + whole + c] += sums[r];
  }
}

/// dW of one input, row by row, where all columns are few; without the base function.
KAN_INLINE void KAN_NAME(weight_gradient_of_rows)(const int degree, const KAN_NAME(local_tile) * tile,
                                                  const int32_t *cells, const KAN_REAL *values, KAN_REAL *edge) {
  const int64_t outputs = tile->outputs;
  for (int64_t row = 0; row < tile->rows; row++) {
    const KAN_REAL *error = tile->dz + row * outputs;
    KAN_REAL *to = edge + cells[row] * outputs;
    for (int64_t c = 0; c < outputs; c++)
      KAN_UNROLL
      for (int r = 0; r <= degree; r++) to[r * outputs + c] += values[r * tile->spread + row] * error[c];
  }
}

/// The base functions' rows of dW, which every row of the tile meets: a dense product, four inputs together. Unless of
/// `all` columns, of those alone that go one by one: the others have gone with the cells.
KAN_INLINE void KAN_NAME(weight_gradient_of_base)(const int all, const KAN_NAME(local_tile) * tile, int count,
                                                  const KAN_REAL *values, KAN_REAL *dweights) {
  const int64_t K = tile->functions, outputs = tile->outputs, rows = tile->rows, next = WEIGHTS * tile->spread;
  const int tail = (int)(outputs % KAN_LANES);
  const int64_t whole = outputs - tail, edge_stride = K * outputs;
  KAN_REAL *base = dweights + (K - 1) * outputs;
  int i = all ? 0 : count;
  for (; i + 4 <= count; i += 4)
    KAN_NAME(gradient_rows)(4, 0, NULL, (int)rows, values + i * next, next, tile->dz, outputs, whole,
                            base + i * edge_stride, edge_stride, NULL);
  for (; i < count; i++)
    KAN_NAME(gradient_rows)(1, 0, NULL, (int)rows, values + i * next, next, tile->dz, outputs, whole,
                            base + i * edge_stride, edge_stride, NULL);
  if (tile->picks) return;
  for (i = tile->padded_dz && !all ? count : 0; tail > 0 && i < count; i++) {
    KAN_REAL *to = base + i * edge_stride + whole;
    if (tile->padded_dz) {
      KAN_REAL padded[KAN_LANES] = {0};
      KAN_NAME(gradient_rows)(1, 0, NULL, (int)rows, values + i * next, 0, tile->padded_dz, KAN_LANES, KAN_LANES,
                              padded, 0, NULL);
      for (int c = 0; c < tail; c++) to[c] += padded[c];
    } else {
      for (int c = 0; c < tail; c++) to[c] += KAN_NAME(dot)(rows, values + i * next, tile->columns_dz + c * tile->spread);
    }
  }
}

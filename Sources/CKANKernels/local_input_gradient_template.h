// dX = Σₖ (dZ·Wᵀ)·f′ₖ in the local way.

// Folds two vectors to one of half their sums.
#define KAN_FOLD(a, b, s) (KAN_EVEN(a, b, KAN_LANES, s) + KAN_ODD(a, b, KAN_LANES, s))

/// sums[i] += the sum of the lanes of vector i, i < BLOCK = 8.
KAN_INLINE void KAN_NAME(add_lane_sums)(const KAN_REAL *vectors, KAN_REAL *sums) {
  KAN_NAME(vector) v[BLOCK];
  KAN_UNROLL
  for (int i = 0; i < BLOCK; i++) v[i] = KAN_LOAD(vectors + i * KAN_LANES);
  KAN_UNROLL
  for (int i = 0; i < 4; i++) v[i] = KAN_FOLD(v[2 * i], v[2 * i + 1], 1);
#if KAN_LANES >= 4
  KAN_UNROLL
  for (int i = 0; i < 2; i++) v[i] = KAN_FOLD(v[2 * i], v[2 * i + 1], 2);
#endif
#if KAN_LANES >= 8
  v[0] = KAN_FOLD(v[0], v[1], 4);
#endif
  KAN_REAL lanes[4 * KAN_LANES];
  enum { LEFT = KAN_LANES >= 8 ? 1 : KAN_LANES == 4 ? 2 : 4 };
  KAN_UNROLL
  for (int i = 0; i < LEFT; i++) KAN_STORE(lanes + i * KAN_LANES, v[i]);
  KAN_UNROLL
  for (int i = 0; i < BLOCK; i++) sums[i] += KAN_LANES == 16 ? lanes[i] + lanes[i + 8] : lanes[i];
}

/// Of N rows and M vectors of columns: edges[n·BLOCK + i] = Σ over the vectors of dZ times the derivative of the edge
/// from input i, its lanes not yet summed up.
KAN_INLINE void KAN_NAME(edge_derivatives)(const int N, const int M, const int degree, const int with_base, int count,
                                           int64_t edge_stride, int64_t w_stride, const int32_t *cells,
                                           int64_t cell_stride, const KAN_REAL *slopes, const KAN_REAL *W,
                                           const KAN_REAL *dz, int64_t dz_stride, KAN_REAL *edges) {
  KAN_NAME(vector) error[2][8];
  KAN_UNROLL
  for (int n = 0; n < N; n++)
    KAN_UNROLL
    for (int m = 0; m < M; m++) error[n][m] = KAN_LOAD(dz + n * dz_stride + m * KAN_LANES);
  for (int i = 0; i < count; i++) {
    const KAN_REAL *edge = W + i * edge_stride;
    const KAN_REAL *base = edge + edge_stride - w_stride;
    const KAN_REAL *weights = slopes + i * (WEIGHTS * CHUNK);
    const KAN_REAL *from[2];
    KAN_NAME(vector) part[2][8];
    KAN_UNROLL
    for (int n = 0; n < N; n++) from[n] = edge + cells[i * cell_stride + n] * w_stride;
    KAN_UNROLL
    for (int r = 0; r <= degree + with_base; r++) {
      const KAN_NAME(vector) all = N > 1 ? KAN_NAME(spread)(weights + r * CHUNK) : (KAN_NAME(vector)){0};
      KAN_UNROLL
      for (int n = 0; n < N; n++) {
        const KAN_NAME(vector) w = N > 1 ? KAN_NAME(pick)(all, n) : weights[r * CHUNK] - (KAN_NAME(vector)){0};
        const KAN_REAL *row = r <= degree ? from[n] : base;
        KAN_UNROLL
        for (int m = 0; m < M; m++)
          part[n][m] = r == 0 ? w * KAN_LOAD(row + m * KAN_LANES) : part[n][m] + w * KAN_LOAD(row + m * KAN_LANES);
        from[n] += w_stride;
        KAN_OPAQUE(from[n]);
      }
    }
    KAN_UNROLL
    for (int n = 0; n < N; n++) {
      KAN_NAME(vector) sum = part[n][0] * error[n][0];
      KAN_UNROLL
      for (int m = 1; m < M; m++) sum += part[n][m] * error[n][m];
      KAN_STORE(edges + (n * BLOCK + i) * KAN_LANES, sum);
    }
  }
}

/// sums[q·BLOCK + i] += Σ over M vectors of columns of dZ times the derivative of the edge from input i.
KAN_INLINE void KAN_NAME(input_gradient_rows)(const int M, const int degree, const int with_base, int count, int rows,
                                              int64_t edge_stride, int64_t w_stride, const int32_t *cells,
                                              int64_t cell_stride, const KAN_REAL *slopes, const KAN_REAL *W,
                                              const KAN_REAL *dz, int64_t dz_stride, KAN_REAL *sums) {
  enum { TOGETHER = MOST_SUMS == 8 ? 1 : 2 };
  KAN_REAL edges[2 * BLOCK * KAN_LANES] KAN_ALIGNED;
  for (int j = 0; j < 2 * BLOCK * KAN_LANES; j++) edges[j] = 0;
  for (int q = 0; q < rows; q += 2) {
    const int pair = rows - q < 2 ? rows - q : 2;
    if (TOGETHER == 2 && pair == 2)
      KAN_NAME(edge_derivatives)(2, M, degree, with_base, count, edge_stride, w_stride, cells + q, cell_stride,
                                 slopes + q, W, dz + q * dz_stride, dz_stride, edges);
    else
      for (int n = 0; n < pair; n++)
        KAN_NAME(edge_derivatives)(1, M, degree, with_base, count, edge_stride, w_stride, cells + q + n,
                                   cell_stride, slopes + q + n, W, dz + (q + n) * dz_stride, dz_stride,
                                   edges + n * BLOCK * KAN_LANES);
    for (int n = 0; n < pair; n++)
      KAN_NAME(add_lane_sums)(edges + n * BLOCK * KAN_LANES, sums + (q + n) * BLOCK);
  }
}

/// dX of `count` inputs at CHUNKS chunks of rows or fewer, whose slopes have been evaluated.
KAN_INLINE void KAN_NAME(input_gradient_tile)(const int degree, const int with_base,
                                              const KAN_NAME(kan_spline) * spline, int count, int rows, int64_t outputs,
                                              const int32_t *cells, int64_t cell_stride,
                                              KAN_REAL (*slopes)[SLOPES],
                                              const KAN_REAL *W, const KAN_REAL *dz, const KAN_REAL *padded_dz,
                                              KAN_REAL *dx, int64_t dx_stride) {
  const int64_t K = spline->functions, edge_stride = K * outputs;
  const int tail = (int)(outputs % KAN_LANES);
  const int64_t whole = outputs - tail;
  const int packs = KAN_NAME(packs)(outputs, rows, K);
  KAN_REAL packed[BLOCK * PACKED_FUNCTIONS * PANEL * KAN_LANES] KAN_ALIGNED;
  KAN_REAL sums[CHUNKS * CHUNK * BLOCK];
  for (int j = 0; j < CHUNKS * CHUNK * BLOCK; j++) sums[j] = 0;
  int64_t column = 0;
  KAN_PANELS(for (int q = 0; q < rows; q += CHUNK)
                 KAN_NAME(input_gradient_rows)(VECTORS, degree, with_base, count, rows - q < CHUNK ? rows - q : CHUNK,
                                               K * stride, stride, cells + q, cell_stride, slopes[q / CHUNK], panel,
                                               dz + q * outputs + column, outputs, sums + q * BLOCK);)
  if (padded_dz) KAN_NAME(pad_columns)(count * K, tail, W + whole, outputs, packed);
  for (int start = 0; start < rows && tail > 0; start += CHUNK) {
    const int part = rows - start < CHUNK ? rows - start : CHUNK;
    if (padded_dz) {
      KAN_NAME(input_gradient_rows)(1, degree, with_base, count, part, K * KAN_LANES, KAN_LANES, cells + start,
                                    cell_stride, slopes[start / CHUNK], packed, padded_dz + start * KAN_LANES,
                                    KAN_LANES, sums + start * BLOCK);
      continue;
    }
    for (int i = 0; i < count; i++) {
      KAN_REAL totals[CHUNK] = {0};
      for (int c = 0; c < tail; c++) {
        const KAN_REAL *edge = W + i * edge_stride + whole + c;
        const KAN_REAL *error = dz + start * outputs + whole + c;
        const KAN_REAL base = edge[(K - 1) * outputs];
        const KAN_REAL *w = slopes[start / CHUNK] + i * (WEIGHTS * CHUNK);
        const int32_t *cell = cells + i * cell_stride + start;
        KAN_VECTORIZE
        for (int q = 0; q < part; q++) {
          KAN_REAL sum = with_base ? w[(degree + 1) * CHUNK + q] * base : 0;
          KAN_UNROLL
          for (int r = 0; r <= degree; r++) sum += w[r * CHUNK + q] * edge[(cell[q] + r) * outputs];
          totals[q] += sum * error[q * outputs];
        }
      }
      for (int q = 0; q < part; q++) sums[(start + q) * BLOCK + i] += totals[q];
    }
  }
  for (int q = 0; q < rows; q++)
    for (int i = 0; i < count; i++) dx[q * dx_stride + i] = sums[q * BLOCK + i];
}

#undef KAN_FOLD

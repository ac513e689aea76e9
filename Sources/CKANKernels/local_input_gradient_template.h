// dX = Σₖ (dZ·Wᵀ)·f′ₖ in the local way.

// Lane j of KAN_LOW(s) and KAN_HIGH(s) of two vectors: blocks of s lanes of the one and of the other in turn, the even
// blocks and the odd ones. Their sum folds both vectors to half.
#define KAN_LOW_LANE(j, s) ((j) / (2 * (s)) * (2 * (s)) + (j) % (s) + ((j) / (s) % 2 ? KAN_LANES : 0))
#define KAN_HIGH_LANE(j, s) (KAN_LOW_LANE(j, s) + (s))
#define KAN_LANES_2(f, s) f(0, s), f(1, s)
#define KAN_LANES_4(f, s) KAN_LANES_2(f, s), f(2, s), f(3, s)
#define KAN_LANES_8(f, s) KAN_LANES_4(f, s), f(4, s), f(5, s), f(6, s), f(7, s)
#define KAN_LANES_16(f, s) \
  KAN_LANES_8(f, s), f(8, s), f(9, s), f(10, s), f(11, s), f(12, s), f(13, s), f(14, s), f(15, s)
#define KAN_JOIN(a, b) KAN_JOIN_(a, b)
#define KAN_JOIN_(a, b) a##b
#define KAN_ALL_LANES(f, s) KAN_JOIN(KAN_LANES_, KAN_LANES)(f, s)
#define KAN_FOLD(a, b, s)                                             \
  (__builtin_shufflevector(a, b, KAN_ALL_LANES(KAN_LOW_LANE, s)) +    \
   __builtin_shufflevector(a, b, KAN_ALL_LANES(KAN_HIGH_LANE, s)))

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

/// sums[q][i] += Σ over M vectors of columns of dZ times the derivative of the edge from input i.
KAN_INLINE void KAN_NAME(input_gradient_rows)(const int M, const int degree, const int with_base, int count, int rows,
                                              int64_t edge_stride, int64_t w_stride, const int32_t *cells,
                                              int64_t cell_stride, const KAN_REAL *slopes, const KAN_REAL *W,
                                              const KAN_REAL *dz, int64_t dz_stride, KAN_REAL (*sums)[BLOCK]) {
  KAN_REAL edges[BLOCK * KAN_LANES] __attribute__((aligned(KAN_VECTOR_BYTES)));
  for (int j = count * KAN_LANES; j < BLOCK * KAN_LANES; j++) edges[j] = 0;
  for (int q = 0; q < rows; q++) {
    KAN_NAME(vector) error[8];
    KAN_UNROLL
    for (int m = 0; m < M; m++) error[m] = KAN_LOAD(dz + q * dz_stride + m * KAN_LANES);
    for (int i = 0; i < count; i++) {
      const KAN_REAL *edge = W + i * edge_stride;
      const KAN_REAL *base = edge + edge_stride - w_stride;
      const KAN_REAL *from = edge + cells[i * cell_stride + q] * w_stride;
      const KAN_REAL *w = slopes + i * (WEIGHTS * CHUNK) + q;
      KAN_NAME(vector) sum;
      KAN_UNROLL
      for (int m = 0; m < M; m++) {
        KAN_NAME(vector) part = w[0] * KAN_LOAD(from + m * KAN_LANES);
        KAN_UNROLL
        for (int r = 1; r <= degree; r++) part += w[r * CHUNK] * KAN_LOAD(from + r * w_stride + m * KAN_LANES);
        if (with_base) part += w[(degree + 1) * CHUNK] * KAN_LOAD(base + m * KAN_LANES);
        sum = m == 0 ? part * error[m] : sum + part * error[m];
      }
      KAN_STORE(edges + i * KAN_LANES, sum);
    }
    KAN_NAME(add_lane_sums)(edges, sums[q]);
  }
}

/// dX of `count` inputs at one chunk of rows, whose slopes have been evaluated.
KAN_INLINE void KAN_NAME(input_gradient_chunk)(const int degree, const int with_base,
                                               const KAN_NAME(kan_spline) * spline, int count, int rows,
                                               int64_t outputs, const int32_t *cells, int64_t cell_stride,
                                               const KAN_REAL *slopes, const KAN_REAL *W, const KAN_REAL *padded_w,
                                               const KAN_REAL *dz, const KAN_REAL *padded_dz, KAN_REAL *dx,
                                               int64_t dx_stride) {
  const int64_t K = spline->functions, edge_stride = K * outputs;
  const int tail = (int)(outputs % KAN_LANES);
  const int64_t whole = outputs - tail;
  KAN_REAL sums[CHUNK][BLOCK];
  for (int q = 0; q < rows; q++)
    for (int i = 0; i < BLOCK; i++) sums[q][i] = 0;
  int64_t column = 0;
#define KAN_COLUMNS(M)                                                                                             \
  for (; whole - column >= (M) * KAN_LANES; column += (M) * KAN_LANES)                                             \
  KAN_NAME(input_gradient_rows)(M, degree, with_base, count, rows, edge_stride, outputs, cells, cell_stride,       \
                                slopes, W + column, dz + column, outputs, sums)
  KAN_COLUMNS(8);
  KAN_COLUMNS(4);
  KAN_COLUMNS(2);
  KAN_COLUMNS(1);
#undef KAN_COLUMNS
  if (padded_w) {
    KAN_NAME(input_gradient_rows)(1, degree, with_base, count, rows, K * KAN_LANES, KAN_LANES, cells, cell_stride,
                                  slopes, padded_w, padded_dz, KAN_LANES, sums);
  } else if (tail > 0) {
    for (int i = 0; i < count; i++) {
      KAN_REAL totals[CHUNK] = {0};
      for (int c = 0; c < tail; c++) {
        const KAN_REAL *edge = W + i * edge_stride + whole + c;
        const KAN_REAL *error = dz + whole + c;
        const KAN_REAL base = edge[(K - 1) * outputs];
        const KAN_REAL *w = slopes + i * (WEIGHTS * CHUNK);
        const int32_t *cell = cells + i * cell_stride;
        KAN_VECTORIZE
        for (int q = 0; q < rows; q++) {
          KAN_REAL sum = with_base ? w[(degree + 1) * CHUNK + q] * base : 0;
          KAN_UNROLL
          for (int r = 0; r <= degree; r++) sum += w[r * CHUNK + q] * edge[(cell[q] + r) * outputs];
          totals[q] += sum * error[q * outputs];
        }
      }
      for (int q = 0; q < rows; q++) sums[q][i] += totals[q];
    }
  }
  for (int q = 0; q < rows; q++)
    for (int i = 0; i < count; i++) dx[q * dx_stride + i] = sums[q][i];
}

#undef KAN_ALL_LANES
#undef KAN_FOLD
#undef KAN_JOIN
#undef KAN_JOIN_
#undef KAN_LANES_2
#undef KAN_LANES_4
#undef KAN_LANES_8
#undef KAN_LANES_16
#undef KAN_LOW_LANE
#undef KAN_HIGH_LANE

// Z = b + Φ·W in the local way, block of inputs by block of inputs: sums begin with `start`, rows start_stride apart, which
// is the bias in every row or what the blocks before have left in Z.

/// N rows and M vectors of columns of Z. The functions of input i and row n are in cell cells[i·cell_stride + n] and have
/// the values values[i·input_stride + r·CHUNK + n].
KAN_INLINE void KAN_NAME(forward_columns)(const int N, const int M, const int degree, const int with_base, int count,
                                          int64_t edge_stride, int64_t w_stride, const int32_t *cells,
                                          const int cell_stride, const KAN_REAL *values, const int input_stride,
                                          const KAN_REAL *W, const KAN_REAL *start, int64_t start_stride, KAN_REAL *z,
                                          int64_t z_stride) {
  KAN_NAME(vector) sum[4][8];
  KAN_UNROLL
  for (int n = 0; n < N; n++)
    KAN_UNROLL
    for (int m = 0; m < M; m++) sum[n][m] = KAN_LOAD(start + n * start_stride + m * KAN_LANES);
  // With few sums each product waits for the one before it, and nothing makes up for a wait for an address: those of the
  // next input are found ahead.
  const int ahead = N <= 2;
  const KAN_REAL *next[4];
  KAN_UNROLL
  for (int n = 0; n < N && ahead; n++) next[n] = W + cells[n] * w_stride;
  for (int i = 0; i < count; i++) {
    const KAN_REAL *edge = W + i * edge_stride;
    const KAN_REAL *base = edge + edge_stride - w_stride;
    const KAN_REAL *weights = values + i * input_stride;
    const int following = i + 1 < count ? i + 1 : i;
    const KAN_REAL *from[4];
    KAN_UNROLL
    for (int n = 0; n < N; n++) {
      from[n] = ahead ? next[n] : edge + cells[i * cell_stride + n] * w_stride;
      if (!ahead) continue;
      next[n] = W + following * edge_stride + cells[following * cell_stride + n] * w_stride;
      KAN_OPAQUE(next[n]);
    }
    KAN_UNROLL
    for (int r = 0; r <= degree + with_base; r++) {
      KAN_NAME(vector) all = {0};
      KAN_UNROLL
      for (int n = 0; n < N; n++) {
        const KAN_REAL *weight = weights + r * CHUNK + n;
        if (N % KAN_GROUP == 0 && n % KAN_GROUP == 0) all = KAN_NAME(spread)(weight);
        const KAN_NAME(vector) w =
            N % KAN_GROUP == 0 ? KAN_NAME(pick)(all, n % KAN_GROUP) : *weight - (KAN_NAME(vector)){0};
        const KAN_REAL *row = r <= degree ? from[n] : base;
        KAN_UNROLL
        for (int m = 0; m < M; m++) sum[n][m] += w * KAN_LOAD(row + m * KAN_LANES);
        from[n] += w_stride;
        KAN_OPAQUE(from[n]);
      }
    }
  }
  KAN_UNROLL
  for (int n = 0; n < N; n++)
    KAN_UNROLL
    for (int m = 0; m < M; m++) KAN_STORE(z + n * z_stride + m * KAN_LANES, sum[n][m]);
}

/// Rows of W of the block of inputs that comes next, which are brought near while this block is used.
typedef struct {
  const KAN_REAL *at;
  int64_t stride;
  int rows;
  int lines;  // of the cache, of a row
  int step;   // rows for each few rows of Z
} KAN_NAME(ahead);

/// Fetches the next `step` rows into the second-level cache.
KAN_INLINE void KAN_NAME(fetch_ahead)(KAN_NAME(ahead) * ahead) {
  for (int row = 0; row < ahead->step && ahead->rows > 0; row++) {
    for (int line = 0; line < ahead->lines; line++) __builtin_prefetch((const char *)ahead->at + line * LINE, 0, 2);
    ahead->at += ahead->stride;
    ahead->rows--;
  }
}

/// M vectors of columns for all rows of a chunk. Several rows together where one has too few sums to keep the
/// multipliers busy.
KAN_INLINE void KAN_NAME(forward_rows)(const int M, const int degree, const int with_base, int count, int rows,
                                       int64_t edge_stride, int64_t w_stride, const int32_t *cells,
                                       const KAN_REAL *values, const KAN_REAL *W, const KAN_REAL *start,
                                       int64_t start_stride, KAN_REAL *z, int64_t z_stride,
                                       KAN_NAME(ahead) * ahead) {
  const int N = M * 4 <= MOST_SUMS ? 4 : M * 2 <= MOST_SUMS ? 2 : 1;
  int q = 0;
  for (; q + N <= rows; q += N) {
    if (ahead) KAN_NAME(fetch_ahead)(ahead);
    KAN_NAME(forward_columns)(N, M, degree, with_base, count, edge_stride, w_stride, cells + q, CHUNK, values + q,
                              WEIGHTS * CHUNK, W, start + q * start_stride, start_stride, z + q * z_stride, z_stride);
  }
  for (; q < rows; q++)
    KAN_NAME(forward_columns)(1, M, degree, with_base, count, edge_stride, w_stride, cells + q, CHUNK, values + q,
                              WEIGHTS * CHUNK, W, start + q * start_stride, start_stride, z + q * z_stride, z_stride);
}

/// The share of the panel of M vectors at `column` in fetching the next block of as many `rows`: some of these, each in
/// its full width, so that memory is read in long runs.
KAN_INLINE KAN_NAME(ahead) KAN_NAME(share_of_next_block)(const KAN_REAL *W, int64_t column, const int M, int64_t whole,
                                                         int64_t rows, int64_t outputs, int tile) {
  const int64_t right = column + M * KAN_LANES;
  const int64_t from = rows * column / whole, count = rows * right / whole - from;
  return (KAN_NAME(ahead)){W + (rows + from) * outputs, outputs, (int)count, (int)(whole * KAN_WIDTH / LINE),
                           (int)(4 * count / tile + 1)};
}

/// Runs its arguments for one panel of W after another from `column` on, as long as there are `whole` columns: VECTORS
/// vectors of columns at `panel`, whose rows are `stride` apart.
#define KAN_PANELS(...)                                                             \
  if (PANEL == 8) KAN_PANELS_OF(8, __VA_ARGS__)                                     \
  KAN_PANELS_OF(4, __VA_ARGS__) KAN_PANELS_OF(2, __VA_ARGS__) KAN_PANELS_OF(1, __VA_ARGS__)
#define KAN_PANELS_OF(M, ...)                                                                                \
  for (; whole - column >= (M) * KAN_LANES; column += (M) * KAN_LANES) {                                     \
    enum { VECTORS = M };                                                                                    \
    const KAN_REAL *panel = packs ? KAN_NAME(pack)(M, count * K, W + column, outputs, packed) : W + column;  \
    KAN_NAME(ahead) ahead = KAN_NAME(share_of_next_block)(W, column, M, whole, count * K, outputs, tile);    \
    const int64_t stride = packs ? (M) * KAN_LANES : outputs;                                                \
    __VA_ARGS__                                                                                              \
  }

/// totals[row] += one column of Φ·W of `count` inputs, for the rows of a chunk: the vector runs over rows, and gathers.
KAN_INLINE void KAN_NAME(forward_gathered)(const int degree, const int with_base, int count, int rows,
                                           int64_t edge_stride, int64_t w_stride, const int32_t *cells,
                                           const KAN_REAL *values, const KAN_REAL *W, KAN_REAL *totals) {
  for (int i = 0; i < count; i++) {
    const KAN_REAL *edge = W + i * edge_stride;
    const KAN_REAL base = edge[edge_stride - w_stride];
    const KAN_REAL *w = values + i * (WEIGHTS * CHUNK);
    const int32_t *cell = cells + i * CHUNK;
    KAN_VECTORIZE
    for (int q = 0; q < rows; q++) {
      KAN_REAL total = totals[q];
      KAN_UNROLL
      for (int r = 0; r <= degree; r++) total += w[r * CHUNK + q] * edge[(cell[q] + r) * w_stride];
      if (with_base) total += w[(degree + 1) * CHUNK + q] * base;
      totals[q] = total;
    }
  }
}

KAN_INLINE void KAN_NAME(forward_inputs)(const int degree, const int with_base, const KAN_NAME(kan_spline) * spline,
                                         int64_t first, int count, int64_t rows, int64_t outputs, int64_t columns,
                                         const KAN_REAL *x, int64_t x_stride, const KAN_REAL *W,
                                         const KAN_REAL *start, int64_t start_stride, KAN_REAL *z) {
  const int64_t K = spline->functions, edge_stride = K * outputs;
  const int tail = (int)(columns % KAN_LANES);
  const int64_t whole = columns - tail;
  const int pads = KAN_NAME(pads)(spline, tail, rows), picks = KAN_NAME(picks)(spline, rows);
  int32_t cells[CHUNKS][BLOCK * CHUNK] KAN_ALIGNED;
  KAN_REAL values[CHUNKS][BLOCK * WEIGHTS * CHUNK] KAN_ALIGNED;
  KAN_REAL packed[BLOCK * PACKED_FUNCTIONS * PANEL * KAN_LANES] KAN_ALIGNED, padded_z[CHUNK * KAN_LANES] KAN_ALIGNED;
  for (int64_t row = 0; row < rows; row += CHUNKS * CHUNK) {
    const int tile = (int)(rows - row < CHUNKS * CHUNK ? rows - row : CHUNKS * CHUNK);
    const int packs = KAN_NAME(packs)(outputs, tile, K);
    const int fetches = packs && spline->inputs * edge_stride * KAN_WIDTH > FAR_BYTES;
    for (int q = 0; q < tile; q += CHUNK)
      KAN_NAME(evaluate_local)(spline, 0, first, count, tile - q < CHUNK ? tile - q : CHUNK, x + (row + q) * x_stride,
                               x_stride, cells[q / CHUNK], values[q / CHUNK], CHUNK, NULL);
    KAN_REAL *to = z + row * outputs;
    const KAN_REAL *from = start + row * start_stride;
    int64_t column = 0;
    KAN_PANELS(for (int q = 0; q < tile; q += CHUNK)
                   KAN_NAME(forward_rows)(VECTORS, degree, with_base, count, tile - q < CHUNK ? tile - q : CHUNK,
                                          K * stride, stride, cells[q / CHUNK], values[q / CHUNK], panel,
                                          from + q * start_stride + column, start_stride, to + q * outputs + column,
                                          outputs, fetches ? &ahead : NULL);)
    if (pads) KAN_NAME(pad_columns)(count * K, tail, W + whole, outputs, packed);
    for (int first_row = 0; first_row < tile && tail > 0; first_row += CHUNK) {
      const int part = tile - first_row < CHUNK ? tile - first_row : CHUNK;
      KAN_REAL *at = to + first_row * outputs + whole;
      const KAN_REAL *begin = from + first_row * start_stride + whole;
      if (pads) {
        KAN_NAME(pad_columns)(part, tail, begin, start_stride, padded_z);
        KAN_NAME(forward_rows)(1, degree, with_base, count, part, K * KAN_LANES, KAN_LANES, cells[first_row / CHUNK],
                               values[first_row / CHUNK], packed, padded_z, KAN_LANES, padded_z, KAN_LANES, NULL);
        for (int q = 0; q < part; q++)
          for (int c = 0; c < tail; c++) at[q * outputs + c] = padded_z[q * KAN_LANES + c];
        continue;
      }
      for (int c = 0; c < tail; c++) {
        KAN_REAL totals[CHUNK] KAN_ALIGNED = {0};
        for (int q = 0; q < part; q++) totals[q] = begin[q * start_stride + c];
        if (picks)
          KAN_NAME(forward_picked)(degree, with_base, count, part, spline->intervals, edge_stride, outputs,
                                   cells[first_row / CHUNK], values[first_row / CHUNK], W + whole + c, totals);
        else
          KAN_NAME(forward_gathered)(degree, with_base, count, part, edge_stride, outputs, cells[first_row / CHUNK],
                                     values[first_row / CHUNK], W + whole + c, totals);
        for (int q = 0; q < part; q++) at[q * outputs + c] = totals[q];
      }
    }
  }
}

/// A few rows, one after another: the vector of the evaluation runs over inputs. Sums are formed in the same order.
KAN_INLINE void KAN_NAME(forward_few)(const int degree, const int with_base, const KAN_NAME(kan_spline) * spline,
                                      int64_t first, int count, int64_t rows, int64_t outputs, int64_t columns,
                                      const KAN_REAL *x, int64_t x_stride, const KAN_REAL *W, const KAN_REAL *start,
                                      int64_t start_stride, KAN_REAL *z) {
  const int64_t K = spline->functions, edge_stride = K * outputs;
  const int64_t whole = columns - columns % KAN_LANES;
  int32_t cells[CHUNK];
  KAN_REAL values[WEIGHTS * CHUNK];
  for (int64_t row = 0; row < rows; row++) {
    KAN_NAME(evaluate_chunk)(spline, 0, 1, first, 1, count, x + row * x_stride, cells, values, CHUNK, NULL);
    KAN_REAL *to = z + row * outputs;
    const KAN_REAL *begin = start + row * start_stride;
    int64_t column = 0;
#define KAN_COLUMNS(M)                                                                                              \
  for (; whole - column >= (M) * KAN_LANES; column += (M) * KAN_LANES)                                              \
  KAN_NAME(forward_columns)(1, M, degree, with_base, count, edge_stride, outputs, cells, 1, values, 1, W + column,  \
                            begin + column, 0, to + column, outputs)
    KAN_COLUMNS(8);
    KAN_COLUMNS(4);
    KAN_COLUMNS(2);
    KAN_COLUMNS(1);
#undef KAN_COLUMNS
    for (int64_t c = column; c < columns; c++) to[c] = begin[c];
    for (int i = 0; column < columns && i < count; i++) {
      const KAN_REAL *edge = W + i * edge_stride;
      const KAN_REAL *from = edge + cells[i] * outputs;
      const KAN_REAL *base = edge + edge_stride - outputs;
      for (int64_t c = column; c < columns; c++) {
        KAN_REAL total = to[c];
        KAN_UNROLL
        for (int r = 0; r <= degree; r++) total += values[r * CHUNK + i] * from[r * outputs + c];
        if (with_base) total += values[(degree + 1) * CHUNK + i] * base[c];
        to[c] = total;
      }
    }
  }
}

// Products with Φ that touch only what is not 0: for one input the k+1 rows of W from its cell on, and the base
// function's row. W: [inputs·K × outputs], so those rows are one contiguous block.
//
// Inputs are taken BLOCK at a time, so that sums over them stay in registers and their rows of W in the cache, and rows
// CHUNK at a time, so that their functions stay in the first-level cache. Columns are taken in whole vectors; what is
// left at the right is copied into matrices of one vector's width, padded with zeros, and goes the same way.

typedef KAN_REAL KAN_NAME(vector) __attribute__((vector_size(KAN_VECTOR_BYTES), aligned(sizeof(KAN_REAL))));
#define KAN_LOAD(p) (*(const KAN_NAME(vector) *)(p))
#define KAN_STORE(p, v) (*(KAN_NAME(vector) *)(p) = (v))

/// Functions of `count` inputs at a chunk of rows. Those of input i and row q are in cell cells[i·stride + q], with the
/// values values[(i·WEIGHTS + r)·stride + q] and the slopes slopes[(i·WEIGHTS + r)·CHUNK + q].
KAN_INLINE void KAN_NAME(evaluate_local)(const KAN_NAME(kan_spline) * spline, int derivative, int64_t first, int count,
                                         int rows, const KAN_REAL *x, int64_t x_stride, int32_t *cells,
                                         KAN_REAL *values, int64_t stride, KAN_REAL *slopes) {
  if (rows >= FEW_ROWS) {
    KAN_REAL points[CHUNK];
    for (int i = 0; i < count; i++) {
      for (int q = 0; q < rows; q++) points[q] = x[q * x_stride + i];
      KAN_NAME(evaluate_chunk)(spline, derivative, 0, first + i, rows, points, cells + i * stride,
                               values + i * WEIGHTS * stride, stride, slopes + i * WEIGHTS * CHUNK);
    }
    return;
  }
  // A few rows: the vector runs over inputs.
  int32_t row_cells[BLOCK];
  KAN_REAL row_values[WEIGHTS * CHUNK], row_slopes[WEIGHTS * CHUNK];
  const int functions = spline->degree + 1 + (spline->base != KAN_BASE_NONE);
  for (int q = 0; q < rows; q++) {
    KAN_NAME(evaluate_chunk)(spline, derivative, 1, first, count, x + q * x_stride, row_cells, row_values, CHUNK,
                             row_slopes);
    for (int i = 0; i < count; i++) {
      cells[i * stride + q] = row_cells[i];
      for (int r = 0; r < functions; r++) {
        values[(i * WEIGHTS + r) * stride + q] = row_values[r * CHUNK + i];
        if (derivative) slopes[(i * WEIGHTS + r) * CHUNK + q] = row_slopes[r * CHUNK + i];
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

/// Whether the columns that fill no vector are worth the copies that make them one; else they go one by one.
KAN_INLINE int KAN_NAME(pads)(int tail, int64_t rows, int64_t functions) {
  return tail > 2 && rows >= 16 && functions <= PADDED_FUNCTIONS;
}

// MARK: Z += Φ·W

/// N rows and M vectors of columns of Z. The functions of input i and row n are in cell cells[i·cell_stride + n] and have
/// the values values[i·input_stride + r·CHUNK + n].
KAN_INLINE void KAN_NAME(forward_columns)(const int N, const int M, const int degree, const int with_base, int count,
                                          int64_t edge_stride, int64_t w_stride, const int32_t *cells,
                                          const int cell_stride, const KAN_REAL *values, const int input_stride,
                                          const KAN_REAL *W, KAN_REAL *z, int64_t z_stride) {
  KAN_NAME(vector) sum[4][8];
  KAN_UNROLL
  for (int n = 0; n < N; n++)
    KAN_UNROLL
    for (int m = 0; m < M; m++) sum[n][m] = KAN_LOAD(z + n * z_stride + m * KAN_LANES);
  for (int i = 0; i < count; i++) {
    const KAN_REAL *edge = W + i * edge_stride;
    const KAN_REAL *base = edge + edge_stride - w_stride;
    const KAN_REAL *w = values + i * input_stride;
    KAN_UNROLL
    for (int n = 0; n < N; n++) {
      const KAN_REAL *from = edge + cells[i * cell_stride + n] * w_stride;
      KAN_UNROLL
      for (int r = 0; r <= degree; r++)
        KAN_UNROLL
        for (int m = 0; m < M; m++) sum[n][m] += w[r * CHUNK + n] * KAN_LOAD(from + r * w_stride + m * KAN_LANES);
      if (with_base)
        KAN_UNROLL
        for (int m = 0; m < M; m++) sum[n][m] += w[(degree + 1) * CHUNK + n] * KAN_LOAD(base + m * KAN_LANES);
    }
  }
  KAN_UNROLL
  for (int n = 0; n < N; n++)
    KAN_UNROLL
    for (int m = 0; m < M; m++) KAN_STORE(z + n * z_stride + m * KAN_LANES, sum[n][m]);
}

/// M vectors of columns for all rows of a chunk. Several rows together where one has too few sums to keep the
/// multipliers busy.
KAN_INLINE void KAN_NAME(forward_rows)(const int M, const int degree, const int with_base, int count, int rows,
                                       int64_t edge_stride, int64_t w_stride, const int32_t *cells,
                                       const KAN_REAL *values, const KAN_REAL *W, KAN_REAL *z, int64_t z_stride) {
  const int N = M >= 8 ? 1 : M >= 4 ? 2 : 4;
  int q = 0;
  for (; q + N <= rows; q += N)
    KAN_NAME(forward_columns)(N, M, degree, with_base, count, edge_stride, w_stride, cells + q, CHUNK, values + q,
                              WEIGHTS * CHUNK, W, z + q * z_stride, z_stride);
  for (; q < rows; q++)
    KAN_NAME(forward_columns)(1, M, degree, with_base, count, edge_stride, w_stride, cells + q, CHUNK, values + q,
                              WEIGHTS * CHUNK, W, z + q * z_stride, z_stride);
}

KAN_INLINE void KAN_NAME(forward_inputs)(const int degree, const int with_base, const KAN_NAME(kan_spline) * spline,
                                         int64_t first, int count, int64_t rows, int64_t outputs, int64_t columns,
                                         const KAN_REAL *x, int64_t x_stride, const KAN_REAL *W, KAN_REAL *z) {
  const int64_t K = spline->functions, edge_stride = K * outputs;
  const int tail = (int)(columns % KAN_LANES);
  const int64_t whole = columns - tail;
  const int pads = KAN_NAME(pads)(tail, rows, K);
  int32_t cells[BLOCK * CHUNK];
  KAN_REAL values[BLOCK * WEIGHTS * CHUNK];
  KAN_REAL padded_w[BLOCK * PADDED_FUNCTIONS * KAN_LANES], padded_z[CHUNK * KAN_LANES];
  if (pads) KAN_NAME(pad_columns)(count * K, tail, W + whole, outputs, padded_w);
  for (int64_t row = 0; row < rows; row += CHUNK) {
    const int part = (int)(rows - row < CHUNK ? rows - row : CHUNK);
    KAN_NAME(evaluate_local)(spline, 0, first, count, part, x + row * x_stride, x_stride, cells, values, CHUNK, NULL);
    KAN_REAL *to = z + row * outputs;
    int64_t column = 0;
#define KAN_COLUMNS(M)                                                                                              \
  for (; whole - column >= (M) * KAN_LANES; column += (M) * KAN_LANES)                                              \
  KAN_NAME(forward_rows)(M, degree, with_base, count, part, edge_stride, outputs, cells, values, W + column,        \
                         to + column, outputs)
    KAN_COLUMNS(8);
    KAN_COLUMNS(4);
    KAN_COLUMNS(2);
    KAN_COLUMNS(1);
#undef KAN_COLUMNS
    if (pads) {
      KAN_NAME(pad_columns)(part, tail, to + whole, outputs, padded_z);
      KAN_NAME(forward_rows)(1, degree, with_base, count, part, K * KAN_LANES, KAN_LANES, cells, values, padded_w,
                             padded_z, KAN_LANES);
      for (int q = 0; q < part; q++)
        for (int c = 0; c < tail; c++) to[q * outputs + whole + c] = padded_z[q * KAN_LANES + c];
      continue;
    }
    // Column by column: the vector runs over rows, and gathers. Sums are formed in the order of forward_columns, so that
    // a row's bits do not depend on how many come with it.
    for (int c = 0; c < tail; c++) {
      KAN_REAL totals[CHUNK];
      for (int q = 0; q < part; q++) totals[q] = to[q * outputs + whole + c];
      for (int i = 0; i < count; i++) {
        const KAN_REAL *edge = W + i * edge_stride + whole + c;
        const KAN_REAL base = edge[(K - 1) * outputs];
        const KAN_REAL *w = values + i * (WEIGHTS * CHUNK);
        const int32_t *cell = cells + i * CHUNK;
        KAN_VECTORIZE
        for (int q = 0; q < part; q++) {
          KAN_REAL total = totals[q];
          KAN_UNROLL
          for (int r = 0; r <= degree; r++) total += w[r * CHUNK + q] * edge[(cell[q] + r) * outputs];
          if (with_base) total += w[(degree + 1) * CHUNK + q] * base;
          totals[q] = total;
        }
      }
      for (int q = 0; q < part; q++) to[q * outputs + whole + c] = totals[q];
    }
  }
}

/// A few rows, one after another: the vector of the evaluation runs over inputs. Sums are formed in the same order.
KAN_INLINE void KAN_NAME(forward_few)(const int degree, const int with_base, const KAN_NAME(kan_spline) * spline,
                                      int64_t first, int count, int64_t rows, int64_t outputs, int64_t columns,
                                      const KAN_REAL *x, int64_t x_stride, const KAN_REAL *W, KAN_REAL *z) {
  const int64_t K = spline->functions, edge_stride = K * outputs;
  const int64_t whole = columns - columns % KAN_LANES;
  int32_t cells[CHUNK];
  KAN_REAL values[WEIGHTS * CHUNK];
  for (int64_t row = 0; row < rows; row++) {
    KAN_NAME(evaluate_chunk)(spline, 0, 1, first, count, x + row * x_stride, cells, values, CHUNK, NULL);
    KAN_REAL *to = z + row * outputs;
    int64_t column = 0;
#define KAN_COLUMNS(M)                                                                                              \
  for (; whole - column >= (M) * KAN_LANES; column += (M) * KAN_LANES)                                              \
  KAN_NAME(forward_columns)(1, M, degree, with_base, count, edge_stride, outputs, cells, 1, values, 1, W + column,  \
                            to + column, outputs)
    KAN_COLUMNS(8);
    KAN_COLUMNS(4);
    KAN_COLUMNS(2);
    KAN_COLUMNS(1);
#undef KAN_COLUMNS
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

// MARK: dX = Σₖ (dZ·Wᵀ)·f′ₖ

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

// MARK: dW += Φᵀ·dZ

/// Σ of weight·dZ over `length` rows of a tile, for N rows of dW and M vectors of columns that stay in registers
/// meanwhile. Row r of dW has the weights weights[r·spread + row]; `order`, unless it is null, lists the rows.
KAN_INLINE void KAN_NAME(gradient_columns)(const int N, const int M, const uint16_t *order, int length,
                                           const KAN_REAL *weights, int64_t spread, const KAN_REAL *dz,
                                           int64_t dz_stride, KAN_REAL *to, int64_t to_stride) {
  KAN_NAME(vector) sum[6][8];
  KAN_UNROLL
  for (int r = 0; r < N; r++)
    KAN_UNROLL
    for (int m = 0; m < M; m++) sum[r][m] = KAN_LOAD(to + r * to_stride + m * KAN_LANES);
  for (int q = 0; q < length; q++) {
    const int64_t row = order ? order[q] : q;
    const KAN_REAL *from = dz + row * dz_stride;
    KAN_NAME(vector) error[8];
    KAN_UNROLL
    for (int m = 0; m < M; m++) error[m] = KAN_LOAD(from + m * KAN_LANES);
    KAN_UNROLL
    for (int r = 0; r < N; r++)
      KAN_UNROLL
      for (int m = 0; m < M; m++) sum[r][m] += weights[r * spread + row] * error[m];
  }
  KAN_UNROLL
  for (int r = 0; r < N; r++)
    KAN_UNROLL
    for (int m = 0; m < M; m++) KAN_STORE(to + r * to_stride + m * KAN_LANES, sum[r][m]);
}

/// All columns, as many together as leave N·M sums and M errors in registers.
KAN_INLINE void KAN_NAME(gradient_rows)(const int N, const uint16_t *order, int length, const KAN_REAL *weights,
                                        int64_t spread, const KAN_REAL *dz, int64_t dz_stride, int64_t columns,
                                        KAN_REAL *to, int64_t to_stride) {
  int64_t column = 0;
#define KAN_COLUMNS(M)                                                                               \
  for (; columns - column >= (M) * KAN_LANES; column += (M) * KAN_LANES)                             \
  KAN_NAME(gradient_columns)(N, M, order, length, weights, spread, dz + column, dz_stride, to + column, to_stride)
#ifdef KAN_FEW_REGISTERS
  if (N == 1) KAN_COLUMNS(6);
  if (N == 2) KAN_COLUMNS(4);
  if (N == 3 || N == 4) KAN_COLUMNS(3);
#else
  if (N <= 2) KAN_COLUMNS(8);
  KAN_COLUMNS(4);
#endif
  KAN_COLUMNS(2);
  KAN_COLUMNS(1);
#undef KAN_COLUMNS
}

/// The rows of a tile in the order of their cells, for all inputs of a block: input i's rows in cell c are
/// order[i·rows + j] for ends[i][c - 1] <= j < ends[i][c].
KAN_INLINE void KAN_NAME(sort_by_cell)(int count, int64_t rows, int cell_count, const int32_t *cells, uint16_t *order,
                                       int32_t (*ends)[CELLS + 1]) {
  for (int i = 0; i < count; i++)
    for (int cell = 0; cell <= cell_count; cell++) ends[i][cell] = 0;
  // Row by row for all inputs, since the counters of one input alone would wait for each other.
  for (int64_t row = 0; row < rows; row++)
    for (int i = 0; i < count; i++) ends[i][cells[i * rows + row] + 1]++;
  for (int i = 0; i < count; i++)
    for (int cell = 0; cell < cell_count; cell++) ends[i][cell + 1] += ends[i][cell];
  // Each counter moves from where its cell starts to where it ends.
  for (int64_t row = 0; row < rows; row++)
    for (int i = 0; i < count; i++) order[i * rows + ends[i][cells[i * rows + row]]++] = (uint16_t)row;
}

/// Σ a·b, where the elements of b stand `stride` apart.
KAN_INLINE KAN_REAL KAN_NAME(dot)(int64_t count, const KAN_REAL *a, const KAN_REAL *b, int64_t stride) {
  KAN_REAL parts[PARTIAL_SUMS] = {0};
  int64_t i = 0;
  for (; i + PARTIAL_SUMS <= count; i += PARTIAL_SUMS)
    for (int part = 0; part < PARTIAL_SUMS; part++) parts[part] += a[i + part] * b[(i + part) * stride];
  KAN_REAL sum = 0;
  for (; i < count; i++) sum += a[i] * b[i * stride];
  for (int part = 0; part < PARTIAL_SUMS; part++) sum += parts[part];
  return sum;
}

KAN_INLINE void KAN_NAME(weight_gradient_inputs)(const int degree, const int with_base,
                                                 const KAN_NAME(kan_spline) * spline, int count, int64_t rows,
                                                 int64_t outputs, const int32_t *cells, const KAN_REAL *values,
                                                 uint16_t *order, const KAN_REAL *dz, const KAN_REAL *padded_dz,
                                                 KAN_REAL *dweights) {
  const int64_t K = spline->functions, edge_stride = K * outputs;
  const int tail = (int)(outputs % KAN_LANES);
  const int64_t whole = outputs - tail;
  const int cell_count = spline->intervals;
  int32_t ends[BLOCK][CELLS + 1];
  KAN_REAL padded[PADDED_FUNCTIONS * KAN_LANES];
  const int sorted = cell_count <= CELLS;
  if (sorted) KAN_NAME(sort_by_cell)(count, rows, cell_count, cells, order, ends);
  for (int i = 0; i < count; i++) {
    KAN_REAL *edge = dweights + i * edge_stride;
    const KAN_REAL *w = values + i * (WEIGHTS * rows);
    if (padded_dz)
      for (int64_t j = 0; j < K * KAN_LANES; j++) padded[j] = 0;
    // On a grid with more cells than that, a cell has few of a tile's rows, and each row stands for itself.
    const int64_t groups = sorted ? cell_count : rows;
    int32_t start = 0;
    for (int64_t group = 0; group < groups; group++) {
      const uint16_t alone = (uint16_t)group;
      const int length = sorted ? ends[i][group] - start : 1;
      const int64_t cell = sorted ? group : cells[i * rows + group];
      const uint16_t *of_cell = sorted ? order + i * rows + start : &alone;
      start += length;
      if (length == 0) continue;
      KAN_NAME(gradient_rows)(degree + 1, of_cell, length, w, rows, dz, outputs, whole, edge + cell * outputs, outputs);
      if (padded_dz) {
        KAN_NAME(gradient_rows)(degree + 1, of_cell, length, w, rows, padded_dz, KAN_LANES, KAN_LANES,
                                padded + cell * KAN_LANES, KAN_LANES);
        continue;
      }
      for (int c = 0; c < tail; c++) {
        KAN_REAL sums[MAX_ORDER] = {0};
        for (int q = 0; q < length; q++) {
          const KAN_REAL error = dz[of_cell[q] * outputs + whole + c];
          KAN_UNROLL
          for (int r = 0; r <= degree; r++) sums[r] += w[r * rows + of_cell[q]] * error;
        }
        for (int r = 0; r <= degree; r++) edge[(cell + r) * outputs + whole + c] += sums[r];
      }
    }
    if (padded_dz)
      for (int64_t j = 0; j < K - with_base; j++)
        for (int c = 0; c < tail; c++) edge[j * outputs + whole + c] += padded[j * KAN_LANES + c];
  }
  if (!with_base) return;
  // The base function meets every row: a dense product, four inputs together.
  KAN_REAL *base = dweights + (K - 1) * outputs;
  const KAN_REAL *w = values + (degree + 1) * rows;
  int i = 0;
  for (; i + 4 <= count; i += 4)
    KAN_NAME(gradient_rows)(4, NULL, (int)rows, w + i * WEIGHTS * rows, WEIGHTS * rows, dz, outputs, whole,
                            base + i * edge_stride, edge_stride);
  for (; i < count; i++)
    KAN_NAME(gradient_rows)(1, NULL, (int)rows, w + i * WEIGHTS * rows, WEIGHTS * rows, dz, outputs, whole,
                            base + i * edge_stride, edge_stride);
  for (i = 0; tail > 0 && i < count; i++) {
    const KAN_REAL *weight = w + i * WEIGHTS * rows;
    KAN_REAL *to = base + i * edge_stride + whole;
    if (padded_dz) {
      for (int c = 0; c < KAN_LANES; c++) padded[c] = 0;
      KAN_NAME(gradient_rows)(1, NULL, (int)rows, weight, 0, padded_dz, KAN_LANES, KAN_LANES, padded, 0);
      for (int c = 0; c < tail; c++) to[c] += padded[c];
    } else {
      for (int c = 0; c < tail; c++) to[c] += KAN_NAME(dot)(rows, weight, dz + whole + c, outputs);
    }
  }
}

// MARK: Both

KAN_KERNEL int64_t KAN_NAME(local_scratch)(int64_t rows) {
  // Values, cells and order of a block's inputs, and the padded columns of dZ; no integer is wider than a number.
  return rows * (BLOCK * (WEIGHTS + 2) + KAN_LANES);
}

KAN_INLINE void KAN_NAME(backward_inputs)(const int degree, const int with_base, const KAN_NAME(kan_spline) * spline,
                                          int64_t first, int count, int64_t rows, int64_t outputs, const KAN_REAL *x,
                                          int64_t x_stride, const KAN_REAL *W, const KAN_REAL *dz,
                                          const KAN_REAL *padded_dz, KAN_REAL *dweights, KAN_REAL *dx,
                                          int64_t dx_stride, KAN_REAL *scratch) {
  const int64_t K = spline->functions;
  const int tail = (int)(outputs % KAN_LANES);
  KAN_REAL *values = scratch;                                             // [BLOCK × WEIGHTS × rows]
  int32_t *cells = (int32_t *)(values + BLOCK * WEIGHTS * rows);          // [BLOCK × rows]
  uint16_t *order = (uint16_t *)(values + BLOCK * (WEIGHTS + 1) * rows);  // [BLOCK × rows]
  KAN_REAL slopes[BLOCK * WEIGHTS * CHUNK];
  KAN_REAL padded_w[BLOCK * PADDED_FUNCTIONS * KAN_LANES];
  if (dx && padded_dz) KAN_NAME(pad_columns)(count * K, tail, W + outputs - tail, outputs, padded_w);
  for (int64_t row = 0; row < rows; row += CHUNK) {
    const int part = (int)(rows - row < CHUNK ? rows - row : CHUNK);
    KAN_NAME(evaluate_local)(spline, dx != NULL, first, count, part, x + row * x_stride, x_stride, cells + row,
                             values + row, rows, slopes);
    if (dx)
      KAN_NAME(input_gradient_chunk)(degree, with_base, spline, count, part, outputs, cells + row, rows, slopes, W,
                                     padded_dz ? padded_w : NULL, dz + row * outputs,
                                     padded_dz ? padded_dz + row * KAN_LANES : NULL, dx + row * dx_stride, dx_stride);
  }
  KAN_NAME(weight_gradient_inputs)(degree, with_base, spline, count, rows, outputs, cells, values, order, dz,
                                   padded_dz, dweights);
}

// The degree and whether there is a base function are constants in each case; the compiler unrolls over them.
#define KAN_LOCAL(degree, base)                                                                                       \
  KAN_KERNEL void KAN_NAME(forward_##degree##_##base)(const KAN_NAME(kan_spline) * spline, int64_t first, int count,       \
                                                  int64_t rows, int64_t outputs, int64_t columns, const KAN_REAL *x, int64_t x_stride,  \
                                                  const KAN_REAL *W, KAN_REAL *z) {                                    \
    if (rows < FEW_ROWS)                                                                                               \
      KAN_NAME(forward_few)(degree, base, spline, first, count, rows, outputs, columns, x, x_stride, W, z);                     \
    else                                                                                                               \
      KAN_NAME(forward_inputs)(degree, base, spline, first, count, rows, outputs, columns, x, x_stride, W, z);                  \
  }                                                                                                                    \
  KAN_KERNEL void KAN_NAME(backward_##degree##_##base)(const KAN_NAME(kan_spline) * spline, int64_t first, int count,      \
                                                   int64_t rows, int64_t outputs, const KAN_REAL *x, int64_t x_stride, \
                                                   const KAN_REAL *W, const KAN_REAL *dz, const KAN_REAL *padded_dz,   \
                                                   KAN_REAL *dweights, KAN_REAL *dx, int64_t dx_stride,                \
                                                   KAN_REAL *scratch) {                                                \
    KAN_NAME(backward_inputs)(degree, base, spline, first, count, rows, outputs, x, x_stride, W, dz, padded_dz,        \
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

/// Inputs of a block: as many as have their rows of W in the first-level cache.
KAN_INLINE int KAN_NAME(block_inputs)(const KAN_NAME(kan_spline) * spline, int64_t outputs) {
  const int64_t columns = outputs < 8 * KAN_LANES ? outputs : 8 * KAN_LANES;
  const int64_t fitting = BLOCK_BYTES / (int64_t)(spline->functions * columns * (int64_t)sizeof(KAN_REAL));
  return fitting >= BLOCK ? BLOCK : fitting < 2 ? 2 : (int)fitting;
}

KAN_KERNEL void KAN_NAME(local_forward)(const KAN_NAME(kan_spline) * spline, int64_t rows, int64_t outputs,
                                        int64_t columns, const KAN_REAL *x, int64_t x_stride, const KAN_REAL *weights, KAN_REAL *z) {
  const int64_t inputs = spline->inputs;
  const int block = rows < FEW_ROWS ? CHUNK : KAN_NAME(block_inputs)(spline, columns);
  for (int64_t first = 0; first < inputs; first += block) {
    const int count = (int)(inputs - first < block ? inputs - first : block);
    KAN_BY_DEGREE_AND_BASE(forward, spline, first, count, rows, outputs, columns, x + first, x_stride,
                           weights + first * spline->functions * outputs, z)
  }
}

KAN_KERNEL void KAN_NAME(local_backward)(const KAN_NAME(kan_spline) * spline, int64_t first, int64_t count,
                                         int64_t rows, int64_t outputs, const KAN_REAL *x, int64_t x_stride,
                                         const KAN_REAL *weights, const KAN_REAL *dz, KAN_REAL *dweights, KAN_REAL *dx,
                                         int64_t dx_stride, KAN_REAL *scratch) {
  const int tail = (int)(outputs % KAN_LANES);
  KAN_REAL *padded_dz = NULL;
  if (KAN_NAME(pads)(tail, rows, spline->functions)) {
    padded_dz = scratch + BLOCK * (WEIGHTS + 2) * rows;
    KAN_NAME(pad_columns)(rows, tail, dz + outputs - tail, outputs, padded_dz);
  }
  const int block = dx ? KAN_NAME(block_inputs)(spline, outputs) : BLOCK;
  for (int64_t start = 0; start < count; start += block) {
    const int part = (int)(count - start < block ? count - start : block);
    const int64_t offset = start * spline->functions * outputs;
    KAN_BY_DEGREE_AND_BASE(backward, spline, first + start, part, rows, outputs, x + start, x_stride,
                           weights + offset, dz, padded_dz, dweights + offset, dx ? dx + start : NULL, dx_stride,
                           scratch)
  }
}
#undef KAN_BY_DEGREE_AND_BASE
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
#undef KAN_LOAD
#undef KAN_STORE

// dW += Φᵀ·dZ in the local way.

/// Σ of weight·dZ over `length` rows of a tile, for N rows of dW and M vectors of columns that stay in registers
/// meanwhile. Row r of dW stands at to + r·to_stride, the last one at `last` unless that is null, and has the weights
/// weights[r·spread + row]; `order` lists the rows if they are `ordered`, else they are 0 ..< length.
KAN_INLINE void KAN_NAME(gradient_columns)(const int N, const int M, const int ordered, const uint16_t *order,
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
KAN_INLINE void KAN_NAME(gradient_rows)(const int N, const int ordered, const uint16_t *order, int length,
                                        const KAN_REAL *weights, int64_t spread, const KAN_REAL *dz,
                                        int64_t dz_stride, int64_t columns, KAN_REAL *to, int64_t to_stride, KAN_REAL *last) {
  int64_t column = 0;
#define KAN_COLUMNS(M)                                                                                 \
  for (; columns - column >= (M) * KAN_LANES; column += (M) * KAN_LANES)                               \
  KAN_NAME(gradient_columns)(N, M, ordered, order, length, weights, spread, dz + column, dz_stride,    \
                             to + column, to_stride, last ? last + column : NULL)
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

/// Bit q is set where row q of `count` ≤ WORD is in the cell.
KAN_INLINE uint64_t KAN_NAME(rows_in_cell)(const int32_t *cells, int64_t count, int32_t cell) {
  typedef int32_t integers __attribute__((vector_size(4 * KAN_INTEGERS), aligned(4)));
  typedef _Bool bits __attribute__((ext_vector_type(KAN_INTEGERS)));
  uint64_t word = 0;
  int64_t q = 0;
  for (; q + KAN_INTEGERS <= count; q += KAN_INTEGERS) {
    const bits met = __builtin_convertvector(*(const integers *)(cells + q) == cell, bits);
    word |= (uint64_t)KAN_BITS(met) << q;
  }
  for (; q < count; q++) word |= (uint64_t)(cells[q] == cell) << q;
  return word;
}

/// The rows of a tile in the order of their cells, for all inputs of a block: input i's rows in cell c are
/// order[i·rows + j] for ends[i][c - 1] <= j < ends[i][c]. Up to WRITTEN entries behind `order` are overwritten.
KAN_INLINE void KAN_NAME(sort_by_cell)(int count, int64_t rows, int cell_count, const int32_t *cells, uint16_t *order,
                                       int32_t (*ends)[CELLS + 1]) {
  if (cell_count <= COMPARED_CELLS) {
    // All rows are compared with each cell, and the bits that are set written out WRITTEN at a time, whether there are
    // as many or not: no branch depends on where they are.
    for (int i = 0; i < count; i++) {
      uint16_t *to = order + i * rows;
      for (int cell = 0; cell < cell_count; cell++) {
        for (int64_t first = 0; first < rows; first += WORD) {
          uint64_t word =
              KAN_NAME(rows_in_cell)(cells + i * rows + first, rows - first < WORD ? rows - first : WORD, cell);
          uint16_t *end = to + __builtin_popcountll(word);
          do {
            KAN_UNROLL
            for (int j = 0; j < WRITTEN; j++) {
              to[j] = (uint16_t)(first + (word ? __builtin_ctzll(word) : WORD));
              word &= word - 1;
            }
            to += WRITTEN;
          } while (to < end);
          to = end;
        }
        ends[i][cell] = (int32_t)(to - (order + i * rows));
      }
    }
    return;
  }
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
  KAN_REAL padded[PACKED_FUNCTIONS * KAN_LANES] KAN_ALIGNED;
  const int sorted = cell_count <= CELLS;
  // Where there are registers for it, the base function's row of W is one more row of each cell.
  const int together = with_base && MOST_SUMS > 8 && degree < MAX_ORDER - 1;
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
      KAN_NAME(gradient_rows)(degree + 1 + together, 1, of_cell, length, w, rows, dz, outputs, whole,
                              edge + cell * outputs, outputs, together ? edge + (K - 1) * outputs : NULL);
      if (padded_dz) {
        KAN_NAME(gradient_rows)(degree + 1 + together, 1, of_cell, length, w, rows, padded_dz, KAN_LANES, KAN_LANES,
                                padded + cell * KAN_LANES, KAN_LANES, together ? padded + (K - 1) * KAN_LANES : NULL);
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
      for (int64_t j = 0; j < K - with_base + together; j++)
        for (int c = 0; c < tail; c++) edge[j * outputs + whole + c] += padded[j * KAN_LANES + c];
  }
  if (!with_base) return;
  // The base function meets every row: a dense product, four inputs together.
  KAN_REAL *base = dweights + (K - 1) * outputs;
  const KAN_REAL *w = values + (degree + 1) * rows;
  int i = together ? count : 0;
  for (; i + 4 <= count; i += 4)
    KAN_NAME(gradient_rows)(4, 0, NULL, (int)rows, w + i * WEIGHTS * rows, WEIGHTS * rows, dz, outputs, whole,
                            base + i * edge_stride, edge_stride, NULL);
  for (; i < count; i++)
    KAN_NAME(gradient_rows)(1, 0, NULL, (int)rows, w + i * WEIGHTS * rows, WEIGHTS * rows, dz, outputs, whole,
                            base + i * edge_stride, edge_stride, NULL);
  for (i = padded_dz && together ? count : 0; tail > 0 && i < count; i++) {
    const KAN_REAL *weight = w + i * WEIGHTS * rows;
    KAN_REAL *to = base + i * edge_stride + whole;
    if (padded_dz) {
      for (int c = 0; c < KAN_LANES; c++) padded[c] = 0;
      KAN_NAME(gradient_rows)(1, 0, NULL, (int)rows, weight, 0, padded_dz, KAN_LANES, KAN_LANES, padded, 0, NULL);
      for (int c = 0; c < tail; c++) to[c] += padded[c];
    } else {
      for (int c = 0; c < tail; c++) to[c] += KAN_NAME(dot)(rows, weight, dz + whole + c, outputs);
    }
  }
}

// dX = Σₖ (dZ·Wᵀ)·f′ₖ in the local way: for a row and an input, Σⱼ rateⱼ·(wⱼ₊₁ - wⱼ)·dz and the base function's part. The
// rows of one cell meet the same differences of rows of W, which are formed once and stay in registers.

/// Of `length` rows of one cell: lanes[q·KAN_LANES …] = Σ over M vectors of columns of dZ times the derivative of the
/// edge, its lanes not yet summed up; added to what is there if it `adds`. Row r of W stands at from + r·w_stride, the
/// base function's at `base` if there is one. The last of the rates[r·spread + row] is left out unless rows `fade`.
KAN_INLINE void KAN_NAME(edge_columns)(const int degree, const int with_base, const int fade, const int M,
                                       const int adds, const kan_row *order, int length, const KAN_REAL *rates,
                                       int64_t spread, const KAN_REAL *from, int64_t w_stride, const KAN_REAL *base,
                                       const KAN_REAL *dz, int64_t dz_stride, KAN_REAL *lanes) {
  const int N = degree + fade + with_base;
  KAN_NAME(vector) w[WEIGHTS][4];
  const KAN_REAL *rate[WEIGHTS];
  KAN_UNROLL
  for (int r = 0; r < N; r++) {
    const int of_base = with_base && r == N - 1;
    const KAN_REAL *row = of_base ? base : from + r * w_stride;
    rate[r] = rates + (of_base ? degree + 1 : r) * spread;
    KAN_UNROLL
    for (int m = 0; m < M; m++) {
      w[r][m] = KAN_LOAD(row + m * KAN_LANES);
      if (r < degree) w[r][m] = KAN_LOAD(row + w_stride + m * KAN_LANES) - w[r][m];
    }
  }
  for (int q = 0; q < length; q++) {
    const int64_t row = order[q];
    const KAN_REAL *error = dz + row * dz_stride;
    KAN_NAME(vector) part[4];
    KAN_UNROLL
    for (int r = 0; r < N; r++) {
      const KAN_NAME(vector) weight = rate[r][row] - (KAN_NAME(vector)){0};
      KAN_UNROLL
      for (int m = 0; m < M; m++) part[m] = r == 0 ? weight * w[r][m] : part[m] + weight * w[r][m];
    }
    KAN_NAME(vector) sum = part[0] * KAN_LOAD(error);
    KAN_UNROLL
    for (int m = 1; m < M; m++) sum += part[m] * KAN_LOAD(error + m * KAN_LANES);
    if (adds) sum += KAN_LOAD(lanes + q * KAN_LANES);
    KAN_STORE(lanes + q * KAN_LANES, sum);
  }
}

/// All columns, four vectors together or as many as leave N·M vectors of W, M of products and a weight in registers. Where
/// four leave too few, some of W come from the stack: those loads cost less than twice as many rounds over the rows.
KAN_INLINE void KAN_NAME(edge_rows)(const int degree, const int with_base, const int fade, int adds,
                                    const kan_row *order, int length, const KAN_REAL *rates, int64_t spread,
                                    const KAN_REAL *from, int64_t w_stride, const KAN_REAL *base, const KAN_REAL *dz,
                                    int64_t dz_stride, int64_t columns, KAN_REAL *lanes) {
  const int N = degree + fade + with_base;
  int64_t column = 0;
#define KAN_COLUMNS(M)                                                                                               \
  if (M == 4 || N * M + M + 1 <= REGISTERS)                                                                          \
    for (; columns - column >= (M) * KAN_LANES; column += (M) * KAN_LANES) {                                         \
      if (adds || column > 0)                                                                                        \
        KAN_NAME(edge_columns)(degree, with_base, fade, M, 1, order, length, rates, spread, from + column, w_stride, \
                               base + column, dz + column, dz_stride, lanes);                                        \
      else                                                                                                           \
        KAN_NAME(edge_columns)(degree, with_base, fade, M, 0, order, length, rates, spread, from, w_stride, base,    \
                               dz, dz_stride, lanes);                                                                \
    }
  KAN_COLUMNS(4)
  KAN_COLUMNS(2)
  KAN_COLUMNS(1)
#undef KAN_COLUMNS
}

/// sums[order[q]·BLOCK] = the sum of the lanes at q·KAN_LANES, q < count. Whole groups of vectors are read.
KAN_INLINE void KAN_NAME(write_edge_sums)(int count, const kan_row *order, const KAN_REAL *lanes, KAN_REAL *sums) {
  for (int q = 0; q < count; q += KAN_LANES) {
    KAN_REAL totals[KAN_LANES] KAN_ALIGNED;
    KAN_STORE(totals, KAN_NAME(lane_sums)(lanes + q * KAN_LANES));
    if (count - q < KAN_LANES) {
      for (int i = 0; q + i < count; i++) sums[order[q + i] * BLOCK] = totals[i];
      break;
    }
    KAN_UNROLL
    for (int i = 0; i < KAN_LANES; i++) sums[order[q + i] * BLOCK] = totals[i];
  }
}

/// Rows whose lanes wait to be summed up.
typedef struct {
  int count;
  KAN_REAL lanes[WAITING * KAN_LANES] KAN_ALIGNED;
} KAN_NAME(edges);

/// dX of the `length` rows of one cell of one input, the rows of order behind those that wait; `padded_w`: [K × KAN_LANES]
/// are the columns of W that fill no vector, where dZ's are padded.
KAN_INLINE void KAN_NAME(input_gradient_of_cell)(const int degree, const int with_base, const int fade,
                                                 const KAN_NAME(local_tile) * tile, int64_t cell,
                                                 const kan_row *order, int length, const KAN_REAL *rates,
                                                 const KAN_REAL *edge, const KAN_REAL *padded_w,
                                                 KAN_NAME(edges) * waiting, KAN_REAL *sums) {
  const int64_t K = tile->functions, outputs = tile->outputs, whole = outputs - outputs % KAN_LANES;
  for (int q = 0, part; q < length; q += part) {
    part = length - q < WAITING - waiting->count ? length - q : WAITING - waiting->count;
    KAN_REAL *lanes = waiting->lanes + waiting->count * KAN_LANES;
    KAN_NAME(edge_rows)(degree, with_base, fade, 0, order + q, part, rates, tile->spread, edge + cell * outputs,
                        outputs, edge + (K - 1) * outputs, tile->dz, outputs, whole, lanes);
    if (tile->padded_dz)
      KAN_NAME(edge_rows)(degree, with_base, fade, whole > 0, order + q, part, rates, tile->spread,
                          padded_w + cell * KAN_LANES, KAN_LANES, padded_w + (K - 1) * KAN_LANES, tile->padded_dz,
                          KAN_LANES, KAN_LANES, lanes);
    waiting->count += part;
    if (waiting->count == WAITING) {
      KAN_NAME(write_edge_sums)(WAITING, order + q + part - WAITING, waiting->lanes, sums);
      waiting->count = 0;
    }
  }
}

/// sums[q·BLOCK] += dX of one input by the columns that fill no vector, one by one: the vector runs over rows, and gathers.
KAN_INLINE void KAN_NAME(input_gradient_of_tail)(const int degree, const int with_base,
                                                 const KAN_NAME(local_tile) * tile, const int32_t *cells,
                                                 const KAN_REAL *rates, const KAN_REAL *edge, KAN_REAL *sums) {
  const int64_t outputs = tile->outputs, spread = tile->spread;
  for (int64_t start = 0; start < tile->rows; start += CHUNK) {
    const int part = tile->rows - start < CHUNK ? (int)(tile->rows - start) : CHUNK;
    KAN_REAL totals[CHUNK] = {0};
    for (int64_t c = outputs - outputs % KAN_LANES; c < outputs; c++) {
      const KAN_REAL *error = tile->columns_dz + (c - (outputs - outputs % KAN_LANES)) * spread + start;
      const KAN_REAL base = edge[(tile->functions - 1) * outputs + c];
      const KAN_REAL *w = rates + start;
      const int32_t *cell = cells + start;
      KAN_VECTORIZE
      for (int q = 0; q < part; q++) {
        KAN_REAL sum = with_base ? w[(degree + 1) * spread + q] * base : 0;
        const KAN_REAL *from = edge + cell[q] * outputs + c;
        KAN_UNROLL
        for (int r = 0; r < degree; r++) sum += w[r * spread + q] * (from[(r + 1) * outputs] - from[r * outputs]);
        sum += w[degree * spread + q] * from[degree * outputs];
        totals[q] += sum * error[q];
      }
    }
    for (int q = 0; q < part; q++) sums[(start + q) * BLOCK] += totals[q];
  }
}

// Spline functions of a tile. At any x only k+1 of the G+k functions are not zero: functions cell ..< cell + k + 1,
// with `cell` the interval of the grid that holds x, 0 ..< G. Everything below passes around just that.
//
// Recursion of Cox and de Boor in the form of Piegl and Tiller, The NURBS Book, A2.2: within a non-empty interval
// every denominator is at least the interval's width, so repeated knots never give 0/0.

/// The k+1 functions of one point, by de Boor's recursion on the span [knots[span], knots[span + 1]).
KAN_INLINE void KAN_NAME(de_boor)(const KAN_REAL *knots, int span, int degree, KAN_REAL x, KAN_REAL *values,
                                  KAN_REAL *derivatives) {
  KAN_REAL left[MAX_ORDER], right[MAX_ORDER];
  values[0] = 1;
  for (int j = 1; j <= degree; j++) {
    left[j] = x - knots[span + 1 - j];
    right[j] = knots[span + j] - x;
    KAN_REAL saved = 0, previous = 0;
    for (int r = 0; r < j; r++) {
      KAN_REAL part = values[r] / (right[r + 1] + left[j - r]);
      values[r] = saved + right[r + 1] * part;
      saved = left[j - r] * part;
      if (j == degree) {
        // B′ᵢ = k·(Bᵢ,ₖ₋₁/(tᵢ₊ₖ - tᵢ) - Bᵢ₊₁,ₖ₋₁/(tᵢ₊ₖ₊₁ - tᵢ₊₁)); `part` is just that quotient.
        derivatives[r] = degree * (previous - part);
        previous = part;
      }
    }
    values[j] = saved;
    if (j == degree) derivatives[j] = degree * previous;
  }
}

/// The last non-empty interval that starts at or before x, within the given range of knots: the right end is closed.
KAN_INLINE int KAN_NAME(find_span)(const KAN_REAL *knots, int first, int last, KAN_REAL x) {
  int low = first, high = last;  // knots[low] <= x < knots[high], where x is inside
  while (high - low > 1) {
    int middle = (low + high) / 2;
    if (x < knots[middle]) high = middle;
    else low = middle;
  }
  while (low > first && !(knots[low] < knots[low + 1])) low--;
  return low;
}

/// One point of one input, on any grid and wherever it lies.
static void KAN_NAME(point)(const KAN_NAME(kan_spline) * spline, int64_t input, KAN_REAL x, int *cell,
                            KAN_REAL *values, KAN_REAL *derivatives) {
  const int k = spline->degree, G = spline->intervals;
  const KAN_REAL *knots = spline->knots + input * (G + 2 * k + 1);
  const KAN_REAL a = spline->lower[input], b = spline->upper[input];
  const int below = x < a, above = x > b;
  if (!below && !above) {
    int span = KAN_NAME(find_span)(knots, k, k + G, x);
    KAN_NAME(de_boor)(knots, span, k, x, values, derivatives);
    *cell = span - k;
    return;
  }
  if (spline->outside == KAN_OUTSIDE_BASE) {
    for (int r = 0; r <= k; r++) values[r] = derivatives[r] = 0;
    *cell = below ? 0 : G - 1;
    if (!(x >= knots[0] && x <= knots[G + 2 * k])) return;
    // The functions fade out over the outer knots: those beyond the first or last of the layer's are dropped.
    const int first = below ? 0 : k + G, last = below ? k : 2 * k + G;
    int span = KAN_NAME(find_span)(knots, first, last, x);
    if (!(knots[span] < knots[span + 1])) return;
    KAN_REAL all[MAX_ORDER], slopes[MAX_ORDER];
    // De Boor's recursion on a span needs k knots to its left and right; past the outermost knot, evenly spaced ones
    // stand in, and only functions that do not reach them are kept.
    KAN_REAL local[2 * MAX_ORDER];
    for (int j = 0; j < 2 * k; j++) {
      int at = span + 1 - k + j;
      KAN_REAL low = knots[0] - (knots[1] - knots[0] + (b - a)) * (KAN_REAL)(-at);
      KAN_REAL high = knots[G + 2 * k] + (b - a) * (KAN_REAL)(at - G - 2 * k);
      local[j] = at < 0 ? low : at > G + 2 * k ? high : knots[at];
    }
    KAN_NAME(de_boor)(local, k - 1, k, x, all, slopes);
    for (int r = 0; r <= k; r++) {
      int function = span - k + r;
      int slot = function - *cell;
      if (function >= 0 && function < G + k && slot >= 0 && slot <= k) {
        values[slot] = all[r];
        derivatives[slot] = slopes[r];
      }
    }
    return;
  }
  const KAN_REAL end = below ? a : b;
  int span = KAN_NAME(find_span)(knots, k, k + G, end);
  KAN_NAME(de_boor)(knots, span, k, end, values, derivatives);
  *cell = span - k;
  for (int r = 0; r <= k; r++) {
    if (spline->outside == KAN_OUTSIDE_LINEAR) values[r] += (x - end) * derivatives[r];
    else derivatives[r] = 0;
  }
}

/// A block of `count` ≤ BLOCK inputs of one row: cells, values [k+1][BLOCK] and, if asked for, derivatives.
KAN_INLINE void KAN_NAME(block)(const KAN_NAME(kan_spline) * spline, const int degree, const int with_derivatives,
                                int64_t first, int count, const KAN_REAL *x, int32_t *cells,
                                KAN_REAL values[MAX_ORDER][BLOCK], KAN_REAL derivatives[MAX_ORDER][BLOCK]) {
  int irregular = !spline->uniform;
  if (spline->uniform) {
    const KAN_REAL *lower = spline->lower + first, *upper = spline->upper + first;
    const KAN_REAL *inverse_step = spline->inverse_step + first;
    const KAN_REAL last = (KAN_REAL)(spline->intervals - 1);
    int outside = 0;
    for (int i = 0; i < count; i++) {
      KAN_REAL u = (x[i] - lower[i]) * inverse_step[i];
      KAN_REAL held = u > 0 ? u : 0;
      held = held < last ? held : last;
      int32_t cell = (int32_t)held;
      cells[i] = cell;
      KAN_REAL t = u - (KAN_REAL)cell;
      // Rounding may carry an inside point a little past the ends.
      outside |= (x[i] < lower[i]) | (x[i] > upper[i]);
      // On a uniform grid the recursion's denominators are 1, 2, …, k.
      KAN_REAL v[MAX_ORDER];
      v[0] = 1;
      for (int j = 1; j <= degree; j++) {
        KAN_REAL saved = 0;
        const KAN_REAL inverse = (KAN_REAL)1 / (KAN_REAL)j;
        if (with_derivatives && j == degree) {
          derivatives[0][i] = -v[0] * inverse_step[i];
          for (int r = 1; r < degree; r++) derivatives[r][i] = (v[r - 1] - v[r]) * inverse_step[i];
          derivatives[degree][i] = v[degree - 1] * inverse_step[i];
        }
        for (int r = 0; r < j; r++) {
          KAN_REAL part = v[r] * inverse;
          v[r] = saved + ((KAN_REAL)(r + 1) - t) * part;
          saved = (t + (KAN_REAL)(j - r - 1)) * part;
        }
        v[j] = saved;
      }
      for (int r = 0; r <= degree; r++) values[r][i] = v[r];
    }
    irregular = outside;
  }
  if (irregular) {
    for (int i = 0; i < count; i++) {
      if (spline->uniform && !(x[i] < spline->lower[first + i]) && !(x[i] > spline->upper[first + i])) continue;
      int cell;
      KAN_REAL v[MAX_ORDER], d[MAX_ORDER];
      KAN_NAME(point)(spline, first + i, x[i], &cell, v, d);
      cells[i] = cell;
      for (int r = 0; r <= degree; r++) values[r][i] = v[r];
      if (with_derivatives)
        for (int r = 0; r <= degree; r++) derivatives[r][i] = d[r];
    }
  }
}

KAN_INLINE void KAN_NAME(base_values)(int base, int count, const KAN_REAL *x, KAN_REAL *y) {
  if (base == KAN_BASE_SILU)
    for (int i = 0; i < count; i++) y[i] = x[i] * KAN_NAME(sigmoid)(x[i]);
  else
    for (int i = 0; i < count; i++) y[i] = x[i];
}

KAN_INLINE void KAN_NAME(base_derivatives)(int base, int count, const KAN_REAL *x, KAN_REAL *y) {
  if (base == KAN_BASE_SILU)
    for (int i = 0; i < count; i++) {
      KAN_REAL s = KAN_NAME(sigmoid)(x[i]);
      y[i] = s * (1 + x[i] * (1 - s));
    }
  else
    for (int i = 0; i < count; i++) y[i] = 1;
}

/// Writes Φ or Φ′ of a tile: zeros, the k+1 functions in their places, the base function last.
KAN_INLINE void KAN_NAME(write_tile)(const KAN_NAME(kan_spline) * spline, const int degree, const int derivative,
                                     int64_t first, int64_t count, int64_t rows, const KAN_REAL *x,
                                     int64_t x_stride, KAN_REAL *out, int64_t out_stride) {
  const int64_t K = spline->functions;
  const int base = spline->base;
  int32_t cells[BLOCK];
  KAN_REAL values[MAX_ORDER][BLOCK], slopes[MAX_ORDER][BLOCK], bases[BLOCK];
  for (int64_t row = 0; row < rows; row++) {
    for (int64_t start = 0; start < count; start += BLOCK) {
      const int n = (int)(count - start < BLOCK ? count - start : BLOCK);
      const KAN_REAL *from = x + row * x_stride + start;
      KAN_REAL *to = out + row * out_stride + start * K;
      KAN_NAME(block)(spline, degree, derivative, first + start, n, from, cells, values, slopes);
      if (base != KAN_BASE_NONE) {
        if (derivative) KAN_NAME(base_derivatives)(base, n, from, bases);
        else KAN_NAME(base_values)(base, n, from, bases);
      }
      for (int64_t j = 0; j < n * K; j++) to[j] = 0;
      for (int i = 0; i < n; i++) {
        KAN_REAL *edge = to + i * K;
        for (int r = 0; r <= degree; r++) edge[cells[i] + r] = derivative ? slopes[r][i] : values[r][i];
        if (base != KAN_BASE_NONE) edge[K - 1] = bases[i];
      }
    }
  }
}

KAN_INLINE void KAN_NAME(pull_back_tile)(const KAN_NAME(kan_spline) * spline, const int degree, int64_t first,
                                         int64_t count, int64_t rows, const KAN_REAL *x, int64_t x_stride,
                                         const KAN_REAL *dvalues, int64_t dvalues_stride, KAN_REAL *dx,
                                         int64_t dx_stride) {
  const int64_t K = spline->functions;
  const int base = spline->base;
  int32_t cells[BLOCK];
  KAN_REAL values[MAX_ORDER][BLOCK], slopes[MAX_ORDER][BLOCK], bases[BLOCK];
  for (int64_t row = 0; row < rows; row++) {
    for (int64_t start = 0; start < count; start += BLOCK) {
      const int n = (int)(count - start < BLOCK ? count - start : BLOCK);
      const KAN_REAL *from = x + row * x_stride + start;
      const KAN_REAL *dv = dvalues + row * dvalues_stride + start * K;
      KAN_REAL *to = dx + row * dx_stride + start;
      KAN_NAME(block)(spline, degree, 1, first + start, n, from, cells, values, slopes);
      if (base != KAN_BASE_NONE) KAN_NAME(base_derivatives)(base, n, from, bases);
      for (int i = 0; i < n; i++) {
        const KAN_REAL *edge = dv + i * K;
        KAN_REAL sum = base != KAN_BASE_NONE ? edge[K - 1] * bases[i] : 0;
        for (int r = 0; r <= degree; r++) sum += edge[cells[i] + r] * slopes[r][i];
        to[i] = sum;
      }
    }
  }
}

// The degree is a constant in each case, so that the loops over it unroll.
#define KAN_BY_DEGREE(call)  \
  switch (spline->degree) {  \
    case 1: call(1); break;  \
    case 2: call(2); break;  \
    case 3: call(3); break;  \
    case 4: call(4); break;  \
    case 5: call(5); break;  \
    default: break;          \
  }

KAN_CLONES void KAN_NAME(kan_spline_values)(const KAN_NAME(kan_spline) * spline, int64_t first, int64_t count,
                                            int64_t rows, const KAN_REAL *x, int64_t x_stride, KAN_REAL *values,
                                            int64_t values_stride) {
#define KAN_CALL(degree) \
  KAN_NAME(write_tile)(spline, degree, 0, first, count, rows, x, x_stride, values, values_stride)
  KAN_BY_DEGREE(KAN_CALL)
#undef KAN_CALL
}

KAN_CLONES void KAN_NAME(kan_spline_derivatives)(const KAN_NAME(kan_spline) * spline, int64_t first, int64_t count,
                                                 int64_t rows, const KAN_REAL *x, int64_t x_stride,
                                                 KAN_REAL *derivatives, int64_t derivatives_stride) {
#define KAN_CALL(degree) \
  KAN_NAME(write_tile)(spline, degree, 1, first, count, rows, x, x_stride, derivatives, derivatives_stride)
  KAN_BY_DEGREE(KAN_CALL)
#undef KAN_CALL
}

KAN_CLONES void KAN_NAME(kan_spline_pull_back)(const KAN_NAME(kan_spline) * spline, int64_t first, int64_t count,
                                               int64_t rows, const KAN_REAL *x, int64_t x_stride,
                                               const KAN_REAL *dvalues, int64_t dvalues_stride, KAN_REAL *dx,
                                               int64_t dx_stride) {
#define KAN_CALL(degree)                                                                                        \
  KAN_NAME(pull_back_tile)(spline, degree, first, count, rows, x, x_stride, dvalues, dvalues_stride, dx, dx_stride)
  KAN_BY_DEGREE(KAN_CALL)
#undef KAN_CALL
}
#undef KAN_BY_DEGREE

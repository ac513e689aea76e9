// Spline functions of a tile. At any x only k+1 of the G+k functions are not zero: functions cell ..< cell + k + 1,
// with `cell` the interval of the grid that holds x, 0 ..< G. Everything below passes around just that.
//
// Recursion of Cox and de Boor in the form of Piegl and Tiller, The NURBS Book, A2.2: within a non-empty interval
// every denominator is at least the interval's width, so repeated knots never give 0/0.
//
// Derivatives are passed as k rates of change from one function to the next, of which a curve Σ wᵢBᵢ has the derivative
// Σⱼ rateⱼ·(wⱼ₊₁ - wⱼ), rateⱼ = k·Bⱼ₊₁,ₖ₋₁/(tⱼ₊ₖ₊₁ - tⱼ₊₁): one product less than by the functions' own derivatives,
// B′ⱼ = rateⱼ₋₁ - rateⱼ. Where functions fade out, some are missing, and their derivatives sum to something; that is
// row k of the rates, and a factor of w_k.

/// The k+1 functions of one point, by de Boor's recursion on the span [knots[span], knots[span + 1]).
KAN_INLINE void KAN_NAME(de_boor)(const KAN_REAL *knots, int span, const int degree, KAN_REAL x, KAN_REAL *values,
                                  KAN_REAL *rates) {
  KAN_REAL left[MAX_ORDER], right[MAX_ORDER];
  values[0] = 1;
  KAN_UNROLL
  for (int j = 1; j <= degree; j++) {
    left[j] = x - knots[span + 1 - j];
    right[j] = knots[span + j] - x;
    KAN_REAL saved = 0;
    KAN_UNROLL
    for (int r = 0; r < j; r++) {
      KAN_REAL part = values[r] / (right[r + 1] + left[j - r]);
      values[r] = saved + right[r + 1] * part;
      saved = left[j - r] * part;
      if (j == degree) rates[r] = degree * part;
    }
    values[j] = saved;
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

// Functions at up to CHUNK points, as rows of as many numbers, one function after another: values[r][point] is function
// cell + r, and row k+1 the base function. Points stand one after another, so that a vector runs over points; they are
// those of one input in several rows, or of neighbouring inputs in one row (`across`).

/// The k+1 functions at t, 0 ≤ t ≤ 1, of the way through an interval among equally wide ones of width 1/scale.
KAN_INLINE void KAN_NAME(even_functions)(const int degree, KAN_REAL t, KAN_REAL scale, KAN_REAL *v, KAN_REAL *rates) {
  if (degree == 3) {
    // The recursion multiplied out, with half of its operations: t³/6 and 2/3 - t² + t³/2, and the same for 1 - t.
    const KAN_REAL s = 1 - t, t2 = t * t, s2 = s * s;
    const KAN_REAL two_thirds = (KAN_REAL)2 / 3, half = (KAN_REAL)0.5;
    v[0] = s2 * (s * ((KAN_REAL)1 / 6));
    v[1] = (half * t - 1) * t2 + two_thirds;
    v[2] = (half * s - 1) * s2 + two_thirds;
    v[3] = t2 * (t * ((KAN_REAL)1 / 6));
    const KAN_REAL half_scale = half * scale;
    rates[0] = half_scale * s2;
    rates[1] = half_scale + scale * (s * t);
    rates[2] = half_scale * t2;
    return;
  }
  v[0] = 1;
  KAN_UNROLL
  for (int j = 1; j <= degree; j++) {
    const KAN_REAL inverse = (KAN_REAL)1 / (KAN_REAL)j;
    KAN_REAL saved = 0;
    KAN_UNROLL
    for (int r = 0; r < j; r++) {
      if (j == degree) rates[r] = v[r] * scale;
      KAN_REAL part = v[r] * inverse;
      v[r] = saved + ((KAN_REAL)(r + 1) - t) * part;
      saved = (t + (KAN_REAL)(j - r - 1)) * part;
    }
    v[j] = saved;
  }
}

/// The derivative of function r of k+1 that are all there, from their rates, `stride` apart.
KAN_INLINE KAN_REAL KAN_NAME(slope_of)(const int degree, int r, const KAN_REAL *rates, const int stride) {
  return (r > 0 ? rates[(r - 1) * stride] : 0) - (r < degree ? rates[r * stride] : 0);
}

/// Adds `beyond` times the functions' derivatives at the end of the grid; it is 0 inside.
KAN_INLINE void KAN_NAME(even_continuation)(const int degree, KAN_REAL beyond, KAN_REAL scale, KAN_REAL *v,
                                            const KAN_REAL *rates) {
  if (degree == 3) {
    // ∓1/2 of the first and third function at the lower end, of the second and fourth at the upper one.
    const KAN_REAL half = (KAN_REAL)0.5 * scale * beyond, below = half < 0 ? half : 0, above = half > 0 ? half : 0;
    v[0] -= below;
    v[1] -= above;
    v[2] += below;
    v[3] += above;
    return;
  }
  KAN_UNROLL
  for (int r = 0; r <= degree; r++) v[r] += beyond * KAN_NAME(slope_of)(degree, r, rates, 1);
}

/// Piecewise polynomials on equally wide intervals, where the recursion's denominators are 1, 2, …, k; `outside` is
/// INSIDE where no point lies outside.
KAN_INLINE void KAN_NAME(evaluate_uniform)(const KAN_NAME(kan_spline) * spline, const int degree, const int derivative,
                                           const int outside, const int across, int64_t input, int count,
                                           const KAN_REAL *restrict x, int32_t *restrict cells,
                                           KAN_REAL *restrict values, int64_t stride, KAN_REAL *restrict rates) {
  const KAN_REAL *lower = spline->lower + input, *upper = spline->upper + input;
  const KAN_REAL *inverse_step = spline->inverse_step + input;
  const KAN_REAL last = (KAN_REAL)(spline->intervals - 1);
  KAN_VECTORIZE
  for (int i = 0; i < count; i++) {
    const KAN_REAL a = lower[across ? i : 0], b = upper[across ? i : 0], scale = inverse_step[across ? i : 0];
    KAN_REAL held = x[i];
    if (outside != INSIDE) held = held < a ? a : held > b ? b : held;
    const KAN_REAL u = (held - a) * scale;
    KAN_REAL interval = u > 0 ? u : 0;  // NaN is put into the first one
    interval = interval < last ? interval : last;
    const int32_t cell = (int32_t)interval;
    const KAN_REAL t = u - (KAN_REAL)cell;
    KAN_REAL v[MAX_ORDER], rate[MAX_ORDER];
    KAN_NAME(even_functions)(degree, t, scale, v, rate);
    if (outside == KAN_OUTSIDE_LINEAR) KAN_NAME(even_continuation)(degree, x[i] - held, scale, v, rate);
    cells[i] = cell;
    KAN_UNROLL
    for (int r = 0; r <= degree; r++) {
      values[r * stride + i] = v[r];
      if (derivative)
        rates[r * stride + i] =
            r == degree || (outside == KAN_OUTSIDE_CLAMP && (x[i] < a || x[i] > b)) ? 0 : rate[r];
    }
  }
}

/// Points on any grid, by de Boor's recursion on knots that are gathered.
KAN_INLINE void KAN_NAME(evaluate_uneven)(const KAN_NAME(kan_spline) * spline, const int degree, const int derivative,
                                          const int outside, const int across, int64_t input, int count,
                                          const KAN_REAL *restrict x, int32_t *restrict cells,
                                          KAN_REAL *restrict values, int64_t stride, KAN_REAL *restrict rates) {
  const int G = spline->intervals;
  const int64_t knot_stride = across ? G + 2 * degree + 1 : 0;
  const KAN_REAL *knots = spline->knots + input * (G + 2 * degree + 1);
  const KAN_REAL *lower = spline->lower + input, *upper = spline->upper + input;
  KAN_REAL inside[CHUNK];
  KAN_VECTORIZE
  for (int i = 0; i < count; i++) {
    const KAN_REAL a = lower[across ? i : 0], b = upper[across ? i : 0];
    KAN_REAL held = x[i] < a ? a : x[i];
    inside[i] = held > b ? b : held;
    cells[i] = 0;
  }
  if (G <= COUNTED_INTERVALS) {
    // A cell is how many inner knots are not above x; those at b are left out, since the right end is closed.
    for (int j = 1; j < G; j++) {
      const KAN_REAL *knot = knots + degree + j;
      if (!across && !(*knot < *upper)) break;
      KAN_VECTORIZE
      for (int i = 0; i < count; i++) {
        const KAN_REAL at = knot[i * knot_stride];
        cells[i] += (inside[i] >= at) & (at < upper[across ? i : 0]);
      }
    }
  } else {
    for (int i = 0; i < count; i++)
      cells[i] = KAN_NAME(find_span)(knots + i * knot_stride, degree, degree + G, inside[i]) - degree;
  }
  KAN_VECTORIZE
  for (int i = 0; i < count; i++) {
    const KAN_REAL a = lower[across ? i : 0], b = upper[across ? i : 0];
    KAN_REAL v[MAX_ORDER], rate[MAX_ORDER];
    KAN_NAME(de_boor)(knots + i * knot_stride, cells[i] + degree, degree, inside[i], v, rate);
    KAN_UNROLL
    for (int r = 0; r <= degree; r++) {
      const KAN_REAL beyond = outside == KAN_OUTSIDE_LINEAR ? x[i] - inside[i] : 0;
      values[r * stride + i] =
          outside == KAN_OUTSIDE_LINEAR ? v[r] + beyond * KAN_NAME(slope_of)(degree, r, rate, 1) : v[r];
      if (derivative)
        rates[r * stride + i] =
            r == degree || (outside == KAN_OUTSIDE_CLAMP && (x[i] < a || x[i] > b)) ? 0 : rate[r];
    }
  }
}

/// True unless every point lies within its input's grid; NaN counts as within.
KAN_INLINE int KAN_NAME(any_outside)(const KAN_NAME(kan_spline) * spline, const int across, int64_t input, int count,
                                     const KAN_REAL *x) {
  const KAN_REAL *lower = spline->lower + input, *upper = spline->upper + input;
  __typeof__((KAN_NAME(vector)){0} < (KAN_NAME(vector)){0}) beyond = {0};
  int i = 0;
  for (; i + KAN_LANES <= count; i += KAN_LANES) {
    const KAN_NAME(vector) a = across ? KAN_LOAD(lower + i) : *lower - (KAN_NAME(vector)){0};
    const KAN_NAME(vector) b = across ? KAN_LOAD(upper + i) : *upper - (KAN_NAME(vector)){0};
    beyond |= (KAN_LOAD(x + i) < a) | (KAN_LOAD(x + i) > b);
  }
  int outside = __builtin_reduce_or(beyond) != 0;
  for (; i < count; i++) outside |= x[i] < lower[across ? i : 0] || x[i] > upper[across ? i : 0];
  return outside;
}

/// to = from where a point lies outside of its grid.
KAN_INLINE void KAN_NAME(put_outside)(const int across, const KAN_REAL *lower, const KAN_REAL *upper, int count,
                                      const KAN_REAL *restrict x, const KAN_REAL *restrict from,
                                      KAN_REAL *restrict to) {
  KAN_VECTORIZE
  for (int i = 0; i < count; i++) {
    const int outside = (x[i] < lower[across ? i : 0]) | (x[i] > upper[across ? i : 0]);
    const KAN_REAL beyond = from[i], within = to[i];
    to[i] = outside ? beyond : within;
  }
}

/// The points outside of their grid once more, where functions fade out over the outer knots: those beyond the first
/// or last of the layer's are dropped. Every point is evaluated, and those within keep what they have.
KAN_INLINE void KAN_NAME(evaluate_fading)(const KAN_NAME(kan_spline) * spline, const int degree, const int derivative,
                                          const int across, int64_t input, int count, const KAN_REAL *restrict x,
                                          int32_t *restrict cells, KAN_REAL *restrict values, int64_t stride,
                                          KAN_REAL *restrict rates) {
  const int G = spline->intervals, last = G + 2 * degree;
  const int64_t knot_stride = across ? last + 1 : 0;
  const KAN_REAL *all_knots = spline->knots + input * (last + 1);
  const KAN_REAL *lower = spline->lower + input, *upper = spline->upper + input;
  KAN_REAL faded[MAX_ORDER * CHUNK], fading[MAX_ORDER * CHUNK];  // functions and rates, as if every point lay outside
  KAN_VECTORIZE
  for (int i = 0; i < count; i++) {
    const KAN_REAL *knots = all_knots + i * knot_stride;
    const KAN_REAL a = lower[across ? i : 0], b = upper[across ? i : 0];
    const int below = x[i] < a, outside = below | (x[i] > b);
    const int first = below ? 0 : degree + G;
    int span = first;
    KAN_UNROLL
    for (int j = 1; j < degree; j++) span += x[i] >= knots[first + j];
    const int meets = (x[i] >= knots[0]) & (x[i] <= knots[last]) & (knots[span] < knots[span + 1]);
    // De Boor's recursion on a span needs k knots to its left and right; past the outermost knot, evenly spaced ones
    // stand in, and only functions that do not reach them are kept.
    KAN_REAL near[2 * MAX_ORDER];
    KAN_UNROLL
    for (int j = 0; j < 2 * degree; j++) {
      const int at = span + 1 - degree + j;
      const KAN_REAL knot = knots[at < 0 ? 0 : at > last ? last : at];
      const KAN_REAL low = knots[0] - (knots[1] - knots[0] + (b - a)) * (KAN_REAL)(-at);
      const KAN_REAL high = knots[last] + (b - a) * (KAN_REAL)(at - last);
      near[j] = at < 0 ? low : at > last ? high : knot;
    }
    KAN_REAL v[MAX_ORDER], rate[MAX_ORDER];
    KAN_NAME(de_boor)(near, degree - 1, degree, x[i], v, rate);
    const int cell = below ? 0 : G - 1;
    const int shift = span - degree - cell;  // v[r] is function cell + shift + r
    // The rate before the first function that is kept: the derivatives of those sum to that less than without them.
    KAN_REAL dropped = 0;
    rate[degree] = 0;
    KAN_UNROLL
    for (int r = 0; r < degree; r++) dropped = (meets & (-shift - 1 == r)) ? rate[r] : dropped;
    KAN_UNROLL
    for (int slot = 0; slot <= degree; slot++) {
      KAN_REAL value = 0, kept = 0;
      KAN_UNROLL
      for (int r = 0; r <= degree; r++) {
        value = (meets & (slot - shift == r)) ? v[r] : value;
        kept = (meets & (slot - shift == r)) ? rate[r] : kept;
      }
      faded[slot * CHUNK + i] = value;
      fading[slot * CHUNK + i] = slot < degree ? kept - dropped : dropped - kept;
    }
    cells[i] = outside ? cell : cells[i];
  }
  for (int slot = 0; slot <= degree; slot++) {
    KAN_NAME(put_outside)(across, lower, upper, count, x, faded + slot * CHUNK, values + slot * stride);
    if (derivative)
      KAN_NAME(put_outside)(across, lower, upper, count, x, fading + slot * CHUNK, rates + slot * stride);
  }
}

/// SiLU at one point, and its derivative.
KAN_INLINE void KAN_NAME(silu_point)(const int derivative, KAN_REAL x, KAN_REAL *value, KAN_REAL *rate) {
  const KAN_REAL s = KAN_NAME(silu_sigmoid)(x);
  if (derivative) *rate = KAN_NAME(silu_slope_of)(x, s);
  *value = KAN_NAME(silu_value)(x, s);
}

KAN_INLINE void KAN_NAME(evaluate_base)(const int base, const int derivative, int count, const KAN_REAL *restrict x,
                                        KAN_REAL *restrict values, KAN_REAL *restrict rates) {
  if (base == KAN_BASE_SILU) {
    // One long chain of operations: two vectors at a time do not wait as long.
    const int pairs = count / (2 * KAN_LANES) * (2 * KAN_LANES);
    KAN_VECTORIZE_PAIRS
    for (int i = 0; i < pairs; i++) KAN_NAME(silu_point)(derivative, x[i], values + i, rates + i);
    KAN_VECTORIZE
    for (int i = pairs; i < count; i++) KAN_NAME(silu_point)(derivative, x[i], values + i, rates + i);
  } else {
    for (int i = 0; i < count; i++) values[i] = x[i];
    for (int i = 0; derivative && i < count; i++) rates[i] = 1;
  }
}

/// The spline functions of one input, or across inputs.
KAN_INLINE void KAN_NAME(evaluate_functions)(const KAN_NAME(kan_spline) * spline, const int degree,
                                             const int derivative, const int across, int64_t input, int count,
                                             const KAN_REAL *x, int32_t *cells, KAN_REAL *values, int64_t stride,
                                             KAN_REAL *rates) {
  // Clamped first where functions fade out, and those outside once more.
  const int linear = spline->outside == KAN_OUTSIDE_LINEAR;
  const int beyond = KAN_NAME(any_outside)(spline, across, input, count, x);
  if (spline->uniform && !beyond)
    KAN_NAME(evaluate_uniform)(spline, degree, derivative, INSIDE, across, input, count, x, cells, values, stride,
                               rates);
  else if (spline->uniform && linear)
    KAN_NAME(evaluate_uniform)(spline, degree, derivative, KAN_OUTSIDE_LINEAR, across, input, count, x, cells, values,
                               stride, rates);
  else if (spline->uniform)
    KAN_NAME(evaluate_uniform)(spline, degree, derivative, KAN_OUTSIDE_CLAMP, across, input, count, x, cells, values,
                               stride, rates);
  else if (linear)
    KAN_NAME(evaluate_uneven)(spline, degree, derivative, KAN_OUTSIDE_LINEAR, across, input, count, x, cells, values,
                              stride, rates);
  else
    KAN_NAME(evaluate_uneven)(spline, degree, derivative, KAN_OUTSIDE_CLAMP, across, input, count, x, cells, values,
                              stride, rates);
  if (spline->outside == KAN_OUTSIDE_BASE && beyond)
    KAN_NAME(evaluate_fading)(spline, degree, derivative, across, input, count, x, cells, values, stride, rates);
}

/// Cells, values and rates of `inputs` one after another, each [k+2][stride] of at most CHUNK points, or across inputs of
/// one row; the last rate is the base function's derivative.
KAN_INLINE void KAN_NAME(evaluate)(const KAN_NAME(kan_spline) * spline, const int degree, const int derivative,
                                   const int across, int64_t input, int inputs, int count, const KAN_REAL *x,
                                   int32_t *cells, KAN_REAL *values, int64_t stride, KAN_REAL *rates) {
  for (int i = 0; i < inputs; i++)
    KAN_NAME(evaluate_functions)(spline, degree, derivative, across, input + i, count, x + i * CHUNK,
                                 cells + i * stride, values + i * WEIGHTS * stride, stride,
                                 derivative ? rates + i * WEIGHTS * stride : rates);
  for (int i = 0; i < inputs && spline->base != KAN_BASE_NONE; i++) {
    const int64_t base = (i * WEIGHTS + degree + 1) * stride;
    KAN_NAME(evaluate_base)(spline->base, derivative, count, x + i * CHUNK, values + base,
                            derivative ? rates + base : rates);
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

#define KAN_EVALUATE(degree)                                                                                           \
  KAN_KERNEL void KAN_NAME(evaluate_##degree)(const KAN_NAME(kan_spline) * spline, int derivative, int across,         \
                                              int64_t input, int inputs, int count, const KAN_REAL *x, int32_t *cells, \
                                              KAN_REAL *values, int64_t stride, KAN_REAL *rates) {                     \
    if (derivative && across)                                                                                          \
      KAN_NAME(evaluate)(spline, degree, 1, 1, input, 1, count, x, cells, values, stride, rates);                      \
    else if (derivative)                                                                                               \
      KAN_NAME(evaluate)(spline, degree, 1, 0, input, inputs, count, x, cells, values, stride, rates);                 \
    else if (across)                                                                                                   \
      KAN_NAME(evaluate)(spline, degree, 0, 1, input, 1, count, x, cells, values, stride, rates);                      \
    else                                                                                                               \
      KAN_NAME(evaluate)(spline, degree, 0, 0, input, inputs, count, x, cells, values, stride, rates);                 \
  }
KAN_EVALUATE(1)
KAN_EVALUATE(2)
KAN_EVALUATE(3)
KAN_EVALUATE(4)
KAN_EVALUATE(5)
#undef KAN_EVALUATE

/// The points' functions: values, and rates of change if `derivative`.
KAN_INLINE void KAN_NAME(evaluate_chunk)(const KAN_NAME(kan_spline) * spline, int derivative, int across, int64_t input,
                                         int inputs, int count, const KAN_REAL *x, int32_t *cells, KAN_REAL *values,
                                         int64_t stride, KAN_REAL *rates) {
#define KAN_CALL(degree) \
  KAN_NAME(evaluate_##degree)(spline, derivative, across, input, inputs, count, x, cells, values, stride, rates)
  KAN_BY_DEGREE(KAN_CALL)
#undef KAN_CALL
}

// Tiles of Φ

/// The same where some may be missing, or of the base function, r = k+1; rates stand CHUNK apart.
KAN_INLINE KAN_REAL KAN_NAME(slope_at)(int degree, int r, const KAN_REAL *rates) {
  if (r > degree) return rates[r * CHUNK];
  return KAN_NAME(slope_of)(degree, r, rates, CHUNK) + (r == degree ? rates[r * CHUNK] : 0);
}

/// Φ or Φ′ of a tile: zeros, the k+1 functions in their places, the base function last.
KAN_INLINE void KAN_NAME(write_tile)(const KAN_NAME(kan_spline) * spline, int derivative, int64_t first, int64_t count,
                                     int64_t rows, const KAN_REAL *x, int64_t x_stride, KAN_REAL *out,
                                     int64_t out_stride) {
  const int64_t K = spline->functions;
  const int degree = spline->degree, with_base = spline->base != KAN_BASE_NONE;
  int32_t cells[CHUNK];
  KAN_REAL points[CHUNK], values[WEIGHTS * CHUNK], rates[WEIGHTS * CHUNK];
  for (int64_t row = 0; row < rows; row += CHUNK) {
    const int chunk = (int)(rows - row < CHUNK ? rows - row : CHUNK);
    for (int64_t input = 0; input < count; input++) {
      for (int i = 0; i < chunk; i++) points[i] = x[(row + i) * x_stride + input];
      KAN_NAME(evaluate_chunk)(spline, derivative, 0, first + input, 1, chunk, points, cells, values, CHUNK, rates);
      for (int i = 0; i < chunk; i++) {
        KAN_REAL *edge = out + (row + i) * out_stride + input * K;
        for (int64_t j = 0; j < K; j++) edge[j] = 0;
        for (int r = 0; r <= degree + with_base; r++)
          edge[r <= degree ? cells[i] + r : K - 1] =
              derivative ? KAN_NAME(slope_at)(degree, r, rates + i) : values[r * CHUNK + i];
      }
    }
  }
}

KAN_KERNEL void KAN_NAME(spline_values)(const KAN_NAME(kan_spline) * spline, int64_t first, int64_t count, int64_t rows,
                                        const KAN_REAL *x, int64_t x_stride, KAN_REAL *values, int64_t values_stride) {
  KAN_NAME(write_tile)(spline, 0, first, count, rows, x, x_stride, values, values_stride);
}

KAN_KERNEL void KAN_NAME(spline_derivatives)(const KAN_NAME(kan_spline) * spline, int64_t first, int64_t count,
                                             int64_t rows, const KAN_REAL *x, int64_t x_stride, KAN_REAL *derivatives,
                                             int64_t derivatives_stride) {
  KAN_NAME(write_tile)(spline, 1, first, count, rows, x, x_stride, derivatives, derivatives_stride);
}

KAN_KERNEL void KAN_NAME(spline_pull_back)(const KAN_NAME(kan_spline) * spline, int64_t first, int64_t count,
                                           int64_t rows, const KAN_REAL *x, int64_t x_stride, const KAN_REAL *dvalues,
                                           int64_t dvalues_stride, KAN_REAL *dx, int64_t dx_stride) {
  const int64_t K = spline->functions;
  const int degree = spline->degree, with_base = spline->base != KAN_BASE_NONE;
  int32_t cells[CHUNK];
  KAN_REAL points[CHUNK], values[WEIGHTS * CHUNK], rates[WEIGHTS * CHUNK];
  for (int64_t row = 0; row < rows; row += CHUNK) {
    const int chunk = (int)(rows - row < CHUNK ? rows - row : CHUNK);
    for (int64_t input = 0; input < count; input++) {
      for (int i = 0; i < chunk; i++) points[i] = x[(row + i) * x_stride + input];
      KAN_NAME(evaluate_chunk)(spline, 1, 0, first + input, 1, chunk, points, cells, values, CHUNK, rates);
      for (int i = 0; i < chunk; i++) {
        const KAN_REAL *edge = dvalues + (row + i) * dvalues_stride + input * K;
        KAN_REAL sum = with_base ? edge[K - 1] * rates[(degree + 1) * CHUNK + i] : 0;
        for (int r = 0; r <= degree; r++) sum += edge[cells[i] + r] * KAN_NAME(slope_at)(degree, r, rates + i);
        dx[(row + i) * dx_stride + input] = sum;
      }
    }
  }
}

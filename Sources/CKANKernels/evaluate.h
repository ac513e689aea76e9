// x → cell, values, slopes, second derivatives, for B-splines and their base function.
//
//   x        [rows × count], rows x_stride apart: inputs first ..< first + count
//   to       kan_points: the cell is the interval of the grid that holds x, 0 ..< G, the last one closed; the functions
//            are its k+1 splines and then the base function. Entries of rows that there are alone are written.
//   outside  of [a, b] a point counts as the nearer end; splines are continued from there along their tangents (linear),
//            held (clamp), or take their own values over the outer knots, as if the grid went on without functions (base)
//   NaN      is in the first cell, and all its functions are NaN
//
// A vector runs over rows of one input or, where there is one row and inputs stand one behind another, over inputs. Every
// row's results are the same bits either way.
#pragma once

#include "elementary.h"
#include "lanes.h"
#include "spline_functions.h"

namespace {

/// Points evaluated at a time, of one input.
constexpr int CHUNK = 128;
/// Intervals up to which a point's is found by counting the knots below it, in vectors; by bisection beyond.
constexpr int COUNTED_INTERVALS = 512;

/// The plain twin: functions by the definition of B-splines, with 0/0 = 0.
inline Real plain_function(const Real *t, int j, int degree, int derivative, int interval, Real x) {
  if (derivative < 0 || degree < 0) return 0;
  if (degree == 0) return derivative == 0 && j == interval;
  const Real rise = t[j + degree] - t[j], fall = t[j + degree + 1] - t[j + 1];
  Real a, b;
  if (derivative == 0) {
    a = (x - t[j]) * plain_function(t, j, degree - 1, 0, interval, x);
    b = (t[j + degree + 1] - x) * plain_function(t, j + 1, degree - 1, 0, interval, x);
  } else {
    a = degree * plain_function(t, j, degree - 1, derivative - 1, interval, x);
    b = -degree * plain_function(t, j + 1, degree - 1, derivative - 1, interval, x);
  }
  return (rise > 0 ? a / rise : 0) + (fall > 0 ? b / fall : 0);
}

inline void plain_evaluate(const Spline *s, int64_t first, int64_t count, int64_t rows, const Real *x, int64_t x_stride,
                           int order, const Points *to) {
  const int k = s->degree, G = s->intervals, last = G + 2 * k;
  for (int64_t i = 0; i < count; i++)
    for (int64_t p = 0; p < rows; p++) {
      const Real *t = s->knots + (first + i) * (last + 1);
      const Real at = x[p * x_stride + i], a = t[k], b = t[k + G];
      const bool outside = at < a || at > b, fades = outside && s->outside == KAN_OUTSIDE_BASE;
      const Real held = at < a ? a : at > b ? b : at, point = fades ? at : held;
      int cell = 0, interval = fades ? -1 : k;
      for (int j = fades ? 0 : k + 1; j < (fades ? last : k + G); j++)
        if (t[j] <= point && t[j] < t[j + 1] && (point < t[j + 1] || point == t[last] || !fades)) interval = j;
      cell = at > b ? G - 1 : fades || at != at ? 0 : interval - k;
      to->cells[i * to->cell_stride + p] = cell;
      for (int r = 0; r <= k; r++) {
        const int64_t place = i * to->input_stride + r * to->function_stride + p;
        Real f[3];
        for (int d = 0; d < 3; d++) f[d] = plain_function(t, cell + r, k, d, interval, point) + (at != at ? at : 0);
        if (outside && s->outside == KAN_OUTSIDE_LINEAR) f[0] += (at - held) * f[1];
        if (outside && s->outside == KAN_OUTSIDE_CLAMP) f[1] = 0;
        if (outside && !fades) f[2] = 0;
        to->values[place] = f[0];
        if (order > 0) to->slopes[place] = f[1];
        if (order > 1) to->seconds[place] = f[2];
      }
      if (s->base == KAN_BASE_NONE) continue;
      const int64_t place = i * to->input_stride + (k + 1) * to->function_stride + p;
      const bool silu = s->base == KAN_BASE_SILU;
      const Real sigma = 1 / (1 + (Real)__builtin_exp((double)-at));
      to->values[place] = silu ? at * sigma : at;
      if (order > 0) to->slopes[place] = silu ? sigma + at * sigma * (1 - sigma) : 1;
      if (order > 1) to->seconds[place] = silu ? sigma * (1 - sigma) * (2 + at * (1 - 2 * sigma)) : 0;
    }
}

/// Points of one input, or of neighbouring ones: what a vector needs of the grid stands at the same index as the point, or
/// is one vector for all of them (step 0).
struct Lines {
  const Spline *spline;
  int64_t input;
  int step;
  const Real *lower, *upper, *scale;
  bool outside;  // whether any point lies outside of its grid
  int order;
  // Where results go: the first function of the first point.
  int32_t *cells;
  Real *values, *slopes, *seconds;
  int64_t stride;

  KAN_INLINE Vector a(int i) const { return load(lower + i * step); }
  KAN_INLINE Vector b(int i) const { return load(upper + i * step); }
};

/// Writes the results of a vector of points at i.
template <int degree, int order>
KAN_INLINE void write_functions(const Lines &to, bool outside, bool linear, int i, int count, Vector x, Vector held,
                                Integers cell, Vector *v, Vector *slopes, Vector *seconds) {
  if (outside) {
    const Mask beyond = (x < held) | (x > held);
    const Vector zero = {};
    KAN_UNROLL
    for (int r = 0; r <= degree; r++) {
      if (linear)
        v[r] += (x - held) * slopes[r];
      else
        slopes[r] = beyond ? zero : slopes[r];
      if (order > 1) seconds[r] = beyond ? zero : seconds[r];
    }
  }
  const int64_t left = count - i;
  if (left >= LANES) {
    *(LooseIntegers *)(to.cells + i) = cell;
    KAN_UNROLL
    for (int r = 0; r <= degree; r++) {
      store(to.values + r * to.stride + i, v[r]);
      if (order > 0) store(to.slopes + r * to.stride + i, slopes[r]);
      if (order > 1) store(to.seconds + r * to.stride + i, seconds[r]);
    }
  } else {
    store_first(left, to.cells + i, cell);
    const Part part((int)left);
    for (int r = 0; r <= degree; r++) {
      part.store(to.values + r * to.stride + i, v[r]);
      if (order > 0) part.store(to.slopes + r * to.stride + i, slopes[r]);
      if (order > 1) part.store(to.seconds + r * to.stride + i, seconds[r]);
    }
  }
}

/// Points on even grids. Arrays of points are read up to a whole vector.
template <int degree, int order>
KAN_NOINLINE void evaluate_even(const Lines &from, int count, const Real *points) {
  const Lines lines = from;  // a copy, which no store can change
  const bool outside = lines.outside, linear = lines.spline->outside == KAN_OUTSIDE_LINEAR;
  const Vector last = splat((Real)(lines.spline->intervals - 1)), zero = {};
  for (int i = 0; i < count; i += LANES) {
    const Vector x = load(points + i), a = lines.a(i), scale = load(lines.scale + i * lines.step);
    Vector held = x;
    if (outside) {
      const Vector b = lines.b(i);
      held = x < a ? a : x;
      held = held > b ? b : held;
    }
    const Vector u = (held - a) * scale;
    const Vector rising = u > zero ? u : zero;  // NaN goes into the first interval
    const Integers cell = __builtin_convertvector(smaller(rising, last), Integers);
    const Vector t = u - to_vector(cell);
    Vector v[MAX_DEGREE + 1], slopes[MAX_DEGREE + 1], seconds[MAX_DEGREE + 1];
    // Slopes continue a spline beyond its grid.
    if (order == 0 && outside)
      even_functions<degree>(t, scale, 1, v, slopes, seconds);
    else
      even_functions<degree>(t, scale, order, v, slopes, seconds);
    write_functions<degree, order>(lines, outside, linear, i, count, x, held, cell, v, slopes, seconds);
  }
}

/// The last non-empty interval that starts at or before x: the right end is closed.
inline int find_interval(const Real *knots, int degree, int intervals, Real x) {
  int low = degree, high = degree + intervals;  // knots[low] <= x < knots[high], where x is inside
  while (high - low > 1) {
    const int middle = (low + high) / 2;
    if (x >= knots[middle]) low = middle;
    else high = middle;  // NaN, too
  }
  while (low > degree && !(knots[low] < knots[low + 1])) low--;
  return low - degree;
}

/// Cells of a vector of points on any grid; grid[lane] is where the knots of a lane's input begin.
KAN_NOINLINE void find_cells(const Lines &lines, int i, Vector held, const Real *knots, Integers grid, Integers *to) {
  const int degree = lines.spline->degree, G = lines.spline->intervals;
  Integers cell = {};
  if (G > COUNTED_INTERVALS) {
    for (int lane = 0; lane < LANES; lane++) cell[lane] = find_interval(knots + grid[lane], degree, G, held[lane]);
  } else {
    // As many inner knots as are not above x; those at b are left out, since the right end is closed.
    const Vector b = lines.b(i);
    for (int j = 1; j < G; j++) {
      const Vector knot = lines.step == 0 ? splat(knots[degree + j]) : gather(knots, grid + (degree + j));
      if (lines.step == 0 && !(knots[degree + j] < *lines.upper)) break;
      cell -= __builtin_convertvector((held >= knot) & (knot < b), Integers);
    }
  }
  *to = cell;
}

/// Points on any grid, by de Boor's recursion on knots that are gathered.
template <int degree, int order>
KAN_NOINLINE void evaluate_uneven(const Lines &from, int count, const Real *points) {
  const Lines lines = from;
  const bool outside = lines.outside, linear = lines.spline->outside == KAN_OUTSIDE_LINEAR;
  const int stride = lines.spline->intervals + 2 * degree + 1;
  const Real *knots = lines.spline->knots + lines.input * stride;
  for (int i = 0; i < count; i += LANES) {
    const Vector x = load(points + i), a = lines.a(i), b = lines.b(i);
    Vector held = x < a ? a : x;
    held = held > b ? b : held;
    Integers grid = {}, cell;
    // Lanes behind the last input repeat it.
    for (int lane = 0; lane < LANES && lines.step > 0; lane++)
      grid[lane] = (i + lane < count ? i + lane : count - 1) * stride;
    find_cells(lines, i, held, knots, grid, &cell);
    const Integers span = grid + cell;
    Vector left[MAX_DEGREE + 1], right[MAX_DEGREE + 1];
    KAN_UNROLL
    for (int j = 1; j <= degree; j++) {
      left[j] = held - gather(knots, span + (degree + 1 - j));
      right[j] = gather(knots, span + (degree + j)) - held;
    }
    Vector v[MAX_DEGREE + 1], slopes[MAX_DEGREE + 1], seconds[MAX_DEGREE + 1];
    de_boor<degree>(left, right, order == 0 && outside ? 1 : order, v, slopes, seconds);
    write_functions<degree, order>(lines, outside, linear, i, count, x, held, cell, v, slopes, seconds);
  }
}

/// Once more the points outside of their grid, where functions fade out over the outer knots and those beyond the layer's
/// first or last function are missing.
KAN_NOINLINE void evaluate_fading(const Lines &lines, int count, const Real *points) {
  using Recursion = void (*)(const Real *, const Real *, int, Real *, Real *, Real *);
  static constexpr Recursion recursions[] = {de_boor<1, Real>, de_boor<2, Real>, de_boor<3, Real>, de_boor<4, Real>,
                                             de_boor<5, Real>};
  const int k = lines.spline->degree, G = lines.spline->intervals, last = G + 2 * k;
  for (int i = 0; i < count; i++) {
    const Real x = points[i];
    const int64_t input = lines.input + (lines.step > 0 ? i : 0);
    const Real a = lines.spline->lower[input], b = lines.spline->upper[input];
    if (!(x < a || x > b)) continue;
    const Real *knots = lines.spline->knots + input * (last + 1);
    const int cell = x < a ? 0 : G - 1;
    int span = x < a ? 0 : k + G;
    for (int j = 1; j < k; j++) span += x >= knots[(x < a ? 0 : k + G) + j];
    const bool meets = x >= knots[0] && x <= knots[last] && knots[span] < knots[span + 1];
    // The recursion needs k knots to the left and right of an interval; past the outermost, evenly spaced ones stand in,
    // and only functions that do not reach them are kept.
    Real left[MAX_DEGREE + 1] = {}, right[MAX_DEGREE + 1] = {};
    for (int j = 1; j <= k; j++) {
      const int low = span + 1 - j, high = span + j;
      left[j] = x - (low < 0 ? knots[0] + (knots[1] - knots[0] + (b - a)) * (Real)low : knots[low]);
      right[j] = (high > last ? knots[last] + (b - a) * (Real)(high - last) : knots[high]) - x;
    }
    Real f[3][MAX_DEGREE + 1];
    if (meets) recursions[k - 1](left, right, lines.order, f[0], f[1], f[2]);
    Real *to[3] = {lines.values, lines.slopes, lines.seconds};
    lines.cells[i] = cell;
    for (int order = 0; order <= lines.order; order++)
      for (int r = 0; r <= k; r++) {
        const int at = cell + r - (span - k);  // function span - k + at
        to[order][r * lines.stride + i] = meets && at >= 0 && at <= k ? f[order][at] : 0;
      }
  }
}

/// SiLU x·σ(x), its slope and its second derivative σ(1 - σ)·(2 + x(1 - 2σ)).
template <int order>
inline void evaluate_silu(int count, const Real *__restrict x, Real *__restrict values, Real *__restrict slopes,
                                Real *__restrict seconds) {
  // One long chain of operations: two vectors at a time do not wait as long.
#pragma clang loop vectorize(enable) vectorize_width(LANES) interleave_count(2)
  for (int i = 0; i < count; i++) {
    const Real s = silu_sigmoid(x[i]);
    if (order > 1) seconds[i] = s * (1 - s) * (2 + silu_held(x[i]) * (1 - 2 * s));
    if (order > 0) slopes[i] = silu_slope_of(x[i], s);
    values[i] = silu_value(x[i], s);
  }
}

template <int order>
inline void evaluate_silus(int count, const Real *x, Real *values, Real *slopes, Real *seconds) {
  const int whole = count / LANES * LANES;
  evaluate_silu<order>(whole, x, values, slopes, seconds);
  if (whole == count) return;
  Real last[3][LANES];
  evaluate_silu<order>(LANES, x + whole, last[0], last[1], last[2]);
  const Part part(count - whole);
  part.store(values + whole, load(last[0]));
  if (order > 0) part.store(slopes + whole, load(last[1]));
  if (order > 1) part.store(seconds + whole, load(last[2]));
}

KAN_NOINLINE void evaluate_base(const Lines &lines, int count, const Real *x) {
  const int64_t place = (lines.spline->degree + 1) * lines.stride;
  Real *values = lines.values + place, *slopes = lines.slopes + place, *seconds = lines.seconds + place;
  if (lines.spline->base == KAN_BASE_SILU) {
    if (lines.order == 0) evaluate_silus<0>(count, x, values, slopes, seconds);
    if (lines.order == 1) evaluate_silus<1>(count, x, values, slopes, seconds);
    if (lines.order == 2) evaluate_silus<2>(count, x, values, slopes, seconds);
    return;
  }
  for (int i = 0; i < count; i++) values[i] = x[i];
  for (int i = 0; i < count && lines.order > 0; i++) slopes[i] = 1;
  for (int i = 0; i < count && lines.order > 1; i++) seconds[i] = 0;
}

using EvaluateLines = void (*)(const Lines &, int, const Real *);
// By degree and order.
#define KAN_ORDERS(name, degree) {name<degree, 0>, name<degree, 1>, name<degree, 2>}
#define KAN_DEGREES(name) \
  {KAN_ORDERS(name, 1), KAN_ORDERS(name, 2), KAN_ORDERS(name, 3), KAN_ORDERS(name, 4), KAN_ORDERS(name, 5)}
constexpr EvaluateLines even[MAX_DEGREE][3] = KAN_DEGREES(evaluate_even);
constexpr EvaluateLines uneven[MAX_DEGREE][3] = KAN_DEGREES(evaluate_uneven);
#undef KAN_DEGREES
#undef KAN_ORDERS

/// Up to CHUNK points, read up to a whole vector.
KAN_NOINLINE void evaluate_lines(Lines &lines, int count, const Real *points) {
  Mask outside = {};
  for (int i = 0; i < count; i += LANES) {
    const Vector x = load(points + i);
    outside |= (x < lines.a(i)) | (x > lines.b(i));
  }
  lines.outside = any(outside);
  (lines.spline->uniform ? even : uneven)[lines.spline->degree - 1][lines.order](lines, count, points);
  if (lines.outside && lines.spline->outside == KAN_OUTSIDE_BASE) evaluate_fading(lines, count, points);
  if (lines.spline->base != KAN_BASE_NONE) evaluate_base(lines, count, points);
}

/// points[i·CHUNK + q] = x[q·x_stride + i]. Vectors load these points soon after, and would wait for single numbers.
/// The next inputs, which may stand a page away from row to row, come into the cache meanwhile.
inline void copy_columns(int count, int rows, const Real *x, int64_t x_stride, Real *points) {
  int q = 0;
  for (int row = 0; row < rows; row++) __builtin_prefetch(x + row * x_stride + count);
  if (count % SIDE == 0)
    for (; q + SIDE <= rows; q += SIDE)
      for (int i = 0; i < count; i += SIDE)
        transpose_square(x + q * x_stride + i, x_stride, points + i * CHUNK + q, CHUNK);
  for (int i = 0; i < count; i++)
    // Gathers and scatters would be slower than one number after another.
#pragma clang loop vectorize(disable)
    for (int row = q; row < rows; row++) points[i * CHUNK + row] = x[row * x_stride + i];
}

/// The inputs of one row.
inline void evaluate_row(const Spline *spline, int64_t first, int64_t count, const Real *x, int order,
                         const Points *to) {
  Real points[CHUNK] = {}, lower[CHUNK] = {}, upper[CHUNK] = {}, scale[CHUNK] = {};
  for (int64_t start = 0; start < count; start += CHUNK) {
    const int part = (int)(count - start < CHUNK ? count - start : CHUNK);
    const size_t bytes = (size_t)part * WIDTH;
    memcpy(points, x + start, bytes);
    memcpy(lower, spline->lower + first + start, bytes);
    memcpy(upper, spline->upper + first + start, bytes);
    memcpy(scale, spline->inverse_step + first + start, bytes);
    // Lanes behind the last input repeat nothing that would count as outside.
    for (int i = part; i < CHUNK && i % LANES != 0; i++) points[i] = lower[i] = upper[i] = 0;
    Lines lines = {spline, first + start, 1, lower, upper, scale, false, order, to->cells + start, to->values + start,
                   to->slopes + start, to->seconds + start, to->function_stride};
    evaluate_lines(lines, part, points);
  }
}

void spline_evaluate(const Spline *spline, int64_t first, int64_t count, int64_t rows, const Real *x, int64_t x_stride,
                     int order, const Points *to) {
  if (rows == 1 && to->input_stride == 1 && to->cell_stride == 1)
    return evaluate_row(spline, first, count, x, order, to);
  Real points[BLOCK * CHUNK] __attribute__((aligned(LINE)));
  for (int64_t start = 0; start < count; start += BLOCK) {
    const int inputs = (int)(count - start < BLOCK ? count - start : BLOCK);
    for (int64_t row = 0; row < rows; row += CHUNK) {
      const int part = (int)(rows - row < CHUNK ? rows - row : CHUNK);
      copy_columns(inputs, part, x + row * x_stride + start, x_stride, points);
      for (int i = 0; i < inputs; i++) {
        const int64_t input = start + i, place = input * to->input_stride + row;
        Real lower[LANES], upper[LANES], scale[LANES];
        store(lower, splat(spline->lower[first + input]));
        store(upper, splat(spline->upper[first + input]));
        store(scale, splat(spline->inverse_step[first + input]));
        Real *line = points + i * CHUNK;
        for (int q = part; q % LANES != 0; q++) line[q] = line[part - 1];
        Lines lines = {spline, first + input, 0, lower, upper, scale, false, order,
                       to->cells + input * to->cell_stride + row, to->values + place, to->slopes + place,
                       to->seconds + place, to->function_stride};
        evaluate_lines(lines, part, line);
      }
    }
  }
}

}  // namespace

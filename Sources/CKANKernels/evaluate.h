// x → cell, values, slopes, second derivatives, for B-splines and their base function.
//
//   x        [rows × count], rows x_stride apart: inputs first ..< first + count
//   to       kan_points: the cell is the interval of the grid that holds x, 0 ..< G, the last one closed; the functions
//            are its k+1 splines and then the base function. Rows up to its capacity may be written.
//   outside  of [a, b] a point counts as the nearer end; splines are continued from there along their tangents
//            (linear), held (clamp), or fade out over the outer knots, as if the grid went on without functions (base)
//   NaN      is in the first cell, and all its functions are NaN
//
// A vector runs over rows of one input or, where there is one row and inputs stand one behind another, over inputs.
// Every row's results are the same bits either way.
#pragma once

#include "elementary.h"
#include "lanes.h"
#include "spline_lines.h"

namespace {

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

/// Once more the points outside of their grid, where functions fade out over the outer knots and those beyond the
/// layer's first or last function are missing.
KAN_NOINLINE void evaluate_fading(const Lines &lines, int k, int count) {
  using Recursion = void (*)(const Real *, const Real *, int, Real *, Real *, Real *);
  static constexpr Recursion recursions[] = {de_boor<1, Real>, de_boor<2, Real>, de_boor<3, Real>, de_boor<4, Real>,
                                             de_boor<5, Real>};
  const int degree = lines.spline->degree, G = lines.spline->intervals, last = G + 2 * degree;
  const int64_t line = k * lines.input_stride;
  for (int i = 0; i < count; i++) {
    const Real x = lines.points[k * CHUNK + i];
    const int64_t input = lines.input + (lines.across ? i : k);
    const Real a = lines.spline->lower[input], b = lines.spline->upper[input];
    if (!(x < a || x > b)) continue;
    const Real *knots = lines.spline->knots + input * (last + 1);
    const int cell = x < a ? 0 : G - 1, outer = x < a ? 0 : degree + G;
    int span = outer;
    for (int j = 1; j < degree; j++) span += x >= knots[outer + j];
    const bool meets = x >= knots[0] && x <= knots[last] && knots[span] < knots[span + 1];
    // The recursion needs k knots to the left and right of an interval; past the outermost, evenly spaced ones stand
    // in, and only functions that do not reach them are kept.
    Real left[MAX_DEGREE + 1] = {}, right[MAX_DEGREE + 1] = {};
    for (int j = 1; j <= degree; j++) {
      const int low = span + 1 - j, high = span + j;
      left[j] = x - (low < 0 ? knots[0] + (knots[1] - knots[0] + (b - a)) * (Real)low : knots[low]);
      right[j] = (high > last ? knots[last] + (b - a) * (Real)(high - last) : knots[high]) - x;
    }
    Real f[3][MAX_DEGREE + 1];
    if (meets) recursions[degree - 1](left, right, lines.order, f[0], f[1], f[2]);
    Real *to[3] = {lines.values + line, lines.slopes + line, lines.seconds + line};
    lines.cells[k * lines.cell_stride + i] = cell;
    for (int order = 0; order <= lines.order; order++)
      for (int r = 0; r <= degree; r++) {
        const int at = cell + r - (span - degree);  // function span - degree + at
        to[order][r * lines.stride + i] = meets && at >= 0 && at <= degree ? f[order][at] : 0;
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
inline void evaluate_silus(int count, int64_t capacity, const Real *x, Real *values, Real *slopes, Real *seconds) {
  // Whole vectors as far as they may be written.
  const int padded = (count + LANES - 1) / LANES * LANES, whole = padded <= capacity ? padded : count / LANES * LANES;
  evaluate_silu<order>(whole, x, values, slopes, seconds);
  if (whole >= count) return;
  Real last[3][LANES];
  evaluate_silu<order>(LANES, x + whole, last[0], last[1], last[2]);
  const Part part(count - whole);
  part.store(values + whole, load(last[0]));
  if (order > 0) part.store(slopes + whole, load(last[1]));
  if (order > 1) part.store(seconds + whole, load(last[2]));
}

KAN_NOINLINE void evaluate_base(const Lines &lines, int count) {
  for (int k = 0; k < lines.inputs; k++) {
    const int64_t place = k * lines.input_stride + (lines.spline->degree + 1) * lines.stride;
    const Real *x = lines.points + k * CHUNK;
    Real *values = lines.values + place, *slopes = lines.slopes + place, *seconds = lines.seconds + place;
    if (lines.spline->base == KAN_BASE_SILU) {
      if (lines.order == 0) evaluate_silus<0>(count, lines.capacity, x, values, slopes, seconds);
      if (lines.order == 1) evaluate_silus<1>(count, lines.capacity, x, values, slopes, seconds);
      if (lines.order == 2) evaluate_silus<2>(count, lines.capacity, x, values, slopes, seconds);
      continue;
    }
    memcpy(values, x, (size_t)count * WIDTH);
    for (int i = 0; i < count && lines.order > 0; i++) slopes[i] = 1;
    for (int i = 0; i < count && lines.order > 1; i++) seconds[i] = 0;
  }
}

/// Up to CHUNK points of each line.
inline void evaluate_lines(const Lines &lines, int count) {
  const int degree = lines.spline->degree;
  const EvaluateLines kernel = lines.spline->uniform ? even[degree - 1][lines.order] : uneven[degree - 1];
  const unsigned beyond = kernel(lines, count);
  for (int k = 0; k < lines.inputs && lines.spline->outside == KAN_OUTSIDE_BASE; k++)
    if (beyond >> k & 1) evaluate_fading(lines, k, count);
  if (lines.spline->base != KAN_BASE_NONE) evaluate_base(lines, count);
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
  for (int64_t start = 0; start < count; start += CHUNK) {
    const int part = (int)(count - start < CHUNK ? count - start : CHUNK);
    const int64_t input = first + start;
    const Real *from[4] = {x + start, spline->lower + input, spline->upper + input, spline->inverse_step + input};
    // Vectors are read whole; lanes behind the last input lie within a grid.
    Real copies[4][CHUNK];
    for (int k = 0; k < 4 && part % LANES != 0; k++) {
      memcpy(copies[k], from[k], (size_t)part * WIDTH);
      for (int i = part; i % LANES != 0; i++) copies[k][i] = 0;
      from[k] = copies[k];
    }
    evaluate_lines({spline, input, 1, true, order, from[0], from[1], from[2], from[3], to->cells + start,
                    to->values + start, to->slopes + start, to->seconds + start, 0, 0, to->function_stride, part},
                   part);
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
      // What fills the last vector: the last point once more.
      for (int i = 0; i < inputs; i++)
        for (int q = part; q % LANES != 0; q++) points[i * CHUNK + q] = points[i * CHUNK + part - 1];
      const int64_t input = first + start, place = start * to->input_stride + row;
      evaluate_lines({spline, input, inputs, false, order, points, spline->lower + input, spline->upper + input,
                      spline->inverse_step + input, to->cells + start * to->cell_stride + row, to->values + place,
                      to->slopes + place, to->seconds + place, to->cell_stride, to->input_stride, to->function_stride,
                      to->row_capacity - row},
                     part);
    }
  }
}

}  // namespace

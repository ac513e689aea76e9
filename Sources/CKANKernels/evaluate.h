// x → cell, values, slopes, second derivatives, for B-splines and their base function.
//
//   x        [rows × count], rows x_stride apart: inputs first ..< first + count
//   to       kan_points: the cell is the interval of the grid that holds x, 0 ..< G, the last one closed; the functions
//            are its k+1 splines and then the base function. Rows up to its capacity may be written.
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

/// Points of up to BLOCK inputs, CHUNK apart, or of neighbouring inputs of one row (`across`), which are one line then.
struct Lines {
  const Spline *spline;
  int64_t input;
  int inputs;   // lines
  bool across;
  int order;
  const Real *points;  // may be read up to a whole vector, and so may the next three if `across`
  const Real *lower, *upper, *scale;
  // Where results go: the first function of the first point.
  int32_t *cells;
  Real *values, *slopes, *seconds;
  int64_t cell_stride, input_stride, stride;
  int64_t capacity;  // points of a line that may be written
};

/// One of them.
struct Line {
  const Real *points;
  int32_t *cells;
  Real *values, *slopes, *seconds;
  bool outside;  // whether any point lies outside of its grid

  KAN_INLINE Line(const Lines &lines, int k, int count) {
    points = lines.points + k * CHUNK;
    cells = lines.cells + k * lines.cell_stride;
    values = lines.values + k * lines.input_stride;
    slopes = lines.slopes + k * lines.input_stride;
    seconds = lines.seconds + k * lines.input_stride;
    Vector a = splat(lines.lower[k]), b = splat(lines.upper[k]);
    Mask beyond = {};
    for (int i = 0; i < count; i += LANES) {
      if (lines.across) {
        a = load(lines.lower + i);
        b = load(lines.upper + i);
      }
      const Vector x = load(points + i);
      beyond |= (x < a) | (x > b);
    }
    outside = any(beyond);
  }
};

/// Writes the results of a vector of points at i.
template <int degree>
KAN_INLINE void write_functions(const Line &to, int order, int64_t stride, int64_t capacity, bool linear, int i, int count, Vector x,
                                Vector held, Integers cell, Vector *v, Vector *slopes, Vector *seconds) {
  if (to.outside) {
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
  if (capacity - i >= LANES) {
    *(LooseIntegers *)(to.cells + i) = cell;
    KAN_UNROLL
    for (int r = 0; r <= degree; r++) {
      store(to.values + r * stride + i, v[r]);
      if (order > 0) store(to.slopes + r * stride + i, slopes[r]);
      if (order > 1) store(to.seconds + r * stride + i, seconds[r]);
    }
  } else {
    store_first(left, to.cells + i, cell);
    const Part part((int)left);
    for (int r = 0; r <= degree; r++) {
      part.store(to.values + r * stride + i, v[r]);
      if (order > 0) part.store(to.slopes + r * stride + i, slopes[r]);
      if (order > 1) part.store(to.seconds + r * stride + i, seconds[r]);
    }
  }
}

/// Points on even grids. Returns which lines, as bits, have points outside.
template <int degree, int order>
KAN_NOINLINE unsigned evaluate_even(const Lines &from, int count) {
  const Lines lines = from;  // a copy, which no store can change
  const bool linear = lines.spline->outside == KAN_OUTSIDE_LINEAR;
  const Vector last = splat((Real)(lines.spline->intervals - 1)), zero = {};
  unsigned beyond = 0;
  for (int k = 0; k < lines.inputs; k++) {
    const Line line(lines, k, count);
    beyond |= (unsigned)line.outside << k;
    Vector a = splat(lines.lower[k]), b = splat(lines.upper[k]), scale = splat(lines.scale[k]);
    for (int i = 0; i < count; i += LANES) {
      if (lines.across) {
        a = load(lines.lower + i);
        b = load(lines.upper + i);
        scale = load(lines.scale + i);
      }
      const Vector x = load(line.points + i);
      Vector held = x;
      if (line.outside) {
        held = x < a ? a : x;
        held = held > b ? b : held;
      }
      const Vector u = (held - a) * scale;
      const Vector rising = u > zero ? u : zero;  // NaN goes into the first interval
      const Integers cell = __builtin_convertvector(smaller(rising, last), Integers);
      const Vector t = u - to_vector(cell);
      Vector v[MAX_DEGREE + 1], slopes[MAX_DEGREE + 1], seconds[MAX_DEGREE + 1];
      // Slopes continue a spline beyond its grid.
      if (order == 0 && line.outside)
        even_functions<degree>(t, scale, 1, v, slopes, seconds);
      else
        even_functions<degree>(t, scale, order, v, slopes, seconds);
      write_functions<degree>(line, order, lines.stride, lines.capacity, linear, i, count, x, held, cell, v, slopes,
                                     seconds);
    }
  }
  return beyond;
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

/// Cells of a vector of points on fine grids, and across inputs; grid[lane] is where the knots of a lane's input begin.
KAN_NOINLINE void search_cells(const Spline *spline, Vector held, const Real *knots, Integers grid, Integers *to) {
  for (int lane = 0; lane < LANES; lane++)
    (*to)[lane] = find_interval(knots + grid[lane], spline->degree, spline->intervals, held[lane]);
}

/// Cells of a vector of points of one input: as many inner knots as are not above them. Those at the end are left out, since
/// the right end is closed.
KAN_INLINE Integers count_cells(int intervals, const Real *inner, Vector held) {
  Mask cells = {};
  const Real upper = inner[intervals];
  for (int j = 1; j < intervals && inner[j] < upper; j++) cells -= held >= splat(inner[j]);
  return __builtin_convertvector(cells, Integers);
}

/// to[j] = the knots at span + j, j < count, out of `all` of an input; from registers where they fit two.
KAN_INLINE void load_knots(int all, bool across, const Real *knots, Integers span, int count, Vector *to) {
  if (across || all > 2 * TABLE) {
    for (int j = 0; j < count; j++) to[j] = gather(knots, span + j);
  } else if (all > TABLE) {
    const Vector low = load(knots), high = Part(all - LANES).load(knots + LANES);
    for (int j = 0; j < count; j++) to[j] = lookup<2>(low, high, span + j);
  } else {
    const Vector low = Part(all).load(knots);
    for (int j = 0; j < count; j++) to[j] = lookup<1>(low, low, span + j);
  }
}

/// Points on any grid, by de Boor's recursion. Returns as above.
template <int degree>
KAN_NOINLINE unsigned evaluate_uneven(const Lines &from, int count) {
  const Lines lines = from;
  const int order = lines.order;
  const bool linear = lines.spline->outside == KAN_OUTSIDE_LINEAR;
  const int stride = lines.spline->intervals + 2 * degree + 1;
  unsigned beyond = 0;
  for (int k = 0; k < lines.inputs; k++) {
    const Line line(lines, k, count);
    beyond |= (unsigned)line.outside << k;
    const Real *knots = lines.spline->knots + (lines.input + k) * stride;
    Vector a = splat(lines.lower[k]), b = splat(lines.upper[k]);
    for (int i = 0; i < count; i += LANES) {
      if (lines.across) {
        a = load(lines.lower + i);
        b = load(lines.upper + i);
      }
      const Vector x = load(line.points + i);
      Vector held = x < a ? a : x;
      held = held > b ? b : held;
      Integers grid = {}, cell;
      // Lanes behind the last input repeat it.
      for (int lane = 0; lane < LANES && lines.across; lane++)
        grid[lane] = (i + lane < count ? i + lane : count - 1) * stride;
      if (lines.across || lines.spline->intervals > COUNTED_INTERVALS)
        search_cells(lines.spline, held, knots, grid, &cell);
      else
        cell = count_cells(lines.spline->intervals, knots + degree, held);
      Vector near[2 * MAX_DEGREE], left[MAX_DEGREE + 1], right[MAX_DEGREE + 1];
      load_knots(stride, lines.across, knots, grid + cell + 1, 2 * degree, near);
      KAN_UNROLL
      for (int j = 1; j <= degree; j++) {
        left[j] = held - near[degree - j];
        right[j] = near[degree + j - 1] - held;
      }
      Vector v[MAX_DEGREE + 1], slopes[MAX_DEGREE + 1], seconds[MAX_DEGREE + 1];
      de_boor<degree>(left, right, order == 0 && line.outside ? 1 : order, v, slopes, seconds);
      write_functions<degree>(line, order, lines.stride, lines.capacity, linear, i, count, x, held, cell, v, slopes,
                                     seconds);
    }
  }
  return beyond;
}

/// Once more the points outside of their grid, where functions fade out over the outer knots and those beyond the layer's
/// first or last function are missing.
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
    // The recursion needs k knots to the left and right of an interval; past the outermost, evenly spaced ones stand in,
    // and only functions that do not reach them are kept.
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

using EvaluateLines = unsigned (*)(const Lines &, int);
constexpr EvaluateLines even[MAX_DEGREE][3] = {  // by degree and order
    {evaluate_even<1, 0>, evaluate_even<1, 1>, evaluate_even<1, 2>},
    {evaluate_even<2, 0>, evaluate_even<2, 1>, evaluate_even<2, 2>},
    {evaluate_even<3, 0>, evaluate_even<3, 1>, evaluate_even<3, 2>},
    {evaluate_even<4, 0>, evaluate_even<4, 1>, evaluate_even<4, 2>},
    {evaluate_even<5, 0>, evaluate_even<5, 1>, evaluate_even<5, 2>}};
constexpr EvaluateLines uneven[MAX_DEGREE] = {evaluate_uneven<1>, evaluate_uneven<2>, evaluate_uneven<3>,
                                              evaluate_uneven<4>, evaluate_uneven<5>};

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
  Real points[CHUNK], lower[CHUNK], upper[CHUNK], scale[CHUNK];
  for (int64_t start = 0; start < count; start += CHUNK) {
    const int part = (int)(count - start < CHUNK ? count - start : CHUNK);
    const size_t bytes = (size_t)part * WIDTH;
    memcpy(points, x + start, bytes);
    memcpy(lower, spline->lower + first + start, bytes);
    memcpy(upper, spline->upper + first + start, bytes);
    memcpy(scale, spline->inverse_step + first + start, bytes);
    // Lanes behind the last input lie within a grid.
    for (int i = part; i < CHUNK && i % LANES != 0; i++) points[i] = lower[i] = upper[i] = scale[i] = 0;
    evaluate_lines({spline, first + start, 1, true, order, points, lower, upper, scale, to->cells + start,
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

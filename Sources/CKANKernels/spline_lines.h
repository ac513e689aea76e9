// Splines at the points of a block's inputs: the loops of evaluate.h that depend on the degree.
#pragma once

#include "spline_functions.h"

namespace {

/// Points evaluated at a time, of one input.
constexpr int CHUNK = 128;
/// Intervals up to which a point's is found by counting the knots below it, in vectors; by bisection beyond.
constexpr int COUNTED_INTERVALS = 512;

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
KAN_INLINE void write_functions(const Line &to, int order, int64_t stride, int64_t capacity, bool linear, int i,
                                int count, Vector x, Vector held, Integers cell, Vector *v, Vector *slopes,
                                Vector *seconds) {
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

/// Cells of a vector of points of one input: as many inner knots as are not above them. Those at the end are left out,
/// since the right end is closed.
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

using EvaluateLines = unsigned (*)(const Lines &, int);
constexpr EvaluateLines even[MAX_DEGREE][3] = {  // by degree and order
    {evaluate_even<1, 0>, evaluate_even<1, 1>, evaluate_even<1, 2>},
    {evaluate_even<2, 0>, evaluate_even<2, 1>, evaluate_even<2, 2>},
    {evaluate_even<3, 0>, evaluate_even<3, 1>, evaluate_even<3, 2>},
    {evaluate_even<4, 0>, evaluate_even<4, 1>, evaluate_even<4, 2>},
    {evaluate_even<5, 0>, evaluate_even<5, 1>, evaluate_even<5, 2>}};
constexpr EvaluateLines uneven[MAX_DEGREE] = {evaluate_uneven<1>, evaluate_uneven<2>, evaluate_uneven<3>,
                                              evaluate_uneven<4>, evaluate_uneven<5>};

}  // namespace

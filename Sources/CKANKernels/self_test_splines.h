// Evaluation and contractions against their plain twins, products of Jacobians against J in full.
#pragma once

#include "self_test_bench.h"

namespace {

template <typename Real>
struct SplineTests : Bench<Real> {
  using Base = Bench<Real>;
  using typename Base::T;
  using Base::arena, Base::compare, Base::kernels, Base::note, Base::random;
  using Base::Base;

  /// Cases from here on are the usual layer, cubic on 5 intervals, with many rows in each cell: what takes panels.
  static constexpr int USUAL = 84;

  /// A grid of its own for each input, with repeated and uneven knots unless it is uniform.
  typename T::Spline spline(int number, int inputs) {
    static constexpr int sizes[] = {1, 5, 13, 30};
    const bool usual = number >= USUAL;
    const int G = usual ? 5 : sizes[number / 2 % 4], k = usual ? 3 : 1 + number / 3 % 5, last = G + 2 * k;
    const int base = number / 3 % 3;
    const bool uniform = number / 5 % 3 != 0;
    Real *lower = arena.template take<Real>(inputs);
    Real *upper = arena.template take<Real>(inputs);
    Real *inverse = arena.template take<Real>(inputs);
    Real *knots = arena.template take<Real>(inputs * (last + 1));
    for (int i = 0; i < inputs; i++) {
      lower[i] = -1 - (Real)i / 16;
      upper[i] = 1 + (Real)i / 32;
      inverse[i] = G / (upper[i] - lower[i]);
      const Real step = (upper[i] - lower[i]) / G;
      Real *t = knots + i * (last + 1);
      for (int j = 0; j <= last; j++) {
        t[j] = j < k        ? lower[i] - (k - j) * step
               : j >= k + G ? upper[i] + (j - k - G) * step
                            : lower[i] + (j - k) * step;
        if (!uniform && j > k && j < k + G) t[j] = (j - k) % 4 == 3 ? t[j - 1] : t[j] + step * (Real)random.next(0.4);
      }
    }
    const int outside = usual ? KAN_OUTSIDE_LINEAR : number % 3;
    return {inputs, G, k, G + k + (base != 0), outside, base, uniform, lower, upper, inverse, knots};
  }

  typename T::Points points(int64_t inputs, int64_t n, int64_t rows) {
    // Contractions may read, and use, nothing behind the rows.
    const int64_t stride = rows + 16, count = inputs * n * stride;
    return {arena.template filled<int32_t>(inputs * stride, 0),
            arena.template filled<Real>(count, 0),
            arena.template filled<Real>(count, 0),
            arena.template filled<Real>(count, 0),
            stride,
            n * stride,
            stride,
            rows};
  }

  /// Values as an array over all functions: [rows × inputs·K].
  double *dense(const typename T::Points &at, const Real *values, int64_t inputs, int64_t rows, int64_t n,
                int64_t fixed, int64_t stored) {
    double *all = arena.template filled<double>(rows * inputs * stored, 0);
    for (int64_t i = 0; i < inputs; i++)
      for (int64_t p = 0; p < rows; p++)
        for (int64_t r = 0; r < n; r++) {
          const int64_t place = r < n - fixed ? at.cells[i * at.cell_stride + p] + r : stored - 1;
          const Real value = values[i * at.input_stride + r * at.function_stride + p];
          if (place < 0 || place >= stored)
            note(EVALUATE, __builtin_inf());
          else
            all[(p * inputs + i) * stored + place] = (double)value;
        }
    return all;
  }

  template <typename Block, typename Points, typename Number>
  Block block(const typename T::Spline &s, int64_t rows, const Points &at, const Number *values) {
    const int64_t fixed = s.base != KAN_BASE_NONE;
    return {s.inputs,
            rows,
            s.degree + 1 + fixed,
            fixed,
            s.functions,
            s.intervals,
            s.outside != 0,
            at.cells,
            values,
            at.cell_stride,
            at.input_stride,
            at.function_stride};
  }

  void contractions(int number) {
    static constexpr int64_t all_rows[] = {1, 3, 4, 17, 64, 200, 12};
    static constexpr int64_t all_outputs[] = {1, 2, 3, 5, 7, 8, 10, 16, 19, 33, 64};
    static constexpr int all_inputs[] = {1, 5, 8, 3};
    arena.used = 0;
    const int64_t rows = number < USUAL ? all_rows[number % 7] : 200, outputs = all_outputs[number % 11];
    const int inputs = all_inputs[number % 4];
    const typename T::Spline s = spline(number, inputs);
    const int64_t fixed = s.base != KAN_BASE_NONE, n = s.degree + 1 + fixed, stored = s.functions;
    const int64_t coefficients = inputs * stored * outputs;

    // Where no point lies outside, kernels take a shorter way.
    const Real *x = arena.template random<Real>(rows * inputs, number % 2 ? 0.9 : 1.4, random);
    const typename T::Points found = points(inputs, n, rows), exact = points(inputs, n, rows);
    kernels.spline_evaluate(&s, 0, inputs, rows, x, inputs, 2, &found);
    T::plain()->spline_evaluate(&s, 0, inputs, rows, x, inputs, 2, &exact);
    const Real *derivatives[][2] = {
        {found.values, exact.values}, {found.slopes, exact.slopes}, {found.seconds, exact.seconds}};
    for (const auto &pair : derivatives)
      compare(EVALUATE, rows * inputs * stored, dense(found, pair[0], inputs, rows, n, fixed, stored),
              dense(exact, pair[1], inputs, rows, n, fixed, stored));

    const Real *W = arena.template random<Real>(coefficients, 1, random);
    const Real *dz = arena.template random<Real>(rows * outputs, 1, random);
    const Real *bias = arena.template random<Real>(outputs, 2, random);
    // The plain twins in double precision.
    const int64_t numbers = inputs * n * exact.function_stride;
    const double *values = arena.template copy<double>(numbers, exact.values);
    const double *slopes = arena.template copy<double>(numbers, exact.slopes);
    const auto wide = block<kan_block_d>(s, rows, exact, values);
    const auto wide_slopes = block<kan_block_d>(s, rows, exact, slopes);
    const double *exact_W = arena.template copy<double>(coefficients, W);
    const double *exact_dz = arena.template copy<double>(rows * outputs, dz);
    double *exact_z = arena.template filled<double>(rows * outputs, 0);
    double *exact_dw = arena.template filled<double>(coefficients, 1);
    double *exact_dx = arena.template filled<double>(rows * inputs, 0), unused = 0;
    const kan_kernels_d *plain = kan_plain_kernels_d();
    plain->forward(&wide, outputs, 0, exact_W, outputs, arena.template copy<double>(outputs, bias), 0, exact_z,
                   outputs);
    plain->weights(&wide, outputs, exact_dz, nullptr, 0, exact_dw, &unused);
    plain->inputs(&wide_slopes, outputs, exact_dz, exact_W, exact_dx, inputs, &unused);

    const auto own = block<typename T::Block>(s, rows, exact, exact.values);
    const auto own_slopes = block<typename T::Block>(s, rows, exact, exact.slopes);
    Real *z = arena.template filled<Real>(rows * outputs, 0), *dx = arena.template filled<Real>(rows * inputs, 0);
    kernels.forward(&own, outputs, 0, W, outputs, bias, 0, z, outputs);
    compare(FORWARD, rows * outputs, z, exact_z);
    Real *scratch = arena.template filled<Real>(kernels.scratch(rows), 0);
    const int64_t width = kernels.panel_width(&own, outputs);
    for (int has_panels = 0; has_panels <= (width > 0); has_panels++) {
      Real *panels = nullptr, *dw = arena.template filled<Real>(coefficients, 1);
      if (has_panels) {
        panels = arena.template filled<Real>((outputs + width - 1) / width * rows * width, 0);
        kernels.panels(rows, outputs, dz, panels, rows * width);
      }
      kernels.order(&own, outputs, scratch);
      kernels.weights(&own, outputs, dz, panels, rows * width, dw, scratch);
      compare(has_panels ? PANELS : WEIGHTS, coefficients, dw, exact_dw);
      kernels.inputs(&own_slopes, outputs, dz, W, dx, inputs, scratch);
      compare(INPUTS, rows * inputs, dx, exact_dx);
    }

    const int64_t of_input = (stored - fixed) * (n - fixed), right = (stored - fixed) * outputs;
    double *gram = arena.template filled<double>(of_input, 0), *sums = arena.template filled<double>(right, 0);
    double *exact_gram = arena.template filled<double>(of_input, 0);
    double *exact_sums = arena.template filled<double>(right, 0);
    kernels.normal_equations(rows, n - fixed, exact.cells, exact.values, exact.function_stride, nullptr, outputs, dz,
                             outputs, gram, n - fixed, sums);
    for (int64_t p = 0; p < rows; p++)
      for (int64_t r = 0; r < n - fixed; r++) {
        const int64_t function = exact.cells[p] + r;
        const double value = (double)exact.values[r * exact.function_stride + p];
        for (int64_t d = 0; r + d < n - fixed; d++)
          exact_gram[function * (n - fixed) + d] += value * (double)exact.values[(r + d) * exact.function_stride + p];
        for (int64_t c = 0; c < outputs; c++) exact_sums[function * outputs + c] += value * (double)dz[p * outputs + c];
      }
    compare(NORMAL_EQUATIONS, of_input, gram, exact_gram);
    compare(NORMAL_EQUATIONS, right, sums, exact_sums);
  }

  /// Two or three runs, each anywhere within its own 50 parameters, and derivatives common to all rows.
  void outer_products(int number) {
    static constexpr int32_t lengths[][3] = {{4, 8, 5}, {1, 2, 3}, {37, 12, 16}, {9, 1, 33}};
    static constexpr int64_t commons[] = {7, 0, 18, 1};
    arena.used = 0;
    const int32_t *length = lengths[number];
    const int64_t common = commons[number], rows = 11, runs = 3, parameters = 50 * runs;
    const int32_t places[] = {(int32_t)common, (int32_t)common + length[0], (int32_t)common + length[0] + length[1]};
    const int64_t width = places[2] + length[2];
    int32_t *starts = arena.template take<int32_t>(rows * runs);
    for (int64_t row = 0; row < rows; row++)
      for (int64_t run = 0; run < runs; run++)
        starts[row * runs + run] = (int32_t)(run * 50 + (row * 7 + run) % (51 - length[run]));
    const typename T::SparseRows shape = {runs, places, length, width, common, 0};
    const Real *values = arena.template random<Real>(rows * width, 1, random);
    const Real *residuals = arena.template random<Real>(rows, 1, random);
    Real *h = arena.template filled<Real>(parameters * parameters, 0);
    Real *side = arena.template filled<Real>(parameters * common + 1, 0);
    Real *g = arena.template filled<Real>(parameters, 0);
    // J in full.
    double *J = arena.template filled<double>(rows * parameters, 0);
    for (int64_t row = 0; row < rows; row++)
      for (int64_t run = 0; run < runs; run++)
        for (int64_t j = 0; j < length[run]; j++)
          J[row * parameters + starts[row * runs + run] + j] = (double)values[row * width + places[run] + j];
    double *exact_h = arena.template filled<double>(parameters * parameters, 0);
    double *exact_side = arena.template filled<double>(parameters * common + 1, 0);
    double *exact_g = arena.template filled<double>(parameters, 0);
    for (int64_t own = 0; own < runs; own++)
      kernels.outer_products(&shape, own, rows, starts, values, residuals, h, parameters, side, common, g);
    for (int64_t row = 0; row < rows; row++)
      for (int64_t i = 0; i < parameters; i++) {
        const double factor = J[row * parameters + i];
        for (int64_t j = 0; j < (i / 50 + 1) * 50; j++) exact_h[i * parameters + j] += factor * J[row * parameters + j];
        for (int64_t j = 0; j < common; j++) exact_side[i * common + j] += factor * (double)values[row * width + j];
        exact_g[i] += factor * (double)residuals[row];
      }
    compare(OUTER_PRODUCTS, parameters * parameters, h, exact_h);
    compare(OUTER_PRODUCTS, parameters * common, side, exact_side);
    compare(OUTER_PRODUCTS, parameters, g, exact_g);
  }

  void run() {
    for (int number = 0; number < USUAL + 11; number++) contractions(number);
    for (int number = 0; number < 4; number++) outer_products(number);
  }
};

}  // namespace

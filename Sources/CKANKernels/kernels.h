// All kernels of one translation unit, and their table.
#pragma once

#include "elementwise.h"
#include "evaluate.h"
#include "forward.h"
#include "inputs.h"
#include "order.h"
#include "outer.h"
#include "refit.h"
#include "smooth.h"
#include "weights.h"

namespace {

/// The scratch of `order`, `weights` and `inputs` for blocks of so many rows.
struct Scratch {
  Row *rows;      // [BLOCK × rows], and WRITTEN behind them
  Ends *ends;     // [BLOCK]
  uint8_t *bytes; // [rows + WORD]
  Real *sums;     // [rows × BLOCK]
  Real *errors;   // [NARROW × (rows + LANES)]
  Real *panels;   // records and offsets of weights_by_panels
  int64_t count;  // numbers in all

  Scratch(Real *from, int64_t rows) {
    int64_t offset = 0;
    // Whole lines of the cache; without memory, numbers are only counted.
    const auto place = [&](int64_t bytes) {
      char *at = from ? (char *)from + offset : nullptr;
      offset += (bytes + LINE - 1) / LINE * LINE;
      return at;
    };
    this->rows = (Row *)place((BLOCK * rows + WRITTEN) * (int64_t)sizeof(Row));
    ends = (Ends *)place(BLOCK * (int64_t)sizeof(Ends));
    bytes = (uint8_t *)place(rows + WORD);
    sums = (Real *)place(rows * BLOCK * WIDTH);
    errors = (Real *)place(NARROW * (rows + LANES) * WIDTH);
    panels = (Real *)place((PANEL_SCRATCH * rows + 2 * LANES * RECORD) * WIDTH);
    count = offset / WIDTH;
  }
};

int64_t scratch_count(int64_t rows) { return Scratch(nullptr, rows).count; }

/// Outputs behind the last whole vector that are formed as a narrow layer is.
inline int64_t narrow_outputs(const Block &b, int64_t outputs) {
  const int64_t tail = outputs % LANES;
  return tail > 0 && is_narrow(b, tail) ? tail : 0;
}

void order(const Block *b, int64_t outputs, Real *scratch) {
  const int64_t narrow = narrow_outputs(*b, outputs);
  const Scratch at(scratch, b->rows);
  if (outputs > narrow || sorts_narrow(*b)) order_rows(*b, at.rows, at.ends, at.bytes);
}

void weights(const Block *b, int64_t outputs, const Real *dz, const Real *panels, int64_t panel_stride, Real *dw,
             Real *scratch) {
  const Scratch at(scratch, b->rows);
  if (HAS_PANELS && panels && panel_width(b, outputs) > 0)
    return weights_by_panels(*b, outputs, panels, panel_stride, at.rows, at.ends, dw, at.panels);
  const int64_t narrow = narrow_outputs(*b, outputs), whole = outputs - narrow;
  if (narrow > 0) {
    copy_errors(b->rows, (int)narrow, dz + whole, outputs, at.errors);
    weights_narrow(*b, (int)narrow, at.errors, at.rows, at.ends, dw + whole, outputs);
  }
  if (whole > 0) weights_wide(*b, whole, outputs, dz, at.rows, at.ends, dw);
}

void inputs(const Block *b, int64_t outputs, const Real *dz, const Real *W, Real *dx, int64_t dx_stride,
            Real *scratch) {
  const Scratch at(scratch, b->rows);
  const int64_t narrow = narrow_outputs(*b, outputs), whole = outputs - narrow;
  if (whole > 0) inputs_wide(*b, whole, outputs, dz, W, at.rows, at.ends, at.sums);
  if (narrow > 0) {
    copy_errors(b->rows, (int)narrow, dz + whole, outputs, at.errors);
    const int registers = registers_of(*b);
    (registers == 1   ? inputs_narrow<1>
     : registers == 2 ? inputs_narrow<2>
                      : inputs_narrow<0>)(*b, (int)narrow, at.errors, W + whole, outputs, whole > 0, at.sums);
  }
  write_inputs(*b, at.sums, dx, dx_stride);
}

}  // namespace

extern "C" const Kernels KAN_TABLE;
extern "C" const Kernels KAN_TABLE = {
    spline_evaluate, forward, scratch_count, order, weights, inputs, panel_width, write_panels, outer_products,
    normal_equations,
    exponentials, activation_values, activation_pull_back, broadcast_row, column_sums, scale_columns, first_non_finite,
    squared_error, cross_entropy, softmax, sgd, adamw, inner_product, add_scaled,
    smooth_steps,
};

// The table of plain twins. They stand at the head of the files of the kernels that they say the meaning of.
#pragma once

#include "evaluate.h"
#include "forward.h"
#include "inputs.h"
#include "order.h"
#include "outer.h"
#include "weights.h"

namespace {

const Kernels plain_kernels = {
    plain_evaluate,
    [](const Block *b, int64_t columns, int64_t, const Real *W, int64_t w_stride, const Real *start,
       int64_t start_stride, Real *z, int64_t z_stride) {
      plain_forward(*b, columns, W, w_stride, start, start_stride, z, z_stride);
    },
    [](int64_t) { return (int64_t)1; },
    [](const Block *, int64_t, Real *) {},
    [](const Block *b, int64_t outputs, const Real *dz, const Real *, int64_t, Real *dw, Real *) {
      plain_weights(*b, outputs, dz, dw);
    },
    [](const Block *b, int64_t outputs, const Real *dz, const Real *W, Real *dx, int64_t dx_stride, Real *) {
      plain_inputs(*b, outputs, dz, W, dx, dx_stride);
    },
    [](const Block *, int64_t) { return (int64_t)0; },
    nullptr,
    [](const SparseRows *s, int64_t own, int64_t rows, const int32_t *starts, const Real *values, const Real *residuals,
       Real *h, int64_t h_stride, Real *side, int64_t side_stride, Real *g) {
      plain_outer_products(*s, own, rows, starts, values, residuals, h, h_stride, side, side_stride, g);
    },
};

}  // namespace

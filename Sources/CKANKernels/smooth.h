// Steps smoothed along the coefficients of edges: a tridiagonal solve for each column, all columns at once.
//
//   before, p  coefficients before and after a step: [rows × columns]
//   q, c       1/d and ρ/d with the pivots d of I + ρ·DᵀD, D the differences of neighbouring rows: [rows]
#pragma once

#include "target.h"

namespace {

/// p = before + (I + ρ·DᵀD)⁻ᵐ·(p - before), m = solves
void smooth_steps(int64_t rows, int64_t columns, int64_t solves, const Real *q, const Real *c,
                  const Real *__restrict before, Real *__restrict p) {
  for (int64_t i = 0; i < rows * columns; i++) p[i] -= before[i];
  for (int64_t solve = 0; solve < solves; solve++) {
    for (int64_t j = 0; j < columns; j++) p[j] *= q[0];
    for (int64_t row = 1; row < rows; row++) {
      Real *__restrict own = p + row * columns;
      const Real *__restrict above = own - columns;
      for (int64_t j = 0; j < columns; j++) own[j] = own[j] * q[row] + above[j] * c[row];
    }
    for (int64_t row = rows - 2; row >= 0; row--) {
      Real *__restrict own = p + row * columns;
      const Real *__restrict below = own + columns;
      for (int64_t j = 0; j < columns; j++) own[j] += below[j] * c[row];
    }
  }
  for (int64_t i = 0; i < rows * columns; i++) p[i] += before[i];
}

}  // namespace

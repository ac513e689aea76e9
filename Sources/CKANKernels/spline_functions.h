// The k+1 spline functions of one interval, with slopes and second derivatives: of a vector of points at a time.
//
// Recursion of Cox and de Boor in the form of Piegl and Tiller, The NURBS Book, A2.2: within a non-empty interval every
// denominator is at least the interval's width, so repeated knots never give 0/0. On even grids the denominators are
// 1, 2, …, k steps. Derivatives come out of the last two stages: with rateⱼ = k·Bⱼ₊₁,ₖ₋₁/(tⱼ₊ₖ₊₁ - tⱼ₊₁),
// B′ⱼ = rateⱼ₋₁ - rateⱼ, and the same of B′ instead of B gives B″.
#pragma once

#include "target.h"

namespace {

constexpr int MAX_DEGREE = 5;

/// to[r] = rates[r - 1] - rates[r], r ≤ count, where there are `count` rates.
template <int count, class V>
KAN_INLINE void differences(const V *rates, V *to) {
  KAN_UNROLL
  for (int r = 0; r <= count; r++) to[r] = (r > 0 ? rates[r - 1] : V{}) - (r < count ? rates[r] : V{});
}

/// At 0 ≤ t ≤ 1 of the way through an interval among equally wide ones of width 1/scale.
template <int degree>
KAN_INLINE void even_functions(Vector t, Vector scale, int order, Vector *v, Vector *slopes, Vector *seconds) {
  if constexpr (degree == 3) {
    // The recursion multiplied out, with half of its operations: t³/6 and 2/3 - t² + t³/2, and the same for 1 - t.
    const Vector s = 1 - t, t2 = t * t, s2 = s * s;
    const Real two_thirds = (Real)2 / 3, half = (Real)0.5, sixth = (Real)1 / 6;
    v[0] = s2 * (s * sixth);
    v[1] = (half * t - 1) * t2 + two_thirds;
    v[2] = (half * s - 1) * s2 + two_thirds;
    v[3] = t2 * (t * sixth);
    if (order == 0) return;
    const Vector half_scale = half * scale;
    const Vector rates[3] = {half_scale * s2, half_scale + scale * (s * t), half_scale * t2};
    differences<3>(rates, slopes);
    if (order == 1) return;
    const Vector scale2 = scale * scale;
    seconds[0] = scale2 * s;
    seconds[1] = scale2 * (3 * t - 2);
    seconds[2] = scale2 * (3 * s - 2);
    seconds[3] = scale2 * t;
  } else {
    Vector rates[degree + 1] = {}, below[degree + 1] = {};
    v[0] = splat(1);
    KAN_UNROLL
    for (int j = 1; j <= degree; j++) {
      const Real inverse = (Real)1 / (Real)j;
      Vector saved = {};
      KAN_UNROLL
      for (int r = 0; r < j; r++) {
        if (j == degree) rates[r] = v[r] * scale;
        if (j == degree - 1) below[r] = v[r] * scale;
        const Vector part = v[r] * inverse;
        v[r] = saved + ((Real)(r + 1) - t) * part;
        saved = (t + (Real)(j - r - 1)) * part;
      }
      v[j] = saved;
    }
    if (order == 0) return;
    differences<degree>(rates, slopes);
    if (order == 1) return;
    differences<degree - 1>(below, rates);
    KAN_UNROLL
    for (int r = 0; r < degree; r++) rates[r] = degree == 1 ? Vector{} : rates[r] * scale;
    differences<degree>(rates, seconds);
  }
}

/// The same by differences from knots: left[j] = x - knots[span + 1 - j] and right[j] = knots[span + j] - x, j = 1 …
/// degree. V is a vector or a number.
template <int degree, class V>
KAN_INLINE void de_boor(const V *left, const V *right, int order, V *v, V *slopes, V *seconds) {
  V rates[MAX_DEGREE + 1] = {}, below[MAX_DEGREE + 1] = {}, inverse[MAX_DEGREE + 1] = {};
  v[0] = V{} + 1;
  KAN_UNROLL
  for (int j = 1; j <= degree; j++) {
    V saved = {};
    KAN_UNROLL
    for (int r = 0; r < j; r++) {
      const V width = right[r + 1] + left[j - r];
      const V part = v[r] / width;
      v[r] = saved + right[r + 1] * part;
      saved = left[j - r] * part;
      if (j == degree) rates[r] = (Real)degree * part;
      if (j == degree - 1) below[r] = (Real)(degree - 1) * part;
      if (j == degree) inverse[r] = width;
    }
    v[j] = saved;
  }
  if (order == 0) return;
  differences<degree>(rates, slopes);
  if (order == 1) return;
  differences<degree - 1>(below, rates);
  KAN_UNROLL
  for (int r = 0; r < degree; r++) rates[r] = degree == 1 ? V{} : (Real)degree * rates[r] / inverse[r];
  differences<degree>(rates, seconds);
}

}  // namespace

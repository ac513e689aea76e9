// Elementary functions as straight-line code, so that loops over them are vectorised in every instruction set.

#pragma once

#include "target.h"

namespace {

// exp(x) = 2ⁿ⁻¹·2exp(f) with n the integer nearest to x/ln 2 and |f| ≤ ln 2 / 2; the Taylor polynomial of exp(f) of
// degree 7 (float) or 13 (double) is exact to less than half an ulp there. n comes out of the low bits of a float
// to which a large power of two has been added. The 2 in the polynomial's coefficients lets n reach the exponent of
// infinity, so that a result is finite just where exp(x) is. Below, x is held where 2ⁿ⁻¹ is still a normal number, and
// the result is at least 1.8e-38 (float) or 3.3e-308 (double) instead of 0. NaN stays NaN.

/// 2exp(x - n·ln 2). ln 2 is in two parts; the first has zero bits at its end, so that n·part is exact.
KAN_INLINE float twice_exp(float x, float n) {
  float f = x - n * 0.693359375f;
  f = f - n * -2.12194440054690583e-4f;
  float p = 2.0f / 5040;
  p = p * f + 2.0f / 720;
  p = p * f + 2.0f / 120;
  p = p * f + 2.0f / 24;
  p = p * f + 2.0f / 6;
  p = p * f + 1.0f;
  p = p * f + 2.0f;
  return p * f + 2.0f;
}

KAN_INLINE float exponential(float x) {
  x = x > 89.0f ? 89.0f : x;
  x = x < -86.9f ? -86.9f : x;
  const float magic = 12582912.0f;  // 1.5·2²³
  float shifted = x * 1.44269504088896341f + magic;
  float p = twice_exp(x, shifted - magic);
  uint32_t bits;
  memcpy(&bits, &shifted, sizeof bits);
  bits = (bits - 0x4B400000u + 126u) << 23;
  float scale;
  memcpy(&scale, &bits, sizeof scale);
  return p * scale;
}

KAN_INLINE double twice_exp(double x, double n) {
  double f = x - n * 0.693145751953125;
  f = f - n * 1.42860682030941723212e-6;
  double p = 2.0 / 6227020800.0;
  p = p * f + 2.0 / 479001600.0;
  p = p * f + 2.0 / 39916800.0;
  p = p * f + 2.0 / 3628800.0;
  p = p * f + 2.0 / 362880.0;
  p = p * f + 2.0 / 40320.0;
  p = p * f + 2.0 / 5040.0;
  p = p * f + 2.0 / 720.0;
  p = p * f + 2.0 / 120.0;
  p = p * f + 2.0 / 24.0;
  p = p * f + 2.0 / 6.0;
  p = p * f + 1.0;
  p = p * f + 2.0;
  return p * f + 2.0;
}

KAN_INLINE double exponential(double x) {
  x = x > 710.0 ? 710.0 : x;
  x = x < -708.0 ? -708.0 : x;
  const double magic = 6755399441055744.0;  // 1.5·2⁵²
  double shifted = x * 1.44269504088896340736 + magic;
  double p = twice_exp(x, shifted - magic);
  uint64_t bits;
  memcpy(&bits, &shifted, sizeof bits);
  bits = (bits - 0x4338000000000000u + 1022u) << 52;
  double scale;
  memcpy(&scale, &bits, sizeof scale);
  return p * scale;
}

KAN_INLINE float sigmoid(float x) { return 1.0f / (1.0f + exponential(-x)); }
KAN_INLINE double sigmoid(double x) { return 1.0 / (1.0 + exponential(-x)); }

// SiLU x·σ(x), and its derivative σ + x·σ·(1 - σ), from σ(x). Where σ is 1 or as good as 0, x is held: infinite x
// would give ∞·0, and exp(-x) stays a normal number, so that 2ⁿ⁻¹ is multiplied by adding n - 1 to an exponent. With a
// power of two less 1, n - 1 comes out of the low bits. NaN may have any σ there; x makes the rest NaN.
constexpr float SILU_BOUND_F = 87;
constexpr double SILU_BOUND_D = 708;

KAN_INLINE float silu_not_below(float x) { return x < -SILU_BOUND_F ? -SILU_BOUND_F : x; }
KAN_INLINE double silu_not_below(double x) { return x < -SILU_BOUND_D ? -SILU_BOUND_D : x; }

KAN_INLINE float silu_held(float x) {
  x = silu_not_below(x);
  return x > SILU_BOUND_F ? SILU_BOUND_F : x;
}

KAN_INLINE double silu_held(double x) {
  x = silu_not_below(x);
  return x > SILU_BOUND_D ? SILU_BOUND_D : x;
}

KAN_INLINE float silu_sigmoid(float x) {
  x = silu_held(x);
  const float magic = 12582911.0f;  // 1.5·2²³ - 1
  float shifted = x * -1.44269504088896341f + magic;
  float p = twice_exp(-x, shifted - magic);
  uint32_t bits, exponent;
  memcpy(&bits, &p, sizeof bits);
  memcpy(&exponent, &shifted, sizeof exponent);
  bits += exponent << 23;
  memcpy(&p, &bits, sizeof p);
  return 1.0f / (1.0f + p);
}

KAN_INLINE double silu_sigmoid(double x) {
  x = silu_held(x);
  const double magic = 6755399441055743.0;  // 1.5·2⁵² - 1
  double shifted = x * -1.44269504088896340736 + magic;
  double p = twice_exp(-x, shifted - magic);
  uint64_t bits, exponent;
  memcpy(&bits, &p, sizeof bits);
  memcpy(&exponent, &shifted, sizeof exponent);
  bits += exponent << 52;
  memcpy(&p, &bits, sizeof p);
  return 1.0 / (1.0 + p);
}

KAN_INLINE float silu_value(float x, float s) { return silu_not_below(x) * s; }
KAN_INLINE double silu_value(double x, double s) { return silu_not_below(x) * s; }
KAN_INLINE float silu_slope_of(float x, float s) { return s + silu_held(x) * s * (1.0f - s); }
KAN_INLINE double silu_slope_of(double x, double s) { return s + silu_held(x) * s * (1.0 - s); }

KAN_INLINE float silu(float x) { return silu_value(x, silu_sigmoid(x)); }
KAN_INLINE double silu(double x) { return silu_value(x, silu_sigmoid(x)); }
KAN_INLINE float silu_slope(float x) { return silu_slope_of(x, silu_sigmoid(x)); }
KAN_INLINE double silu_slope(double x) { return silu_slope_of(x, silu_sigmoid(x)); }

// tanh x = (1 - e)/(1 + e) with e = exp(-2|x|) loses digits near 0. There float takes the Taylor series of tanh, and
// double -m/(2 + m) with m = exp(-2|x|) - 1 by its own Taylor series.
KAN_INLINE float hyperbolic_tangent(float x) {
  float a = x < 0 ? -x : x;
  float e = exponential(-2 * a);
  float large = (1 - e) / (1 + e);
  float s = x * x;
  // Taylor series of tanh to x⁹: below 0.3 the next term is under 1e-8 of the sum.
  float small = a * (1 + s * (-1.0f / 3 + s * (2.0f / 15 + s * (-17.0f / 315 + s * (62.0f / 2835)))));
  float y = a < 0.25f ? small : large;
  return x < 0 ? -y : y;
}

KAN_INLINE double hyperbolic_tangent(double x) {
  double a = x < 0 ? -x : x;
  double e = exponential(-2 * a);
  double large = (1 - e) / (1 + e);
  // expm1(u) by its Taylor series, u = -2a, |u| < 0.3: the term u¹³/13! is under 3e-17 of u.
  double u = -2 * a;
  double q = 1.0 / 479001600.0;
  q = q * u + 1.0 / 39916800.0;
  q = q * u + 1.0 / 3628800.0;
  q = q * u + 1.0 / 362880.0;
  q = q * u + 1.0 / 40320.0;
  q = q * u + 1.0 / 5040.0;
  q = q * u + 1.0 / 720.0;
  q = q * u + 1.0 / 120.0;
  q = q * u + 1.0 / 24.0;
  q = q * u + 1.0 / 6.0;
  q = q * u + 0.5;
  q = q * u + 1.0;
  double m = q * u;
  double small = -m / (2 + m);
  double y = a < 0.15 ? small : large;
  return x < 0 ? -y : y;
}

}  // namespace

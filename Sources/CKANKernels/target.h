// What every kernel file builds on: the number type, vectors of it, and the few things that instruction sets do
// differently. A translation unit is one instruction set and one precision. Before it includes `kernels.h` it defines
//
//   KAN_REAL          float or double
//   KAN_VECTOR_BYTES  width of a vector
//   KAN_REGISTERS     vector registers
//   KAN_TABLE         name of its table
//
// and applies its target to every function from there on. Everything is in an unnamed namespace, so that no symbol of
// one instruction set can stand in for that of another.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "CKANKernels.h"

// Copies a function into its callers: for register kernels alone, whose sizes have to be constants there. What does not
// depend on a template's parameter is not in the template, and stays a call.
#define KAN_INLINE inline __attribute__((always_inline))
// Inlined, the inner loops of a function would get too few registers for their addresses.
#define KAN_NOINLINE __attribute__((noinline))
#define KAN_UNROLL _Pragma("clang loop unroll(full)")

// Hides how a pointer was computed, so that the compiler increments it instead of multiplying anew.
#define KAN_HIDE_ORIGIN(pointer) __asm__("" : "+r"(pointer))

// Holds a vector in its register; the compiler would load each of its lanes from memory once more.
#if defined(__x86_64__)
#define KAN_HOLD(vector) __asm__("" : "+v"(vector))
#else
#define KAN_HOLD(vector)
#endif

namespace {

#if defined(KAN_PRECISION_FLOAT)
using Real = float;
using Spline = kan_spline_f;
using Points = kan_points_f;
using Block = kan_block_f;
using SparseRows = kan_sparse_rows_f;
using Kernels = kan_kernels_f;
#else
using Real = double;
using Spline = kan_spline_d;
using Points = kan_points_d;
using Block = kan_block_d;
using SparseRows = kan_sparse_rows_d;
using Kernels = kan_kernels_d;
#endif

constexpr int WIDTH = sizeof(Real);
constexpr int LANES = KAN_VECTOR_BYTES / WIDTH;
constexpr int REGISTERS = KAN_REGISTERS;
/// Bytes of a line of the cache; arrays of vectors begin with one, or vectors as wide as a line would lie across two.
constexpr int LINE = 64;

/// Inputs of a block: their rows of W stay in the first-level cache while the rows of a tile pass.
constexpr int BLOCK = 8;

typedef Real Vector __attribute__((vector_size(KAN_VECTOR_BYTES)));
typedef int32_t Integers __attribute__((vector_size(4 * LANES)));
// In memory they may stand at any multiple of a number's size.
typedef Vector LooseVector __attribute__((aligned(sizeof(Real))));
typedef Integers LooseIntegers __attribute__((aligned(4)));
/// What a comparison gives: all bits of a lane, or none.
using Mask = decltype(Vector{} < Vector{});

KAN_INLINE Vector load(const Real *from) { return *(const LooseVector *)from; }
KAN_INLINE void store(Real *to, Vector v) { *(LooseVector *)to = v; }
KAN_INLINE Vector splat(Real x) { return x - Vector{}; }
KAN_INLINE Vector to_vector(Integers i) { return __builtin_convertvector(i, Vector); }
KAN_INLINE Vector smaller(Vector a, Vector b) { return a < b ? a : b; }
KAN_INLINE Mask to_mask(Integers i) { return __builtin_convertvector(i, Mask); }
KAN_INLINE bool any(Mask m) { return __builtin_reduce_or(m) != 0; }

/// The first `count` lanes, 1 ≤ count ≤ LANES: the columns, or the rows, that fill no vector. What is built once
/// outside of a loop, and the loads and stores that touch no other memory; lanes behind are loaded as 0.
struct Part {
#if defined(KAN_HAS_AVX512)
  uint32_t lanes;
  explicit KAN_INLINE Part(int count) : lanes((1u << count) - 1) {}
  KAN_INLINE Vector load(const float *from) const { return (Vector)_mm512_maskz_loadu_ps((__mmask16)lanes, from); }
  KAN_INLINE Vector load(const double *from) const { return (Vector)_mm512_maskz_loadu_pd((__mmask8)lanes, from); }
  KAN_INLINE void store(float *to, Vector v) const { _mm512_mask_storeu_ps(to, (__mmask16)lanes, (__m512)v); }
  KAN_INLINE void store(double *to, Vector v) const { _mm512_mask_storeu_pd(to, (__mmask8)lanes, (__m512d)v); }
#elif defined(KAN_HAS_AVX2)
  __m256i lanes;
  explicit KAN_INLINE Part(int count) {
    Integers number;
    for (int i = 0; i < LANES; i++) number[i] = i;
    lanes = (__m256i)to_mask(number < count - Integers{});
  }
  KAN_INLINE Vector load(const float *from) const { return (Vector)_mm256_maskload_ps(from, lanes); }
  KAN_INLINE Vector load(const double *from) const { return (Vector)_mm256_maskload_pd(from, lanes); }
  KAN_INLINE void store(float *to, Vector v) const { _mm256_maskstore_ps(to, lanes, (__m256)v); }
  KAN_INLINE void store(double *to, Vector v) const { _mm256_maskstore_pd(to, lanes, (__m256d)v); }
#else
  int count;
  explicit KAN_INLINE Part(int count) : count(count) {}
  KAN_INLINE Vector load(const Real *from) const {
    Vector v = {};
    for (int i = 0; i < count; i++) v[i] = from[i];
    return v;
  }
  KAN_INLINE void store(Real *to, Vector v) const {
    for (int i = 0; i < count; i++) to[i] = v[i];
  }
#endif
};

/// A vector of which up to `count` lanes exist.
KAN_INLINE void store_first(int64_t count, Real *to, Vector v) {
  if (count >= LANES) return store(to, v);
  Part((int)count).store(to, v);
}

KAN_INLINE void store_first(int64_t count, int32_t *to, Integers v) {
  if (count >= LANES) {
    *(LooseIntegers *)to = v;
    return;
  }
  for (int i = 0; i < count; i++) to[i] = v[i];
}

/// The cells of up to LANES rows, 0 behind them.
KAN_INLINE Integers load_cells(int64_t count, const int32_t *from) {
  if (count >= LANES) return *(const LooseIntegers *)from;
  Integers v = {};
  for (int i = 0; i < count; i++) v[i] = from[i];
  return v;
}

/// from[at[i]] in lane i.
KAN_INLINE Vector gather(const Real *from, Integers at) {
#if defined(KAN_HAS_AVX512) && defined(KAN_PRECISION_FLOAT)
  return (Vector)_mm512_i32gather_ps((__m512i)at, from, 4);
#elif defined(KAN_HAS_AVX512)
  return (Vector)_mm512_i32gather_pd((__m256i)at, from, 8);
#elif defined(KAN_HAS_AVX2) && defined(KAN_PRECISION_FLOAT)
  return (Vector)_mm256_i32gather_ps(from, (__m256i)at, 4);
#elif defined(KAN_HAS_AVX2)
  return (Vector)_mm256_i32gather_pd(from, (__m128i)at, 8);
#else
  Vector v;
  for (int i = 0; i < LANES; i++) v[i] = from[at[i]];
  return v;
#endif
}

/// Numbers of one register that lookup() picks from, or 0 where the instruction set has no such shuffle.
#if defined(KAN_HAS_AVX512) || (defined(KAN_HAS_AVX2) && defined(KAN_PRECISION_FLOAT))
constexpr int TABLE = LANES;
#else
constexpr int TABLE = 0;
#endif

/// from[at[i]] in lane i, of `count` ≤ registers·TABLE numbers in one or two registers, or of any in memory (0).
template <int registers>
KAN_INLINE Vector lookup(Vector low, Vector high, Integers at) {
#if defined(KAN_HAS_AVX512) && defined(KAN_PRECISION_FLOAT)
  if (registers == 1) return (Vector)_mm512_permutexvar_ps((__m512i)at, (__m512)low);
  return (Vector)_mm512_permutex2var_ps((__m512)low, (__m512i)at, (__m512)high);
#elif defined(KAN_HAS_AVX512)
  const __m512i wide = _mm512_cvtepi32_epi64((__m256i)at);
  if (registers == 1) return (Vector)_mm512_permutexvar_pd(wide, (__m512d)low);
  return (Vector)_mm512_permutex2var_pd((__m512d)low, wide, (__m512d)high);
#elif defined(KAN_HAS_AVX2) && defined(KAN_PRECISION_FLOAT)
  const __m256 first = _mm256_permutevar8x32_ps((__m256)low, (__m256i)at);
  if (registers == 1) return (Vector)first;
  const __m256 second = _mm256_permutevar8x32_ps((__m256)high, (__m256i)at);
  return (Vector)_mm256_blendv_ps(first, second, _mm256_castsi256_ps(_mm256_slli_epi32((__m256i)at, 28)));
#else
  return low;
#endif
}

}  // namespace

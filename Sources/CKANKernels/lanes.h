// Vectors whose lanes change places: transposes and sums in registers.
#pragma once

#include "target.h"

namespace {

template <int... i>
struct Lanes {};
template <int n, int... i>
struct LanesTo : LanesTo<n - 1, n - 1, i...> {};
template <int... i>
struct LanesTo<0, i...> {
  using type = Lanes<i...>;
};

/// Lane j is lane At::of(j) of a and, from the number of their lanes on, of b.
template <class At, class V, int... j>
KAN_INLINE auto shuffle(V a, V b, Lanes<j...>) {
  return __builtin_shufflevector(a, b, At::of(j)...);
}
template <class At, class V>
KAN_INLINE V shuffle(V a, V b) {
  return shuffle<At>(a, b, typename LanesTo<sizeof(V) / WIDTH>::type{});
}

// The weights of GROUP rows, which fill 16 bytes, are loaded together: lanes of that width are shuffled within a cycle
// in every instruction set, and a load for each weight would be one in five.
constexpr int GROUP = 16 / WIDTH;
typedef Real Group __attribute__((vector_size(16)));
typedef Group LooseGroup __attribute__((aligned(sizeof(Real))));

struct Repeated {
  static constexpr int of(int j) { return j % GROUP; }
};
template <int n>
struct Picked {
  static constexpr int of(int j) { return j / GROUP * GROUP + n; }
};

template <int... j>
KAN_INLINE Vector repeat(Group few, Lanes<j...>) {
  return __builtin_shufflevector(few, few, Repeated::of(j)...);
}

/// The weights of GROUP rows, over and over.
KAN_INLINE Vector spread(const Real *weights) {
  Vector all = repeat(*(const LooseGroup *)weights, LanesTo<LANES>::type{});
  KAN_HOLD(all);
  return all;
}

/// The weight of row n of GROUP in all lanes.
KAN_INLINE Vector pick(Vector all, int n) {
  if constexpr (GROUP == 4)
    if (n >= 2) return n == 2 ? shuffle<Picked<2 % GROUP>>(all, all) : shuffle<Picked<3 % GROUP>>(all, all);
  return n == 0 ? shuffle<Picked<0>>(all, all) : shuffle<Picked<1>>(all, all);
}

// Blocks of s of n lanes: of two vectors, the even blocks and the odd ones in turn.
template <int n, int s>
struct Even {
  static constexpr int of(int j) { return j / (2 * s) * (2 * s) + j % s + (j / s % 2 ? n : 0); }
};
template <int n, int s>
struct Odd {
  static constexpr int of(int j) { return Even<n, s>::of(j) + s; }
};

// Squares of SIDE × SIDE numbers are transposed in registers.
constexpr int SIDE = (KAN_VECTOR_BYTES > 16 ? 32 : 16) / WIDTH;
typedef Real Side __attribute__((vector_size(SIDE * sizeof(Real))));
typedef Side LooseSide __attribute__((aligned(sizeof(Real))));

/// Blocks of s × s change places across the diagonal of blocks of 2s × 2s.
template <int s>
KAN_INLINE void exchange(const Side *v, Side *w) {
  KAN_UNROLL
  for (int i = 0; i < SIDE; i++)
    w[i] = i & s ? shuffle<Odd<SIDE, s>>(v[i - s], v[i]) : shuffle<Even<SIDE, s>>(v[i], v[i + s]);
}

/// to[column·to_stride + row] = from[row·stride + column] of a square.
KAN_INLINE void transpose_square(const Real *from, int64_t stride, Real *to, int64_t to_stride) {
  Side v[SIDE], w[SIDE];
  KAN_UNROLL
  for (int i = 0; i < SIDE; i++) v[i] = *(const LooseSide *)(from + i * stride);
  exchange<1>(v, w);
  if constexpr (SIDE >= 4) exchange<SIDE >= 4 ? 2 : 1>(w, v);
  if constexpr (SIDE >= 8) exchange<SIDE >= 8 ? 4 : 1>(v, w);
  KAN_UNROLL
  for (int i = 0; i < SIDE; i++) *(LooseSide *)(to + i * to_stride) = SIDE == 4 ? v[i] : w[i];
}

// A vector of half the sums: in even blocks of s lanes those of a, in odd ones those of b. One operand is in its place,
// which takes no shuffle.
template <int s>
struct Own {
  static constexpr int of(int j) { return j + (j / s % 2 ? LANES : 0); }
};
template <int s>
struct Other {
  static constexpr int of(int j) { return j / s % 2 ? LANES + j - s : j + s; }
};
template <int s>
KAN_INLINE Vector fold(Vector a, Vector b) {
  return shuffle<Own<s>>(a, b) + shuffle<Other<s>>(a, b);
}

/// Lane i is the sum of the lanes of vector i of LANES.
inline Vector lane_sums(const Real *vectors) {
  Vector v[LANES];
  KAN_UNROLL
  for (int i = 0; i < LANES; i++) v[i] = load(vectors + i * LANES);
  KAN_UNROLL
  for (int i = 0; i < LANES / 2; i++) v[i] = fold<1>(v[2 * i], v[2 * i + 1]);
  if constexpr (LANES >= 4) {
    KAN_UNROLL
    for (int i = 0; i < LANES / 4; i++) v[i] = fold<2>(v[2 * i], v[2 * i + 1]);
  }
  if constexpr (LANES >= 8) {
    KAN_UNROLL
    for (int i = 0; i < LANES / 8; i++) v[i] = fold<4>(v[2 * i], v[2 * i + 1]);
  }
  if constexpr (LANES >= 16) v[0] = fold<8>(v[0], v[1]);
  return v[0];
}

// Four vectors as records of four numbers, one record for each lane.
typedef Real Four __attribute__((vector_size(4 * sizeof(Real))));
typedef Four LooseFour __attribute__((aligned(sizeof(Real))));

/// Within each four lanes, two of a and two of b in turn, from lane `first` on.
template <int first>
struct Mixed {
  static constexpr int of(int j) { return j / 4 * 4 + first + j % 4 / 2 + (j % 2 ? LANES : 0); }
};
template <int first, int... j>
KAN_INLINE Four four_lanes(Vector v, Lanes<j...>) {
  return __builtin_shufflevector(v, v, (first + j)...);
}

/// to[row·stride + r] = lane `row` of v[r], for r < 4 and all lanes.
inline void store_fours(const Vector *v, Real *to, int64_t stride) {
  static_assert(LANES % 4 == 0 || LANES == 2, "");
  if constexpr (LANES >= 4) {
    const Vector even[2] = {shuffle<Mixed<0>>(v[0], v[2]), shuffle<Mixed<2>>(v[0], v[2])};
    const Vector odd[2] = {shuffle<Mixed<0>>(v[1], v[3]), shuffle<Mixed<2>>(v[1], v[3])};
    KAN_UNROLL
    for (int i = 0; i < 4; i++) {
      const Vector a = even[i / 2], b = odd[i / 2], rows = i % 2 ? shuffle<Mixed<2>>(a, b) : shuffle<Mixed<0>>(a, b);
      *(LooseFour *)(to + i * stride) = four_lanes<0>(rows, LanesTo<4>::type{});
      if constexpr (LANES >= 8) *(LooseFour *)(to + (4 + i) * stride) = four_lanes<4>(rows, LanesTo<4>::type{});
      if constexpr (LANES >= 16) {
        *(LooseFour *)(to + (8 + i) * stride) = four_lanes<8>(rows, LanesTo<4>::type{});
        *(LooseFour *)(to + (12 + i) * stride) = four_lanes<12>(rows, LanesTo<4>::type{});
      }
    }
  } else {
    for (int i = 0; i < LANES; i++)
      for (int r = 0; r < 4; r++) to[i * stride + r] = v[r][i];
  }
}

}  // namespace

// Vectors whose lanes change places.

// Lane j of KAN_EVEN(n, s) and KAN_ODD(n, s) of two vectors of n lanes: blocks of s lanes of the one and of the other in
// turn, the even blocks and the odd ones.
#define KAN_EVEN_LANE(j, n, s) ((j) / (2 * (s)) * (2 * (s)) + (j) % (s) + ((j) / (s) % 2 ? (n) : 0))
#define KAN_ODD_LANE(j, n, s) (KAN_EVEN_LANE(j, n, s) + (s))
#define KAN_LANES_2(f, n, s) f(0, n, s), f(1, n, s)
#define KAN_LANES_4(f, n, s) KAN_LANES_2(f, n, s), f(2, n, s), f(3, n, s)
#define KAN_LANES_8(f, n, s) KAN_LANES_4(f, n, s), f(4, n, s), f(5, n, s), f(6, n, s), f(7, n, s)
#define KAN_LANES_16(f, n, s)                                                                                      \
  KAN_LANES_8(f, n, s), f(8, n, s), f(9, n, s), f(10, n, s), f(11, n, s), f(12, n, s), f(13, n, s), f(14, n, s), \
      f(15, n, s)
#define KAN_JOIN(a, b) KAN_JOIN_(a, b)
#define KAN_JOIN_(a, b) a##b
#define KAN_EVEN(a, b, n, s) __builtin_shufflevector(a, b, KAN_JOIN(KAN_LANES_, n)(KAN_EVEN_LANE, n, s))
#define KAN_ODD(a, b, n, s) __builtin_shufflevector(a, b, KAN_JOIN(KAN_LANES_, n)(KAN_ODD_LANE, n, s))

// Rows whose weights fit 16 bytes: lanes of that width are shuffled within a cycle in every instruction set.
#if KAN_WIDTH == 4
#define KAN_GROUP 4
#else
#define KAN_GROUP 2
#endif
#define KAN_GROUP_LANE(j, n, s) ((j) % (n))
#define KAN_PICK_LANE(j, n, s) ((j) / (n) * (n) + (s))
typedef KAN_REAL KAN_NAME(group) __attribute__((vector_size(16), aligned(KAN_WIDTH)));

// Squares of KAN_SIDE × KAN_SIDE numbers are transposed in registers.
#if KAN_WIDTH == 4
#define KAN_SIDE 8
#else
#define KAN_SIDE 4
#endif
typedef KAN_REAL KAN_NAME(side) __attribute__((vector_size(KAN_SIDE * KAN_WIDTH), aligned(KAN_WIDTH)));

/// to[column·CHUNK + row] = from[row·stride + column] of a square.
KAN_INLINE void KAN_NAME(transpose_square)(const KAN_REAL *from, int64_t stride, KAN_REAL *to) {
  KAN_NAME(side) v[KAN_SIDE], w[KAN_SIDE];
  KAN_UNROLL
  for (int i = 0; i < KAN_SIDE; i++) v[i] = *(const KAN_NAME(side) *)(from + i * stride);
  // Blocks of s × s change places across the diagonal of blocks of 2s × 2s.
#define KAN_EXCHANGE(v, w, s)                                    \
  KAN_UNROLL                                                     \
  for (int i = 0; i < KAN_SIDE; i++)                             \
    w[i] = i & (s) ? KAN_ODD(v[i - (s)], v[i], KAN_SIDE, s) : KAN_EVEN(v[i], v[i + (s)], KAN_SIDE, s)
  KAN_EXCHANGE(v, w, 1);
  KAN_EXCHANGE(w, v, 2);
#if KAN_SIDE == 8
  KAN_EXCHANGE(v, w, 4);
#endif
#undef KAN_EXCHANGE
  KAN_UNROLL
  for (int i = 0; i < KAN_SIDE; i++) *(KAN_NAME(side) *)(to + i * CHUNK) = KAN_SIDE == 8 ? w[i] : v[i];
}

#if KAN_LANES >= 4
typedef KAN_REAL KAN_NAME(four) __attribute__((vector_size(4 * KAN_WIDTH), aligned(KAN_WIDTH)));
#define KAN_FIRST_LANE(j, n, s) ((j) / 4 * 4 + (j) % 4 / 2 + ((j) % 2 ? (n) : 0) + (s))
#define KAN_MIX(a, b, s) __builtin_shufflevector(a, b, KAN_JOIN(KAN_LANES_, KAN_LANES)(KAN_FIRST_LANE, KAN_LANES, s))
#define KAN_PART_LANE(j, n, s) ((s) + (j))

/// to[row·stride + r] = lane `row` of v[r], for all lanes.
KAN_INLINE void KAN_NAME(store_fours)(const KAN_NAME(vector) * v, KAN_REAL *to, int64_t stride) {
  // Within each four rows, lanes of the first and third vector in turn, and of the second and fourth; then of those.
  const KAN_NAME(vector) even[2] = {KAN_MIX(v[0], v[2], 0), KAN_MIX(v[0], v[2], 2)};
  const KAN_NAME(vector) odd[2] = {KAN_MIX(v[1], v[3], 0), KAN_MIX(v[1], v[3], 2)};
  KAN_UNROLL
  for (int i = 0; i < 4; i++) {
    const KAN_NAME(vector) rows = i % 2 ? KAN_MIX(even[i / 2], odd[i / 2], 2) : KAN_MIX(even[i / 2], odd[i / 2], 0);
#define KAN_STORE_PART(part)                                                                                     \
  if (4 * (part) < KAN_LANES)                                                                                    \
  *(KAN_NAME(four) *)(to + (4 * (part) + i) * stride) =                                                          \
      __builtin_shufflevector(rows, rows, KAN_LANES_4(KAN_PART_LANE, 4, 4 * (part) < KAN_LANES ? 4 * (part) : 0))
    KAN_STORE_PART(0);
    KAN_STORE_PART(1);
    KAN_STORE_PART(2);
    KAN_STORE_PART(3);
#undef KAN_STORE_PART
  }
}
#endif

/// points[i·CHUNK + q] = x[q·x_stride + i]. Vectors load these points soon after, and would wait for single numbers.
/// The next inputs, which may stand a page away from row to row, come into the cache meanwhile.
KAN_INLINE void KAN_NAME(copy_columns)(int count, int rows, const KAN_REAL *x, int64_t x_stride, KAN_REAL *points) {
  int q = 0;
  for (int row = 0; row < rows; row++) __builtin_prefetch(x + row * x_stride + count);
  if (count % KAN_SIDE == 0)
    for (; q + KAN_SIDE <= rows; q += KAN_SIDE)
      for (int i = 0; i < count; i += KAN_SIDE)
        KAN_NAME(transpose_square)(x + q * x_stride + i, x_stride, points + i * CHUNK + q);
  for (int i = 0; i < count; i++)
    KAN_ONE_BY_ONE
    for (int row = q; row < rows; row++) points[i * CHUNK + row] = x[row * x_stride + i];
}

// A number that all lanes are to hold comes from memory, at the price of a load, or out of a register. Loads are what
// bounds the products below: one for each vector of W, and a processor that does two multiply-adds a cycle loads no more
// than two vectors. So GROUP weights of neighbouring rows are loaded together, and picked out of their register.

/// Weights of GROUP rows, over and over.
KAN_INLINE KAN_NAME(vector) KAN_NAME(spread)(const KAN_REAL *weights) {
  KAN_NAME(group) few = *(const KAN_NAME(group) *)weights;
  KAN_NAME(vector) all = __builtin_shufflevector(few, few, KAN_JOIN(KAN_LANES_, KAN_LANES)(KAN_GROUP_LANE, KAN_GROUP, 0));
  KAN_KEEP(all);
  return all;
}

/// The weight of row n of GROUP in all lanes.
KAN_INLINE KAN_NAME(vector) KAN_NAME(pick)(KAN_NAME(vector) all, const int n) {
#define KAN_PICK(n) __builtin_shufflevector(all, all, KAN_JOIN(KAN_LANES_, KAN_LANES)(KAN_PICK_LANE, KAN_GROUP, n))
#if KAN_GROUP == 4
  if (n >= 2) return n == 2 ? KAN_PICK(2) : KAN_PICK(3);
#endif
  return n == 0 ? KAN_PICK(0) : KAN_PICK(1);
#undef KAN_PICK
}

// Folds two vectors to one of half their sums, the even blocks of s lanes those of a and the odd ones those of b: a block
// that is in its place, which takes no shuffle, and its neighbour.
#define KAN_OWN_LANE(j, n, s) ((j) + ((j) / (s) % 2 ? (n) : 0))
#define KAN_OTHER_LANE(j, n, s) ((j) / (s) % 2 ? (n) + (j) - (s) : (j) + (s))
#define KAN_OWN(a, b, n, s) __builtin_shufflevector(a, b, KAN_JOIN(KAN_LANES_, n)(KAN_OWN_LANE, n, s))
#define KAN_OTHER(a, b, n, s) __builtin_shufflevector(a, b, KAN_JOIN(KAN_LANES_, n)(KAN_OTHER_LANE, n, s))
#define KAN_FOLD(a, b, s) (KAN_OWN(a, b, KAN_LANES, s) + KAN_OTHER(a, b, KAN_LANES, s))

/// Lane i is the sum of the lanes of vector i of KAN_LANES.
KAN_INLINE KAN_NAME(vector) KAN_NAME(lane_sums)(const KAN_REAL *vectors) {
  KAN_NAME(vector) v[KAN_LANES];
  KAN_UNROLL
  for (int i = 0; i < KAN_LANES; i++) v[i] = KAN_LOAD(vectors + i * KAN_LANES);
  KAN_UNROLL
  for (int i = 0; i < KAN_LANES / 2; i++) v[i] = KAN_FOLD(v[2 * i], v[2 * i + 1], 1);
#if KAN_LANES >= 4
  KAN_UNROLL
  for (int i = 0; i < KAN_LANES / 4; i++) v[i] = KAN_FOLD(v[2 * i], v[2 * i + 1], 2);
#endif
#if KAN_LANES >= 8
  KAN_UNROLL
  for (int i = 0; i < KAN_LANES / 8; i++) v[i] = KAN_FOLD(v[2 * i], v[2 * i + 1], 4);
#endif
#if KAN_LANES >= 16
  v[0] = KAN_FOLD(v[0], v[1], 8);
#endif
  return v[0];
}
#undef KAN_FOLD
#undef KAN_OWN
#undef KAN_OTHER
#undef KAN_OWN_LANE
#undef KAN_OTHER_LANE

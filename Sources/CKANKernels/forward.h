// Z = start + Φ·W of one block of inputs.
//
//   b       kan_block, fed values (slopes times ẋ give tangents)
//   W       [inputs·K × columns], rows w_stride apart
//   start   [rows × columns], start_stride apart or 0: the bias, or what the blocks before have left in Z
//   z       [rows × columns], z_stride apart
//
// Sums of a few rows and a panel of columns stay in registers while the inputs pass. They are formed in one order, input by
// input and function by function, whatever rows and columns come together: a row's bits do not depend on that.
//
// A panel of W is copied where its rows would lie far apart (see `packs`), padded with zeros to whole vectors; the columns
// that fill no vector of Z are loaded and stored in part.
#pragma once

#include "narrow.h"

namespace {

/// The plain twin.
inline void plain_forward(const Block &b, int64_t columns, const Real *W, int64_t w_stride, const Real *start,
                          int64_t start_stride, Real *z, int64_t z_stride) {
  for (int64_t p = 0; p < b.rows; p++)
    for (int64_t c = 0; c < columns; c++) {
      Real sum = start[p * start_stride + c];
      for (int64_t i = 0; i < b.inputs; i++)
        for (int64_t r = 0; r < b.functions; r++) {
          const bool fixed = b.fixed && r == b.functions - 1;
          const int64_t place = i * b.stored + (fixed ? b.stored - 1 : b.cell[i * b.cell_stride + p] + r);
          sum += b.value[i * b.input_stride + r * b.function_stride + p] * W[place * w_stride + c];
        }
      z[p * z_stride + c] = sum;
    }
}

/// Vectors of columns together: a panel. With half of the registers, longer rows of W make up for fewer rows of Z.
constexpr int PANEL = REGISTERS <= 16 && LANES * WIDTH > 16 ? 8 : 4;
/// Vectors of sums that stay in registers beside what is added to them.
constexpr int MOST_SUMS = REGISTERS <= 16 ? 8 : 16;
/// Most functions of an input for which panels are copied: a block of them fills half of a second-level cache of 256 KiB.
constexpr int PACKED_FUNCTIONS = 64;
/// Bytes of all of W from which on the next block is prefetched: a second-level cache holds no more.
constexpr int64_t FAR_BYTES = 1 << 20;

/// Rows of W of the next block of inputs, which come into the second-level cache while this one is used.
struct Ahead {
  const Real *at;
  int64_t stride;
  int rows, lines;  // lines of the cache, of a row
  int step;         // rows for each few rows of Z

  void fetch() {
    for (int row = 0; row < step && rows > 0; row++) {
      for (int line = 0; line < lines; line++) __builtin_prefetch((const char *)at + line * LINE, 0, 2);
      at += stride;
      rows--;
    }
  }
};

/// One panel of W and the same columns of Z.
struct Panel {
  const Real *W;
  int64_t w_stride, edge_stride;  // from function to function and from input to input
  const Real *start;
  int64_t start_stride;
  Real *z;
  int64_t z_stride;
  int tail;      // columns, if they fill no vector
  Ahead *ahead;  // or null
};

/// N rows from q on and M vectors of columns. n functions, or as many as the block says if n is 0.
template <int n, int N, int M, bool is_part>
KAN_INLINE void forward_columns(const Block &b, const Panel &p, int q) {
  const Part part(is_part ? p.tail : 1);
  const int functions = n > 0 ? n : (int)b.functions;
  const int64_t w_stride = p.w_stride, edge_stride = p.edge_stride;
  const int64_t fixed = b.fixed ? edge_stride - w_stride : -1;
  Vector sum[N][M];
  KAN_UNROLL
  for (int k = 0; k < N; k++)
    KAN_UNROLL
    for (int m = 0; m < M; m++) {
      const Real *from = p.start + (q + k) * p.start_stride + m * LANES;
      sum[k][m] = is_part ? part.load(from) : load(from);
    }
  // With few sums each product waits for the one before it, and nothing makes up for a wait for an address: those of the
  // next input are found ahead.
  constexpr bool ahead = N <= 2;
  const int32_t *cells = b.cell + q;
  const Real *edge = p.W, *values = b.value + q, *next[N];
  KAN_UNROLL
  for (int k = 0; k < N && ahead; k++) next[k] = edge + cells[k] * w_stride;
  for (int64_t i = 0; i < b.inputs; i++) {
    const Real *from[N];
    const int64_t following = i + 1 < b.inputs ? 1 : 0;
    KAN_UNROLL
    for (int k = 0; k < N; k++) {
      from[k] = ahead ? next[k] : edge + cells[k] * w_stride;
      if (!ahead) continue;
      next[k] = edge + following * edge_stride + cells[following * b.cell_stride + k] * w_stride;
      KAN_HIDE_ORIGIN(next[k]);
    }
    const Real *weights = values;
    const auto add = [&](int r) __attribute__((always_inline)) {
      const bool is_fixed = fixed >= 0 && r == functions - 1;
      Vector all = {};
      KAN_UNROLL
      for (int k = 0; k < N; k++) {
        if (N % GROUP == 0 && k % GROUP == 0) all = spread(weights + k);
        const Vector w = N % GROUP == 0 ? pick(all, k % GROUP) : splat(weights[k]);
        const Real *row = is_fixed ? edge + fixed : from[k];
        KAN_UNROLL
        for (int m = 0; m < M; m++) sum[k][m] += w * (is_part ? part.load(row) : load(row + m * LANES));
        from[k] += w_stride;
        KAN_HIDE_ORIGIN(from[k]);
      }
      weights += b.function_stride;
    };
    if constexpr (n > 0) {
      KAN_UNROLL
      for (int r = 0; r < n; r++) add(r);
    } else {
      for (int r = 0; r < functions; r++) add(r);
    }
    edge += edge_stride;
    values += b.input_stride;
    cells += b.cell_stride;
  }
  KAN_UNROLL
  for (int k = 0; k < N; k++)
    KAN_UNROLL
    for (int m = 0; m < M; m++) {
      Real *to = p.z + (q + k) * p.z_stride + m * LANES;
      if (is_part)
        part.store(to, sum[k][m]);
      else
        store(to, sum[k][m]);
    }
}

/// M vectors of columns for all rows: several together where one has too few sums to keep the multipliers busy.
template <int n, int M, bool is_part>
KAN_NOINLINE void forward_rows(const Block &b, const Panel &p) {
  constexpr int N = M * 4 <= MOST_SUMS ? 4 : M * 2 <= MOST_SUMS ? 2 : 1;
  int q = 0;
  for (; q + N <= b.rows; q += N) {
    if (p.ahead) p.ahead->fetch();
    forward_columns<n, N, M, is_part>(b, p, q);
  }
  if constexpr (N > 1)
    for (; q < b.rows; q++) forward_columns<n, 1, M, is_part>(b, p, q);
}

using ForwardRows = void (*)(const Block &, const Panel &);

/// M is 8, 4, 2 or 1; a single row has enough sums with 8 alone.
template <int n>
inline ForwardRows forward_rows_of(int vectors, bool is_part) {
  if (is_part) return forward_rows<n, 1, true>;
  if (vectors == 8) return forward_rows<n, 8, false>;
  if (vectors == 4) return forward_rows<n, 4, false>;
  return vectors == 2 ? forward_rows<n, 2, false> : forward_rows<n, 1, false>;
}

inline ForwardRows forward_rows_for(int64_t functions, int vectors, bool is_part) {
  // Cubic splines without and with a base function; the baseline, which few processors run, has the general one alone.
  if constexpr (LANES * WIDTH > 16) {
    if (functions == 4) return forward_rows_of<4>(vectors, is_part);
    if (functions == 5) return forward_rows_of<5>(vectors, is_part);
  }
  return forward_rows_of<0>(vectors, is_part);
}

/// Whether panels of W are worth a copy: where a row of W is longer than a panel, its pieces stand a page or a power of two
/// apart, which neither address translation nor the cache is made for.
inline bool packs(const Block &b, int64_t columns, int64_t w_stride) {
  const bool scattered = w_stride > PANEL * LANES || columns % LANES != 0;
  return scattered && b.rows >= b.stored && b.stored <= PACKED_FUNCTIONS && b.inputs <= BLOCK;
}

/// Copies `columns` of every row, with zeros behind them up to `width`, whole vectors.
inline void pack(int64_t rows, int64_t columns, const Real *from, int64_t stride, int64_t width, Real *to) {
  for (int64_t row = 0; row < rows; row++, from += stride, to += width) {
    int64_t c = 0;
    for (; c + LANES <= columns; c += LANES) store(to + c, load(from + c));
    if (c < columns) store(to + c, Part((int)(columns - c)).load(from + c));
  }
}

KAN_NOINLINE void forward_wide(const Block &b, int64_t columns, int64_t following, const Real *W, int64_t w_stride,
                               const Real *start, int64_t start_stride, Real *z, int64_t z_stride) {
  const bool copies = packs(b, columns, w_stride);
  const int64_t rows = b.inputs * b.stored, next_rows = following * b.stored;
  const bool fetches = copies && next_rows > 0 && (next_rows + rows) * w_stride * WIDTH > FAR_BYTES;
  Real packed[BLOCK * PACKED_FUNCTIONS * PANEL * LANES] __attribute__((aligned(LINE)));
  int most = b.rows < 4 ? 8 : PANEL;
  for (int64_t column = 0; column < columns;) {
    while (most > 1 && columns - column < most * LANES) most /= 2;
    const bool is_part = columns - column < LANES;
    const int64_t width = is_part ? columns - column : most * LANES;
    Panel p = {W + column, w_stride, b.stored * w_stride, start + column, start_stride, z + column, z_stride,
               (int)(is_part ? width : 0), nullptr};
    if (copies) {
      const int64_t whole = is_part ? LANES : width;
      pack(rows, width, p.W, w_stride, whole, packed);
      p.W = packed;
      p.w_stride = whole;
      p.edge_stride = b.stored * whole;
    }
    // This panel's share of the next block: some of its rows, each in its full width, so that memory is read in long runs.
    Ahead ahead;
    if (fetches) {
      const int64_t next = next_rows < rows ? next_rows : rows;
      const int64_t first = next * column / columns, count = next * (column + width) / columns - first;
      ahead = {W + (rows + first) * w_stride, w_stride, (int)count, (int)(columns * WIDTH / LINE),
               (int)(4 * count / b.rows + 1)};
      p.ahead = &ahead;
    }
    forward_rows_for(b.functions, most, is_part)(b, p);
    column += width;
  }
}

void forward(const Block *b, int64_t columns, int64_t following, const Real *W, int64_t w_stride, const Real *start,
             int64_t start_stride, Real *z, int64_t z_stride) {
  // A row alone gets the same bits from vectors over outputs, and there has no lane to look up for others.
  if (columns <= NARROW && w_stride <= NARROW && b->rows >= 4 && b->inputs <= BLOCK)
    return forward_narrow(*b, (int)columns, W, w_stride, start, start_stride, z, z_stride);
  forward_wide(*b, columns, following, W, w_stride, start, start_stride, z, z_stride);
}

}  // namespace

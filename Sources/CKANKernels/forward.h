// Z = start + Φ·W of one block of inputs.
//
//   b       kan_block, fed values (slopes times ẋ give tangents)
//   W       [inputs·K × columns], rows w_stride apart
//   start   [rows × columns], start_stride apart or 0: the bias, or what the blocks before have left in Z
//   z       [rows × columns], z_stride apart
//
// Sums of a few rows and a panel of columns stay in registers while the inputs pass. They are formed in one order,
// input by input and function by function, whatever rows and columns come together: a row's bits do not depend on that.
//
// A panel of W is copied where its rows would lie far apart (see `packs`), padded with zeros to whole vectors; the
// columns that fill no vector of Z are loaded and stored in part.
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
/// Most functions of an input for which panels are copied: a block of them fills half of a second-level cache of 256
/// KiB.
constexpr int PACKED_FUNCTIONS = 64;
/// Bytes of all of W from which on the next block is prefetched: a second-level cache holds no more.
constexpr int64_t FAR_BYTES = 1 << 20;

/// Rows of W of the next block of inputs, which come into the second-level cache while this one is used.
struct Ahead {
  const Real *at;
  int64_t stride;
  int rows, lines;  // lines of the cache, of a row
  int step;         // rows for each few rows of Z

  KAN_NOINLINE void fetch() {
    for (int row = 0; row < step && rows > 0; row++) {
      for (int line = 0; line < lines; line++) __builtin_prefetch((const char *)at + line * LINE, 0, 2);
      at += stride;
      rows--;
    }
  }
};

/// Rows whose places in W are found together, ahead of the products.
constexpr int TILE = 128;

/// One panel of W and the same columns of Z.
struct Panel {
  const Real *W;
  int64_t w_stride, edge_stride;  // from function to function and from input to input
  const Real *start;
  int64_t start_stride;
  Real *z;
  int64_t z_stride;
  int tail;                // columns, if they fill no vector
  const int32_t *offsets;  // cell·w_stride of input i and row p at [i·TILE + p], or null for a row alone
  Ahead *ahead;            // or null
};

/// N rows from q on and M vectors of columns. n functions, or as many as the block says if n is 0.
template <int n, int N, int M, bool is_part>
KAN_INLINE void forward_columns(const Block &b, const Panel &p, int64_t q) {
  const Part part(is_part ? p.tail : 1);
  const int64_t w_stride = p.w_stride, edge_stride = p.edge_stride, function_stride = b.function_stride;
  Vector sum[N][M];
  KAN_UNROLL
  for (int k = 0; k < N; k++)
    KAN_UNROLL
    for (int m = 0; m < M; m++) {
      const Real *from = p.start + (q + k) * p.start_stride + m * LANES;
      sum[k][m] = is_part ? part.load(from) : load(from);
    }
  // One row has so few sums that each product waits for the one before it, and nothing makes up for a wait for an
  // address: that of the next input is found ahead.
  constexpr bool ahead = N == 1;
  const int32_t *cells = ahead ? b.cell + q : p.offsets + q;
  const int64_t cell_stride = ahead ? b.cell_stride : TILE;
  // One pointer passes over all values, which for several rows stand without gaps: the registers are full of others.
  const Real *edge = p.W, *weights = b.value + q, *next = edge;
  const int64_t to_next_input = b.input_stride - b.functions * function_stride;
  if (ahead) next += cells[0] * w_stride;
  for (int64_t left = b.inputs; left > 0; left--) {
    const Real *from[N];
    KAN_UNROLL
    for (int k = 0; k < N; k++) from[k] = ahead ? next : edge + cells[k];
    edge += edge_stride;
    cells += cell_stride;
    if (ahead) {
      // That of the last input once more behind it.
      next = edge + (left > 1 ? 0 : -edge_stride) + cells[left > 1 ? 0 : -cell_stride] * w_stride;
      KAN_HIDE_ORIGIN(next);
    }
    // One function of all rows, from a row of W each or, if it is fixed, from the same one.
    const auto add = [&](bool is_fixed) __attribute__((always_inline)) {
      Vector all = {}, shared[M];
      KAN_UNROLL
      for (int m = 0; m < M && is_fixed; m++) {
        const Real *row = edge - w_stride + m * LANES;
        shared[m] = is_part ? part.load(row) : load(row);
      }
      KAN_UNROLL
      for (int k = 0; k < N; k++) {
        if (N % GROUP == 0 && k % GROUP == 0) all = spread(weights + k);
        const Vector w = N % GROUP == 0 ? pick(all, k % GROUP) : splat(weights[k]);
        KAN_UNROLL
        for (int m = 0; m < M; m++)
          sum[k][m] += w * (is_fixed ? shared[m] : is_part ? part.load(from[k]) : load(from[k] + m * LANES));
        if (is_fixed) continue;
        from[k] += w_stride;
        KAN_HIDE_ORIGIN(from[k]);
      }
      weights += function_stride;
      if (!ahead) KAN_HIDE_ORIGIN(weights);
    };
    if constexpr (n > 0) {
      KAN_UNROLL
      for (int r = 0; r < n - 1; r++) add(false);
    } else {
      for (int64_t r = 1; r < b.functions; r++) add(false);
    }
    if (b.fixed)
      add(true);
    else
      add(false);
    if (ahead) weights += to_next_input;
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
KAN_NOINLINE void forward_rows(const Block &block, const Panel &panel) {
  constexpr int N = M * 4 <= MOST_SUMS ? 4 : M * 2 <= MOST_SUMS ? 2 : 1;
  // Copies, which no store to Z can change.
  const Block b = block;
  const Panel p = panel;
  int64_t q = 0;
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

/// Whether panels of W are worth a copy: where a row of W is longer than a panel, its pieces stand a page or a power of
/// two apart, which neither address translation nor the cache is made for; where rows do not begin with a line of the
/// cache, a vector as wide as one lies across two, and is loaded at half of the speed.
inline bool packs(const Block &b, const Real *W, int64_t w_stride) {
  constexpr int aligned = LANES * WIDTH < LINE ? LANES * WIDTH : LINE;
  const bool scattered = w_stride > PANEL * LANES || w_stride % LANES != 0 || (uintptr_t)W % aligned != 0;
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

/// cell·w_stride of every point, for strides of W itself and of a copied panel.
inline void find_offsets(const Block &b, int64_t w_stride, int32_t *offsets) {
  for (int64_t i = 0; i < b.inputs; i++)
    for (int64_t q = 0; q < b.rows; q += LANES) {
      const Integers cell = load_cells(b.rows - q, b.cell + i * b.cell_stride + q);
      *(LooseIntegers *)(offsets + i * TILE + q) = cell * (int32_t)w_stride;
    }
}

/// At most TILE rows.
KAN_NOINLINE void forward_wide(const Block &b, int64_t columns, int64_t following, const Real *W, int64_t w_stride,
                               const Real *start, int64_t start_stride, Real *z, int64_t z_stride) {
  const bool copies = packs(b, W, w_stride);
  const int64_t rows = b.inputs * b.stored, next_rows = following * b.stored;
  const bool fetches = copies && next_rows > 0 && (next_rows + rows) * w_stride * WIDTH > FAR_BYTES;
  Real packed[BLOCK * PACKED_FUNCTIONS * PANEL * LANES] __attribute__((aligned(LINE)));
  int32_t offsets[BLOCK * TILE] __attribute__((aligned(LINE)));
  int64_t offset_stride = 0;
  int most = b.rows < 4 ? 8 : PANEL;
  for (int64_t column = 0; column < columns;) {
    while (most > 1 && columns - column < most * LANES) most /= 2;
    const bool is_part = columns - column < LANES;
    const int64_t width = is_part ? columns - column : most * LANES;
    Panel p = {W + column, w_stride, b.stored * w_stride, start + column, start_stride, z + column, z_stride,
               (int)(is_part ? width : 0), offsets, nullptr};
    if (copies) {
      p.w_stride = is_part ? LANES : width;
      p.edge_stride = b.stored * p.w_stride;
      pack(rows, width, p.W, w_stride, p.w_stride, packed);
      p.W = packed;
    }
    if (b.rows > 1 && p.w_stride != offset_stride) {
      offset_stride = p.w_stride;
      find_offsets(b, offset_stride, offsets);
    }
    // This panel's share of the next block: some of its rows, each in its full width, so that memory is read in long
    // runs.
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

void forward(const Block *block, int64_t columns, int64_t following, const Real *W, int64_t w_stride, const Real *start,
             int64_t start_stride, Real *z, int64_t z_stride) {
  // The columns behind the last whole vector, or all. A row alone gets the same bits from vectors over outputs, and
  // there has no lane to look up for others.
  const int64_t tail = columns % LANES, whole = columns - tail;
  if (tail > 0 && block->rows >= 4 && block->inputs <= BLOCK && is_narrow(*block, tail)) {
    const int registers = registers_of(*block);
    (registers == 1   ? forward_narrow<1>
     : registers == 2 ? forward_narrow<2>
                      : forward_narrow<0>)(*block, (int)tail, W + whole, w_stride, start + whole, start_stride,
                                           z + whole, z_stride);
    columns = whole;
  }
  if (columns == 0) return;
  Block b = *block;
  for (int64_t row = 0; row < block->rows; row += TILE) {
    b.rows = block->rows - row < TILE ? block->rows - row : TILE;
    forward_wide(b, columns, following, W, w_stride, start + row * start_stride, start_stride, z + row * z_stride,
                 z_stride);
    b.cell += TILE;
    b.value += TILE;
  }
}

}  // namespace

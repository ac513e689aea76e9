// cell → the rows of a tile in the order of their cells, for each input of a block. No floating point at all.
//
//   cell    kan_block: of input i and row p at cell[i·cell_stride + p], 0 ..< cells
//   rows    input i's rows in cell c are rows[i·count + j] for ends[i][c - 1] ≤ j < ends[i][c], rising in each cell;
//           up to WRITTEN entries behind the last are overwritten
//
// Where there are more than CELLS cells, a cell has few of a tile's rows, and each row stands for itself: they are
// listed as they come, and `ends` is not written.
#pragma once

#include "set_bits.h"
#include "target.h"

namespace {

/// Cells of an input that rows are sorted by.
constexpr int CELLS = 256;
/// Cells that all rows are compared with; where there are more, counting takes fewer operations.
constexpr int COMPARED_CELLS = 12;
/// Rows compared at a time, as bytes.
constexpr int WORD = 64;
/// Entries written at a time, whether there are as many or not: no branch depends on the data.
constexpr int WRITTEN = 16;

/// The number of a row in its tile. AVX-512 writes them as they come out of a comparison, others from a table of bytes.
#if defined(KAN_HAS_AVX512)
using Row = uint32_t;
#else
using Row = uint16_t;
#endif

using Ends = int32_t[CELLS + 1];

/// The plain twin.
inline void plain_order(const Block &b, Row *rows, Ends *ends) {
  for (int64_t i = 0; i < b.inputs; i++) {
    int32_t count = 0;
    for (int c = 0; c < b.cells; c++) {
      for (int64_t p = 0; p < b.rows; p++)
        if (b.cell[i * b.cell_stride + p] == c) rows[i * b.rows + count++] = (Row)p;
      ends[i][c] = count;
    }
  }
}

#if defined(KAN_HAS_AVX512)
/// Writes the rows of a cell and returns where they end.
inline Row *write_rows_of_cell(const int32_t *cells, int64_t rows, int32_t cell, const uint8_t *, Row *to) {
  const __m512i number = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  for (int64_t first = 0; first < rows; first += 16) {
    const __mmask16 exist = (__mmask16)(rows - first >= 16 ? 0xFFFF : (1u << (rows - first)) - 1);
    const __mmask16 met =
        _mm512_mask_cmpeq_epi32_mask(exist, _mm512_maskz_loadu_epi32(exist, cells + first), _mm512_set1_epi32(cell));
    const __m512i list = _mm512_maskz_compress_epi32(met, _mm512_add_epi32(number, _mm512_set1_epi32((int)first)));
    _mm512_storeu_si512(to, list);
    to += __builtin_popcount(met);
  }
  return to;
}

inline void write_bytes(const int32_t *, int64_t, uint8_t *) {}
#else
/// Bit q is set where row q of WORD is in the cell.
inline uint64_t rows_in_cell(const uint8_t *cells, int32_t cell) {
  typedef uint8_t Bytes __attribute__((vector_size(WORD / 2), aligned(1)));
  typedef bool Bits __attribute__((ext_vector_type(WORD / 2)));
  const Bits low = __builtin_convertvector(*(const Bytes *)cells == (uint8_t)cell, Bits);
  const Bits high = __builtin_convertvector(*(const Bytes *)(cells + WORD / 2) == (uint8_t)cell, Bits);
  return __builtin_bit_cast(uint32_t, low) | (uint64_t)__builtin_bit_cast(uint32_t, high) << WORD / 2;
}

/// Cells as bytes, of which four times as many are compared at a time; behind them, up to a whole word, one that is
/// none.
inline void write_bytes(const int32_t *cells, int64_t rows, uint8_t *to) {
  typedef int32_t Numbers __attribute__((vector_size(64), aligned(4)));
  typedef uint8_t Bytes __attribute__((vector_size(16), aligned(1)));
  int64_t q = 0;
  for (; q + 16 <= rows; q += 16) *(Bytes *)(to + q) = __builtin_convertvector(*(const Numbers *)(cells + q), Bytes);
  for (; q < rows; q++) to[q] = (uint8_t)cells[q];
  for (; q % WORD != 0; q++) to[q] = UINT8_MAX;
}

/// Writes the rows of a cell and returns where they end.
inline Row *write_rows_of_cell(const int32_t *, int64_t rows, int32_t cell, const uint8_t *bytes, Row *to) {
  typedef uint8_t Eight __attribute__((vector_size(8)));
  typedef Row Numbers __attribute__((vector_size(8 * sizeof(Row)), aligned(sizeof(Row))));
  for (int64_t first = 0; first < rows; first += WORD) {
    const uint64_t word = rows_in_cell(bytes + first, cell);
    for (int byte = 0; byte < WORD; byte += 8) {
      const uint8_t part = (uint8_t)(word >> byte);
      Eight set;
      memcpy(&set, &kan_set_bits[part], 8);
      *(Numbers *)to = __builtin_convertvector(set, Numbers) + (Row)(first + byte);
      to += __builtin_popcount(part);
    }
  }
  return to;
}
#endif

/// By counting: row by row for all inputs, since the counters of one input alone would wait for each other.
template <int fixed_count>
KAN_NOINLINE void count_by_cell(const Block &b, Row *rows, Ends *ends) {
  const int count = fixed_count > 0 ? fixed_count : (int)b.inputs;
  for (int i = 0; i < count; i++)
    for (int cell = 0; cell <= b.cells; cell++) ends[i][cell] = 0;
  for (int64_t row = 0; row < b.rows; row++)
    for (int i = 0; i < count; i++) ends[i][b.cell[i * b.cell_stride + row] + 1]++;
  for (int i = 0; i < count; i++)
    for (int cell = 0; cell < b.cells; cell++) ends[i][cell + 1] += ends[i][cell];
  // Each counter moves from where its cell starts to where it ends.
  for (int64_t row = 0; row < b.rows; row++)
    for (int i = 0; i < count; i++) rows[i * b.rows + ends[i][b.cell[i * b.cell_stride + row]]++] = (Row)row;
}

/// `bytes` are b.rows + WORD of scratch.
inline void order_rows(const Block &b, Row *rows, Ends *ends, uint8_t *bytes) {
  if (b.cells > CELLS) {
    for (int64_t i = 0; i < b.inputs; i++)
      for (int64_t row = 0; row < b.rows; row++) rows[i * b.rows + row] = (Row)row;
    return;
  }
  if (b.cells > COMPARED_CELLS) {
    if (b.inputs == BLOCK) return count_by_cell<BLOCK>(b, rows, ends);
    return count_by_cell<0>(b, rows, ends);
  }
  for (int64_t i = 0; i < b.inputs; i++) {
    const int32_t *cells = b.cell + i * b.cell_stride;
    Row *to = rows + i * b.rows;
    write_bytes(cells, b.rows, bytes);
    for (int cell = 0; cell < b.cells; cell++) {
      to = write_rows_of_cell(cells, b.rows, cell, bytes, to);
      ends[i][cell] = (int32_t)(to - (rows + i * b.rows));
    }
  }
}

}  // namespace

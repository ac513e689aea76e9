// A tile's rows in the order of their cells.

/// Bit q is set where row q of WORD is in the cell.
KAN_INLINE uint64_t KAN_NAME(rows_in_cell)(const uint8_t *cells, int32_t cell) {
  typedef uint8_t bytes __attribute__((vector_size(WORD / 2), aligned(1)));
  typedef _Bool bits __attribute__((ext_vector_type(WORD / 2)));
  const bits low = __builtin_convertvector(*(const bytes *)cells == (uint8_t)cell, bits);
  const bits high = __builtin_convertvector(*(const bytes *)(cells + WORD / 2) == (uint8_t)cell, bits);
  return __builtin_bit_cast(uint32_t, low) | (uint64_t)__builtin_bit_cast(uint32_t, high) << WORD / 2;
}

/// The cells of rows `first` ..< rows as bytes, which are compared four times as many at a time; behind them, up to a
/// whole word from `first` on, a number that is no cell.
KAN_INLINE void KAN_NAME(cells_as_bytes)(const int32_t *cells, int64_t first, int64_t rows, uint8_t *to) {
  typedef int32_t integers __attribute__((vector_size(4 * KAN_INTEGERS), aligned(4)));
  typedef uint8_t bytes __attribute__((vector_size(KAN_INTEGERS), aligned(1)));
  int64_t q = first;
  for (; q + KAN_INTEGERS <= rows; q += KAN_INTEGERS)
    *(bytes *)(to + q) = __builtin_convertvector(*(const integers *)(cells + q), bytes);
  for (; q < rows; q++) to[q] = (uint8_t)cells[q];
  for (; (q - first) % WORD != 0; q++) to[q] = UINT8_MAX;
}

/// Rows from 0 on that are taken without their bytes.
KAN_INLINE int64_t KAN_NAME(compressed_rows)(int64_t rows) {
#ifdef KAN_COMPRESS
  return rows / WRITTEN * WRITTEN;
#else
  return 0;
#endif
}

/// Writes the rows that are in the cell to `to` and returns where they end; up to WRITTEN entries behind it are
/// overwritten. No branch depends on which rows they are.
KAN_INLINE kan_row *KAN_NAME(write_rows_in_cell)(const int32_t *cells, const uint8_t *bytes, int64_t rows,
                                                  int32_t cell, kan_row *to) {
  int64_t first = 0;
#ifdef KAN_COMPRESS
  for (; first < KAN_NAME(compressed_rows)(rows); first += WRITTEN)
    to += KAN_COMPRESS(cells + first, cell, (int)first, to);
#endif
  typedef uint8_t eight __attribute__((vector_size(8)));
  typedef kan_row numbers __attribute__((vector_size(8 * sizeof(kan_row)), aligned(sizeof(kan_row))));
  for (; first < rows; first += WORD) {
    const uint64_t word = KAN_NAME(rows_in_cell)(bytes + first, cell);
    KAN_UNROLL
    for (int byte = 0; byte < WORD; byte += 8) {
      const uint8_t part = (uint8_t)(word >> byte);
      eight set;
      memcpy(&set, &kan_set_bits[part], 8);
      *(numbers *)to = __builtin_convertvector(set, numbers) + (kan_row)(first + byte);
      to += __builtin_popcount(part);
    }
  }
  return to;
}

/// The same by counting, for grids with many cells: row by row for all inputs, since the counters of one input alone would
/// wait for each other.
KAN_INLINE void KAN_NAME(count_by_cell)(const int count, int64_t rows, int cell_count, const int32_t *cells,
                                        int64_t spread, kan_row *order, int32_t (*ends)[CELLS + 1]) {
  for (int i = 0; i < count; i++)
    for (int cell = 0; cell <= cell_count; cell++) ends[i][cell] = 0;
  for (int64_t row = 0; row < rows; row++)
    for (int i = 0; i < count; i++) ends[i][cells[i * spread + row] + 1]++;
  for (int i = 0; i < count; i++)
    for (int cell = 0; cell < cell_count; cell++) ends[i][cell + 1] += ends[i][cell];
  // Each counter moves from where its cell starts to where it ends.
  for (int64_t row = 0; row < rows; row++)
    for (int i = 0; i < count; i++) order[i * rows + ends[i][cells[i * spread + row]]++] = (kan_row)row;
}

/// For all inputs of a block: input i's rows in cell c are order[i·rows + j] for ends[i][c - 1] <= j < ends[i][c]. Up to
/// WRITTEN entries behind `order` are overwritten. The cells of an input are `spread` behind those of the one before;
/// `bytes` are rows + WORD of scratch.
KAN_INLINE void KAN_NAME(sort_by_cell)(int count, int64_t rows, int cell_count, const int32_t *cells, int64_t spread,
                                       kan_row *order, int32_t (*ends)[CELLS + 1], uint8_t *bytes) {
  if (cell_count <= COMPARED_CELLS) {
    for (int i = 0; i < count; i++) {
      kan_row *to = order + i * rows;
      KAN_NAME(cells_as_bytes)(cells + i * spread, KAN_NAME(compressed_rows)(rows), rows, bytes);
      for (int cell = 0; cell < cell_count; cell++) {
        to = KAN_NAME(write_rows_in_cell)(cells + i * spread, bytes, rows, cell, to);
        ends[i][cell] = (int32_t)(to - (order + i * rows));
      }
    }
    return;
  }
  if (count == BLOCK)
    KAN_NAME(count_by_cell)(BLOCK, rows, cell_count, cells, spread, order, ends);
  else
    KAN_NAME(count_by_cell)(count, rows, cell_count, cells, spread, order, ends);
}

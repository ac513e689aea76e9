#ifndef KAN_INSTRUCTION_SETS_H
#define KAN_INSTRUCTION_SETS_H

#define KAN_INLINE static inline __attribute__((always_inline))

// A function that runs vectors. On AVX-512 some compilers keep to half of its width unless told.
#if defined(KAN_VECTOR_BYTES) && KAN_VECTOR_BYTES == 64 && defined(__clang__)
#define KAN_KERNEL __attribute__((min_vector_width(512))) static
#else
#define KAN_KERNEL static
#endif

/// A function that is called: inlined, its inner loops would get too few registers for their addresses.
#define KAN_CALLED __attribute__((noinline))

#define KAN_UNROLL _Pragma("clang loop unroll(full)")

/// Before a loop that would run in gathers and scatters, which are slower than none of them.
#define KAN_ONE_BY_ONE _Pragma("clang loop vectorize(disable)")

/// A pointer of which the compiler forgets how it was found, so that it steps it on instead of multiplying anew.
#define KAN_OPAQUE(pointer) __asm__("" : "+r"(pointer))

/// Integers that are made into bytes at a time.
#define KAN_INTEGERS 16

/// A vector that stays in its register: else the compiler would load each of its lanes from memory once more.
#if defined(__x86_64__)
#define KAN_KEEP(vector) __asm__("" : "+v"(vector))
#else
#define KAN_KEEP(vector)
#endif

/// A row of a tile, where rows are listed.
#if defined(KAN_VECTOR_BYTES) && KAN_VECTOR_BYTES == 64 && defined(__x86_64__)
typedef uint32_t kan_row;
#else
typedef uint16_t kan_row;
#endif

/// Writes first + i for the i < 16 where cells[i] is the cell to `to`, and 16 entries in all; returns how many there are.
#if defined(KAN_VECTOR_BYTES) && KAN_VECTOR_BYTES == 64 && defined(__x86_64__)
#define KAN_COMPRESS kan_compress
KAN_INLINE int kan_compress(const int32_t *cells, int32_t cell, int first, kan_row *to) {
  const __m512i number = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __mmask16 met = _mm512_cmpeq_epi32_mask(_mm512_loadu_si512(cells), _mm512_set1_epi32(cell));
  const __m512i rows = _mm512_maskz_compress_epi32(met, _mm512_add_epi32(number, _mm512_set1_epi32(first)));
  _mm512_storeu_si512(to, rows);
  return __builtin_popcount(met);
}
#endif

#define KAN_TEXT(text) KAN_TEXT_(text)
#define KAN_TEXT_(text) #text
/// Before a loop that has to run in vectors of the instruction set's full width.
#define KAN_VECTORIZE \
  _Pragma(KAN_TEXT(clang loop vectorize(enable) vectorize_width(KAN_LANES) interleave(disable)))
/// The same, two vectors at a time.
#define KAN_VECTORIZE_PAIRS \
  _Pragma(KAN_TEXT(clang loop vectorize(enable) vectorize_width(KAN_LANES) interleave_count(2)))

#endif

#ifndef KAN_INSTRUCTION_SETS_H
#define KAN_INSTRUCTION_SETS_H

#define KAN_INLINE static inline __attribute__((always_inline))

// A function that runs vectors. On AVX-512 some compilers keep to half of its width unless told.
#if defined(KAN_VECTOR_BYTES) && KAN_VECTOR_BYTES == 64 && defined(__clang__)
#define KAN_KERNEL __attribute__((min_vector_width(512))) static
#else
#define KAN_KERNEL static
#endif

#define KAN_UNROLL _Pragma("clang loop unroll(full)")

/// Before a loop that would run in gathers and scatters, which are slower than none of them.
#define KAN_ONE_BY_ONE _Pragma("clang loop vectorize(disable)")

/// A pointer of which the compiler forgets how it was found, so that it steps it on instead of multiplying anew.
#define KAN_OPAQUE(pointer) __asm__("" : "+r"(pointer))

/// Integers that a comparison takes at a time.
#define KAN_INTEGERS 16

/// The KAN_INTEGERS bits of a vector of them.
#define KAN_BITS(bits) __builtin_bit_cast(uint16_t, bits)

/// A vector that stays in its register: else the compiler would load each of its lanes from memory once more.
#if defined(__x86_64__)
#define KAN_KEEP(vector) __asm__("" : "+v"(vector))
#else
#define KAN_KEEP(vector)
#endif

#define KAN_TEXT(text) KAN_TEXT_(text)
#define KAN_TEXT_(text) #text
/// Before a loop that has to run in vectors of the instruction set's full width.
#define KAN_VECTORIZE \
  _Pragma(KAN_TEXT(clang loop vectorize(enable) vectorize_width(KAN_LANES) interleave(disable)))

#endif

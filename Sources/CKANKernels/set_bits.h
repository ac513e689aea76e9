#ifndef KAN_SET_BITS_H
#define KAN_SET_BITS_H

#include <stdint.h>

// The numbers of the bits that are set in a byte, as the bytes of an integer, lowest first; zeros behind them.

#define KAN_BIT_NUMBER(m, b) \
  ((m) >> (b) & 1 ? (uint64_t)(b) << (8 * __builtin_popcount((m) & ((1 << (b)) - 1))) : (uint64_t)0)
#define KAN_BIT_NUMBERS(m)                                                                                       \
  (KAN_BIT_NUMBER(m, 0) | KAN_BIT_NUMBER(m, 1) | KAN_BIT_NUMBER(m, 2) | KAN_BIT_NUMBER(m, 3) | KAN_BIT_NUMBER(m, 4) | \
   KAN_BIT_NUMBER(m, 5) | KAN_BIT_NUMBER(m, 6) | KAN_BIT_NUMBER(m, 7))
#define KAN_BYTES_4(m) KAN_BIT_NUMBERS(m), KAN_BIT_NUMBERS(m + 1), KAN_BIT_NUMBERS(m + 2), KAN_BIT_NUMBERS(m + 3)
#define KAN_BYTES_16(m) KAN_BYTES_4(m), KAN_BYTES_4(m + 4), KAN_BYTES_4(m + 8), KAN_BYTES_4(m + 12)
#define KAN_BYTES_64(m) KAN_BYTES_16(m), KAN_BYTES_16(m + 16), KAN_BYTES_16(m + 32), KAN_BYTES_16(m + 48)

static const uint64_t kan_set_bits[256] = {KAN_BYTES_64(0), KAN_BYTES_64(64), KAN_BYTES_64(128), KAN_BYTES_64(192)};

#endif

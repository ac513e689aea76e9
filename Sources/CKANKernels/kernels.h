// Every kernel for one instruction set; a file for each set defines
//   KAN_VECTOR_BYTES                      the width of its vectors
//   KAN_FLOAT_LANES, KAN_DOUBLE_LANES     how many numbers that is
//   KAN_FEW_REGISTERS                     sixteen vector registers rather than thirty-two
//   KAN_TABLE(type)                       the name of its table
// and has to be compiled for that set from its first line on.

#include <math.h>
#include <stddef.h>

#include "CKANKernels.h"
#include "elementary.h"
#include "set_bits.h"

/// Arrays of vectors begin with a line of the cache: else vectors as wide as one would lie across two.
#define KAN_ALIGNED __attribute__((aligned(64)))

// sqrt of the C library sets errno, and no loop over it becomes one over vectors.
#if __has_builtin(__builtin_elementwise_sqrt)
#define KAN_SQRT __builtin_elementwise_sqrt
#else
#define KAN_SQRT sqrt
#endif

enum {
  CHUNK = 64,       // points evaluated at a time
  MAX_ORDER = 6,    // k+1, k ≤ 5
  WEIGHTS = 7,      // and the base function
  PARTIAL_SUMS = 16,
  INSIDE = -1,      // in place of enum kan_outside, where no point lies outside
  COUNTED_INTERVALS = 512,  // a point's interval is found by counting knots, by bisection on finer grids
  // Local products
  BLOCK = 8,               // inputs together
  FEW_ROWS = 4,            // below it, the vector of the evaluation runs over inputs
  BLOCK_BYTES = 24 << 10,  // of W that they may take
  FAR_BYTES = 1 << 20,     // of all of W, from which on it is fetched ahead
  LINE = 64,               // bytes of a line of the cache
  CELLS = 256,             // of an input that rows are sorted by
  COMPARED_CELLS = 12,     // of an input that all rows are compared with, rather than counted
  WORD = 64,               // rows compared at a time
  WRITTEN = 16,            // entries that are written at a time, whether there are as many or not
  WAITING = 64,            // rows of dX whose lanes are summed up at a time
  PANEL_VECTORS = 2,       // of a panel of dZ: a line of the cache
  PANEL_BYTES = 24 << 10,  // of the panels that are taken together
  ROWS_OF_CELL = 8,        // on average, from which on panels are worth their copy
  WIDE_VECTORS = 8,        // of outputs, from which on they are even if whole vectors do not fill the last panel
  FEW_COLUMNS = 6,         // of dZ, from which on they are where columns do not fill the last vector
  OFFSET_BYTES = 16,       // by which offsets grow from row to row: those of the smallest record
  CHUNKS = 2,              // chunks of rows for which columns of W are copied once
  PACKED_FUNCTIONS = 64,   // most functions of an input for which they are
#ifdef KAN_FEW_REGISTERS
  REGISTERS = 16,
  MOST_SUMS = 8,  // vectors of sums that stay in registers beside what is added to them
  PANEL = 8,      // vectors of columns together
#else
  REGISTERS = 32,
  MOST_SUMS = 16,
  PANEL = 4,
#endif
};

#define KAN_REAL float
#define KAN_WIDTH 4  // bytes of one
#define KAN_LANES KAN_FLOAT_LANES
#define KAN_NAME(name) name##_f
#include "precision.h"
#undef KAN_REAL
#undef KAN_WIDTH
#undef KAN_LANES
#undef KAN_NAME

#define KAN_REAL double
#define KAN_WIDTH 8
#define KAN_LANES KAN_DOUBLE_LANES
#define KAN_NAME(name) name##_d
#include "precision.h"
#undef KAN_REAL
#undef KAN_WIDTH
#undef KAN_LANES
#undef KAN_NAME

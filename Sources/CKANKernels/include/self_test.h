#ifndef KAN_SELF_TEST_H
#define KAN_SELF_TEST_H

// Included by CKANKernels.h, behind the tables of kernels.

/// What the test of one kernel has found.
typedef struct {
  const char *kernel;
  double error;      // the largest difference from plain loops, relative to the largest number; infinite for NaN, and
                     // -1 where the table does without this kernel
  double tolerance;  // what rounding explains, with room to spare
} kan_self_test_result;

/// Kernels that are tested.
enum { KAN_SELF_TEST_KERNELS = 22 };

/// Runs the kernels of a table on numbers of all shapes that decide about their paths, and compares them with plain loops
/// in double precision. Writes KAN_SELF_TEST_KERNELS results; returns false without memory. Some tens of milliseconds.
bool kan_self_test_f(const kan_kernels_f *kernels, kan_self_test_result *results);
bool kan_self_test_d(const kan_kernels_d *kernels, kan_self_test_result *results);

#endif

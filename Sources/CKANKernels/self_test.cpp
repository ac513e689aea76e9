// Every kernel of a table against plain loops in double precision, on the machine that it is to run on: a processor, a
// hypervisor or a compiler may be at fault where the tests of this package have passed elsewhere.

#include "self_test_elements.h"
#include "self_test_splines.h"

namespace {

template <typename Real>
bool run_test(const typename Types<Real>::Kernels *kernels, kan_self_test_result *results) {
  Arena arena;
  if (!arena.memory) return false;
  for (int kernel = 0; kernel < KERNELS; kernel++)
    results[kernel] = {entries[kernel].name, -1, entries[kernel].units * Types<Real>::EPSILON};
  SplineTests<Real>(*kernels, results, arena).run();
  ElementTests<Real>(*kernels, results, arena).run();
  kan_free(arena.memory);
  return true;
}

}  // namespace

bool kan_self_test_f(const kan_kernels_f *kernels, kan_self_test_result *results) {
  return run_test<float>(kernels, results);
}

bool kan_self_test_d(const kan_kernels_d *kernels, kan_self_test_result *results) {
  return run_test<double>(kernels, results);
}

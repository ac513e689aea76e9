#ifndef KAN_OPENBLAS_CORE_H
#define KAN_OPENBLAS_CORE_H

/// The processor whose kernels OpenBLAS should run on this one, where it has `chosen` those of a processor without AVX2
/// because it does not know this one; null where its choice is as good. Set before main, unless the environment variable
/// OPENBLAS_CORETYPE says what the user wants.
const char *kan_openblas_core_instead_of(const char *chosen);

#endif

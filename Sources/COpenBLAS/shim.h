// CBLAS from OpenBLAS, and LAPACKE, which Debian builds as a library of its own.
#include <cblas.h>
#include <lapacke.h>

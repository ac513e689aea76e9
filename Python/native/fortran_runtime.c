// The two functions of gfortran's library that LAPACK's objects call, so that the wheel need not carry the library.
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>

/// dest = a // b, cut or filled up with blanks (ISO/IEC 1539-1, 10.2.1.3).
void _gfortran_concat_string(size_t length, char *dest, size_t a_length, const char *a, size_t b_length, const char *b) {
  const size_t first = a_length < length ? a_length : length;
  const size_t second = b_length < length - first ? b_length : length - first;
  memcpy(dest, a, first);
  memcpy(dest + first, b, second);
  memset(dest + first + second, ' ', length - first - second);
}

/// Seconds of user and system time, and their sum, for LAPACK's SECOND, which the engine does not call.
float _gfortran_etime(float *times) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  times[0] = (float)usage.ru_utime.tv_sec + (float)usage.ru_utime.tv_usec * 1e-6f;
  times[1] = (float)usage.ru_stime.tv_sec + (float)usage.ru_stime.tv_usec * 1e-6f;
  return times[0] + times[1];
}

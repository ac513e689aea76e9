#include "openblas_core.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/// OpenBLAS's own allocation of buffers, which every product calls.
extern void *blas_memory_alloc(int) __attribute__((weak));
extern void blas_memory_free(void *) __attribute__((weak));

static pthread_mutex_t buffers_lock = PTHREAD_MUTEX_INITIALIZER;
static int64_t buffers_taken = 0;

/// Whether buffers can be mapped: OpenBLAS tries forever where they cannot.
static bool buffers_have_room(int64_t count) {
  const size_t bytes = (size_t)count * KAN_OPENBLAS_BUFFER_BYTES;
  void *room = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return room != MAP_FAILED && munmap(room, bytes) == 0;
}

int64_t kan_openblas_take_buffers(int64_t count) {
  // Its slots are twice its processors, at least; another BLAS has none.
  enum { MOST = 64 };
  void *buffers[MOST];
  if (!blas_memory_alloc || !blas_memory_free || count > MOST) return count;
  pthread_mutex_lock(&buffers_lock);
  while (count > buffers_taken && !buffers_have_room(count - buffers_taken)) count--;
  if (count > buffers_taken) {
    // Together, as the threads of a pool will: one after the other would get the same buffer.
    for (int64_t i = 0; i < count; i++) buffers[i] = blas_memory_alloc(0);
    for (int64_t i = 0; i < count; i++) blas_memory_free(buffers[i]);
    buffers_taken = count;
  }
  pthread_mutex_unlock(&buffers_lock);
  return count;
}

int64_t kan_openblas_buffers(void) {
  pthread_mutex_lock(&buffers_lock);
  const int64_t taken = buffers_taken;
  pthread_mutex_unlock(&buffers_lock);
  return taken;
}

#if defined(__x86_64__) && defined(__linux__)

// OpenBLAS knows processors by their model numbers. One that is younger than the library gets the kernels of an old one,
// with vectors of 128 bits: on a server of 2023, Debian 12's OpenBLAS 0.3.21 multiplies at a fifth of its speed.

/// What OpenBLAS exports when it carries the kernels of several processors, and null otherwise.
extern char *openblas_get_corename(void) __attribute__((weak));
extern int openblas_get_num_threads(void) __attribute__((weak));
extern void gotoblas_dynamic_init(void) __attribute__((weak));
extern void gotoblas_dynamic_quit(void) __attribute__((weak));
/// Ends OpenBLAS's threads, which start again when they are needed.
extern int blas_thread_shutdown_(void) __attribute__((weak));

static const char *const variable = "OPENBLAS_CORETYPE";

const char *kan_openblas_core_instead_of(const char *chosen) {
  static const char *const fallbacks[] = {"Prescott", "Barcelona", "Nehalem", "Sandybridge"};
  int fell_back = 0;
  for (size_t i = 0; i < sizeof fallbacks / sizeof *fallbacks; i++) fell_back |= strcmp(chosen, fallbacks[i]) == 0;
  if (!fell_back) return NULL;
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) return __builtin_cpu_supports("avx512bf16") ? "Cooperlake" : "SkylakeX";
  return __builtin_cpu_supports("x86-64-v3") ? "Haswell" : NULL;
}

/// Before main, where nothing multiplies yet: OpenBLAS chooses again, among the kernels that the processor can run. Its
/// threads, which have just been started and read what is chosen here, are ended first.
__attribute__((constructor)) static void choose_openblas_core(void) {
  if (!openblas_get_corename || !openblas_get_num_threads || !blas_thread_shutdown_ || !gotoblas_dynamic_init ||
      !gotoblas_dynamic_quit)
    return;
  if (getenv(variable)) return;
  const char *core = kan_openblas_core_instead_of(openblas_get_corename());
  if (!core || !buffers_have_room(openblas_get_num_threads()) || setenv(variable, core, 0) != 0) return;
  blas_thread_shutdown_();
  gotoblas_dynamic_quit();
  gotoblas_dynamic_init();
  unsetenv(variable);
}

#else

const char *kan_openblas_core_instead_of(const char *chosen) {
  (void)chosen;
  return NULL;
}

#endif

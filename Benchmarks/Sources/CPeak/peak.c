#include "peak.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

// A loop of one vector width has a register file of its own to fill: 16 names for 8 lanes, 32 for 16. So each width is
// a function with its own number of accumulators, more than latency times units of any processor known (4 · 2, 5 · 2),
// and not a clone of one function, which would spill registers in one form or starve the units in the other.
// Without `min_vector_width` the compiler halves the vectors of x86-64-v4, which it takes for slow.
#define PEAK_LOOP(NAME, LANES, ACCUMULATORS)                                              \
  typedef float NAME##_vector __attribute__((vector_size(4 * LANES)));                    \
  __attribute__((min_vector_width(32 * LANES))) static float NAME(long repetitions) {     \
    const NAME##_vector factor = 0.999f - (NAME##_vector){0}, summand = factor - 0.998f;  \
    NAME##_vector sums[ACCUMULATORS];                                                     \
    for (int i = 0; i < ACCUMULATORS; i++) sums[i] = factor + (float)i;                   \
    for (long r = 0; r < repetitions; r++) {                                              \
      _Pragma("clang loop unroll(full)") for (int i = 0; i < ACCUMULATORS; i++) sums[i] = \
          sums[i] * factor + summand;                                                     \
    }                                                                                     \
    float total = 0;                                                                      \
    for (int i = 0; i < ACCUMULATORS; i++)                                                \
      for (int lane = 0; lane < LANES; lane++) total += sums[i][lane];                    \
    return total;                                                                         \
  }

#pragma STDC FP_CONTRACT ON
PEAK_LOOP(plain_loop, 4, 10)
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"))), apply_to = function)
PEAK_LOOP(avx2_loop, 8, 12)
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("arch=x86-64-v4"))), apply_to = function)
PEAK_LOOP(avx512_loop, 16, 24)
#pragma clang attribute pop
#endif

struct loop {
  float (*run)(long);
  int lanes, accumulators;
};

static struct loop widest(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) return (struct loop){avx512_loop, 16, 24};
  if (__builtin_cpu_supports("x86-64-v3")) return (struct loop){avx2_loop, 8, 12};
#endif
  return (struct loop){plain_loop, 4, 10};
}

int kan_peak_lanes(void) { return widest().lanes; }

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

// All threads start together, and each says what it did in its own time.
struct shared {
  struct loop loop;
  double seconds;
  atomic_int waiting;
};

struct thread {
  pthread_t handle;
  struct shared *shared;
  double gigaflops;
  volatile float result;
};

static void *work(void *argument) {
  struct thread *thread = argument;
  struct shared *shared = thread->shared;
  const struct loop loop = shared->loop;
  const long repetitions = 20000;
  atomic_fetch_sub(&shared->waiting, 1);
  while (atomic_load(&shared->waiting) > 0) {
  }
  thread->result = loop.run(repetitions);
  double count = 0, start = now(), time;
  do {
    thread->result = loop.run(repetitions);
    count += 2.0 * (double)repetitions * loop.lanes * loop.accumulators;
  } while ((time = now() - start) < shared->seconds);
  thread->gigaflops = 1e-9 * count / time;
  return 0;
}

enum { MOST_THREADS = 1024 };

double kan_peak_gigaflops(int threads, double seconds) {
  struct thread all[MOST_THREADS];
  if (threads < 1) threads = 1;
  if (threads > MOST_THREADS) threads = MOST_THREADS;
  struct shared shared = {.loop = widest(), .seconds = seconds, .waiting = 0};
  atomic_store(&shared.waiting, threads);
  for (int i = 0; i < threads; i++) {
    all[i] = (struct thread){.shared = &shared};
    if (i > 0 && pthread_create(&all[i].handle, 0, work, &all[i]) != 0) {
      // Fewer threads than asked for would wait for ever for those that are not there.
      atomic_fetch_sub(&shared.waiting, threads - i);
      threads = i;
    }
  }
  work(&all[0]);
  double total = all[0].gigaflops;
  for (int i = 1; i < threads; i++) {
    pthread_join(all[i].handle, 0);
    total += all[i].gigaflops;
  }
  return total;
}

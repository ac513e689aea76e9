#include "thread_pool.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

// Workers spin for a short while after a loop, since the next one of a training step follows within microseconds,
// and then sleep on a condition.
enum { SPINS = 20000 };

// Of a worker, whatever the limit on stacks is: what the system gives a program's first thread.
enum { STACK_BYTES = 8 << 20 };

// Threads that share cores with other programs wait at the end of each loop for one that the system has put aside, and
// may be slower together than one alone. So some loops are timed: the processor time of the caller's share of the
// iterations tells what all of them would take alone, stretched as the caller's own time was by others on its core. Where a
// window of such loops has taken longer together, the caller runs the following ones by itself, and tries again after a
// pause that doubles as long as nothing changes.
//
// A quarter of the loops is timed, as asking for processor time takes up to half a microsecond, and a small loop ten. Their
// window is some slices of a scheduler; a window every half a second costs a tenth of the loss, and a core that becomes
// free is noticed as soon.
enum { WINDOW = 10000000, SHORTEST_PAUSE = 200000000, LONGEST_PAUSE = 500000000 };  // ns

// The iterations of a loop are shared out as ranges, one for each thread, in their order: what a thread wrote in one loop
// it finds in its own cache in the next one of that many iterations. It takes its own range from the front, and then the
// others' from the back, so nobody waits for a worker that has not come. One more range is of small iterations that come
// last, so that threads end together.
//
// A range is one word: which loop it is of, where it ends, and the next iteration that nobody has taken. A worker takes
// iterations of the loop that it was woken for alone: one that comes late finds words of another loop and goes back to
// begin with its own range, rather than in the middle, where it would run the last iterations before all others.
enum { INDEX_BITS = 20, LINE = 64 };
static const uint64_t INDEX_MASK = ((uint64_t)1 << INDEX_BITS) - 1;
static const int64_t MOST_ITERATIONS = (int64_t)1 << (INDEX_BITS - 1);

typedef struct {
  _Alignas(LINE) _Atomic uint64_t word;
} range;

/// The part of a word that tells its loop.
static uint64_t mark_of(uint64_t generation) { return generation << 2 * INDEX_BITS; }

static uint64_t range_word(uint64_t generation, int64_t next, int64_t end) {
  return mark_of(generation) | (uint64_t)end << INDEX_BITS | (uint64_t)next;
}

/// The first iteration of a range that nobody has taken, or the last one; -1 if there is none, or another loop's.
static int64_t take(range *from, uint64_t generation, bool first) {
  const uint64_t step = first ? 1 : -((uint64_t)1 << INDEX_BITS);
  uint64_t word = atomic_load_explicit(&from->word, memory_order_acquire);
  for (;;) {
    const int64_t next = (int64_t)(word & INDEX_MASK), end = (int64_t)(word >> INDEX_BITS & INDEX_MASK);
    if (next >= end || word >> 2 * INDEX_BITS << 2 * INDEX_BITS != mark_of(generation)) return -1;
    if (atomic_compare_exchange_weak_explicit(&from->word, &word, word + step, memory_order_acq_rel,
                                              memory_order_acquire))
      return first ? next : end - 1;
  }
}

struct kan_pool {
  int64_t threads;
  pthread_t *handles;
  pthread_mutex_t busy;  // held by the caller whose loop runs

  pthread_mutex_t lock;
  pthread_cond_t wake;
  _Atomic int64_t sleepers;

  _Atomic uint64_t generation;  // counts loops; a change starts the workers
  range *ranges;                // one for each thread, and the one that comes last
  _Atomic int64_t done;         // iterations that have ended
  _Atomic bool ending;

  // Of the present window, for the caller that holds `busy`, in ns: how long its loops took, the processor time that they
  // would take alone, and how long the caller's shares took, by the clock and of processor time.
  double together, alone, own, own_time;
  int64_t alone_until, pause;

  int64_t first;  // added to the index of every iteration
  void *context;
  kan_pool_body body;
};

struct worker {
  kan_pool *pool;
  int64_t index;
};

static inline void relax(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static int64_t now(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/// Returns how many iterations this worker has run.
static int64_t take_iterations(kan_pool *pool, uint64_t generation, int64_t worker) {
  const int64_t threads = pool->threads;
  int64_t taken = 0;
  for (int64_t i = 0; i <= threads; i++) {
    range *from = &pool->ranges[i < threads ? (worker + i) % threads : threads];
    for (;;) {
      const int64_t index = take(from, generation, i == 0 || i == threads);
      if (index < 0) break;
      pool->body(pool->context, pool->first + index, worker);
      atomic_fetch_add_explicit(&pool->done, 1, memory_order_release);
      taken++;
    }
  }
  return taken;
}

/// Judges a window of loops once it has passed.
static void judge(kan_pool *pool, int64_t at) {
  if (pool->together < WINDOW) return;
  if (pool->own_time > 0 && pool->together > pool->alone * (pool->own / pool->own_time)) {
    pool->alone_until = at + pool->pause;
    pool->pause = pool->pause * 2 < LONGEST_PAUSE ? pool->pause * 2 : LONGEST_PAUSE;
  } else {
    pool->pause = SHORTEST_PAUSE;
  }
  pool->together = pool->alone = pool->own = pool->own_time = 0;
}

/// Whether a loop is timed: a quarter of them, in no order that a step of several loops repeats.
static bool is_timed(uint64_t generation) { return generation * UINT64_C(0x9E3779B97F4A7C15) >> 62 == 0; }

static void *worker_main(void *argument) {
  struct worker worker = *(struct worker *)argument;
  free(argument);
  kan_pool *pool = worker.pool;
  uint64_t seen = 0;
  for (;;) {
    uint64_t generation = seen;
    for (int spin = 0; spin < SPINS; spin++) {
      generation = atomic_load_explicit(&pool->generation, memory_order_acquire);
      if (generation != seen) break;
      relax();
    }
    if (generation == seen) {
      pthread_mutex_lock(&pool->lock);
      atomic_fetch_add(&pool->sleepers, 1);
      while ((generation = atomic_load(&pool->generation)) == seen) pthread_cond_wait(&pool->wake, &pool->lock);
      atomic_fetch_sub(&pool->sleepers, 1);
      pthread_mutex_unlock(&pool->lock);
    }
    seen = generation;
    if (atomic_load_explicit(&pool->ending, memory_order_relaxed)) return NULL;
    take_iterations(pool, generation, worker.index);
  }
}

static void start_workers(kan_pool *pool) {
  atomic_fetch_add(&pool->generation, 1);
  if (atomic_load(&pool->sleepers) > 0) {
    pthread_mutex_lock(&pool->lock);
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->lock);
  }
}

kan_pool *kan_pool_create(int64_t threads) {
  if (threads < 1) threads = 1;
  kan_pool *pool = calloc(1, sizeof *pool);
  if (!pool) abort();
  pool->handles = calloc((size_t)threads, sizeof *pool->handles);
  pool->ranges = aligned_alloc(LINE, (size_t)(threads + 1) * sizeof *pool->ranges);
  if (!pool->handles || !pool->ranges) abort();
  for (int64_t i = 0; i <= threads; i++) atomic_init(&pool->ranges[i].word, 0);
  pthread_mutex_init(&pool->busy, NULL);
  pthread_mutex_init(&pool->lock, NULL);
  pthread_cond_init(&pool->wake, NULL);
  pool->threads = 1;
  pool->pause = SHORTEST_PAUSE;

  // Signals belong to the program's own threads.
  sigset_t all, previous;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &previous);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, STACK_BYTES);
  for (int64_t index = 1; index < threads; index++) {
    struct worker *worker = malloc(sizeof *worker);
    if (!worker) break;
    *worker = (struct worker){pool, index};
    if (pthread_create(&pool->handles[index], &attributes, worker_main, worker) != 0) {
      free(worker);
      break;
    }
    pool->threads++;
  }
  pthread_attr_destroy(&attributes);
  pthread_sigmask(SIG_SETMASK, &previous, NULL);
  return pool;
}

int64_t kan_pool_threads(const kan_pool *pool) { return pool->threads; }

void kan_pool_run(kan_pool *pool, int64_t count, int64_t last, void *context, kan_pool_body body) {
  if (pool->threads == 1 || count <= 1 || pthread_mutex_trylock(&pool->busy) != 0) {
    for (int64_t index = 0; index < count; index++) body(context, index, 0);
    return;
  }
  if (pool->alone_until && now(CLOCK_MONOTONIC) < pool->alone_until) {
    for (int64_t index = 0; index < count; index++) body(context, index, 0);
    pthread_mutex_unlock(&pool->busy);
    return;
  }
  pool->alone_until = 0;
  pool->context = context;
  pool->body = body;
  for (int64_t first = 0; first < count; first += MOST_ITERATIONS) {
    int64_t part = count - first < MOST_ITERATIONS ? count - first : MOST_ITERATIONS;
    pool->first = first;
    atomic_store_explicit(&pool->done, 0, memory_order_relaxed);
    uint64_t generation = atomic_load_explicit(&pool->generation, memory_order_relaxed) + 1;
    const int64_t shared = last < part ? part - last : part, threads = pool->threads;
    for (int64_t i = 0; i <= threads; i++)
      atomic_store_explicit(&pool->ranges[i].word,
                            i < threads ? range_word(generation, shared * i / threads, shared * (i + 1) / threads)
                                        : range_word(generation, shared, part),
                            memory_order_release);
    const bool timed = is_timed(generation);
    const int64_t begun = timed ? now(CLOCK_MONOTONIC) : 0, time = timed ? now(CLOCK_THREAD_CPUTIME_ID) : 0;
    start_workers(pool);
    const int64_t taken = take_iterations(pool, generation, 0);
    const int64_t own = timed ? now(CLOCK_MONOTONIC) - begun : 0;
    const int64_t own_time = timed ? now(CLOCK_THREAD_CPUTIME_ID) - time : 0;
    for (int spin = 0; atomic_load_explicit(&pool->done, memory_order_acquire) < part; spin++) {
      if (spin < SPINS) relax();
      else sched_yield();
    }
    // A caller that came too late for any iteration tells nothing.
    if (timed && taken > 0) {
      const int64_t ended = now(CLOCK_MONOTONIC);
      pool->together += (double)(ended - begun);
      pool->alone += (double)own_time * (double)part / (double)taken;
      pool->own += (double)own;
      pool->own_time += (double)own_time;
      judge(pool, ended);
    }
  }
  pthread_mutex_unlock(&pool->busy);
}

void kan_pool_destroy(kan_pool *pool) {
  atomic_store(&pool->ending, true);
  start_workers(pool);
  for (int64_t index = 1; index < pool->threads; index++) pthread_join(pool->handles[index], NULL);
  pthread_cond_destroy(&pool->wake);
  pthread_mutex_destroy(&pool->lock);
  pthread_mutex_destroy(&pool->busy);
  free(pool->handles);
  free(pool->ranges);
  free(pool);
}

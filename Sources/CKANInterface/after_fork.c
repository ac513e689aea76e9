#include "after_fork.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

static _Atomic(void *) state;

static void forget(void) { atomic_store(&state, NULL); }

static void prepare(void) { pthread_atfork(NULL, NULL, forget); }

void *kan_process_state(void) { return atomic_load_explicit(&state, memory_order_acquire); }

void *kan_set_process_state(void *wanted) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, prepare);
  void *found = NULL;
  return atomic_compare_exchange_strong(&state, &found, wanted) ? wanted : found;
}

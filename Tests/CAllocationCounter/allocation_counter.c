// The program's own definitions of malloc and its kin take the place of the C library's for every library that the
// program loads (ELF symbol interposition); each counts and hands on to glibc's function of that name.

#include "allocation_counter.h"

#include <errno.h>
#include <features.h>
#include <stdatomic.h>
#include <stddef.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif

#if defined(__GLIBC__) && !defined(SANITIZED)
#define COUNTS 1
#endif

static _Atomic int64_t total;
// Initial-exec, because the first use of another kind of thread-local variable may itself call malloc.
static _Thread_local bool watched __attribute__((tls_model("initial-exec")));

void allocation_counter_watch_this_thread(bool on) { watched = on; }
int64_t allocation_counter_total(void) { return atomic_load(&total); }

#ifdef COUNTS

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static inline void count(void) {
  if (watched) atomic_fetch_add_explicit(&total, 1, memory_order_relaxed);
}

bool allocation_counter_works(void) { return true; }

void *malloc(size_t size) {
  count();
  return __libc_malloc(size);
}

void *calloc(size_t items, size_t size) {
  count();
  return __libc_calloc(items, size);
}

void *realloc(void *old, size_t size) {
  count();
  return __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size) {
  count();
  return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  count();
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
  count();
  if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0) return EINVAL;
  void *memory = __libc_memalign(alignment, size);
  if (!memory) return ENOMEM;
  *result = memory;
  return 0;
}

#else

bool allocation_counter_works(void) { return false; }

#endif

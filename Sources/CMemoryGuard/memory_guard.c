#define _GNU_SOURCE
#include "memory_guard.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static void (*_Atomic before_end)(void);

void kan_before_out_of_memory(void (*last_words)(void)) { atomic_store(&before_end, last_words); }

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define KAN_SANITIZED
#endif
#endif

#if defined(__GLIBC__) && !defined(KAN_SANITIZED)

// glibc's own functions under the names that programs with another malloc call them by.
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

_Noreturn static void out_of_memory(size_t bytes) {
  static atomic_flag ending = ATOMIC_FLAG_INIT;
  // Another thread that gets none either waits for the end.
  while (atomic_flag_test_and_set(&ending)) pause();
  char line[128] = "error: not enough memory: ", digits[24];
  size_t count = 0, length = strlen(line);
  do digits[count++] = (char)('0' + bytes % 10);
  while (bytes /= 10);
  while (count) line[length++] = digits[--count];
  strcpy(line + length, " bytes more are needed\n");
  ssize_t written = write(STDERR_FILENO, line, strlen(line));
  (void)written;
  void (*last_words)(void) = atomic_load(&before_end);
  if (last_words) last_words();
  _exit(70);
}

void *malloc(size_t bytes) {
  void *memory = __libc_malloc(bytes);
  if (!memory && bytes) out_of_memory(bytes);
  return memory;
}

void *calloc(size_t count, size_t bytes) {
  void *memory = __libc_calloc(count, bytes);
  if (!memory && count && bytes) out_of_memory(count > SIZE_MAX / bytes ? SIZE_MAX : count * bytes);
  return memory;
}

void *realloc(void *old, size_t bytes) {
  void *memory = __libc_realloc(old, bytes);
  if (!memory && bytes) out_of_memory(bytes);
  return memory;
}

void *aligned_alloc(size_t alignment, size_t bytes) {
  void *memory = __libc_memalign(alignment, bytes);
  if (!memory && bytes) out_of_memory(bytes);
  return memory;
}

int posix_memalign(void **memory, size_t alignment, size_t bytes) {
  if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0) return EINVAL;
  *memory = aligned_alloc(alignment, bytes);
  return 0;
}

// What OpenBLAS does before main: it starts threads, maps a buffer of 128 MiB, and where it cannot, ends the program by
// SIGINT, or never. So the executable looks first, before its libraries do.

enum { BUFFER_AND_STACK = 136 << 20 };

// Of the first thread, which reads options and files: a quarter of it is enough for what the tests do.
enum { LEAST_STACK = 256 << 10 };

_Noreturn static void refuse(const char *line) {
  ssize_t written = write(STDERR_FILENO, line, strlen(line));
  (void)written;
  _exit(70);
}

static void no_threads(int number) {
  (void)number;
  refuse("error: the system starts no threads, of which OpenBLAS needs some: see ulimit -u\n");
}

static void look_for_room(int count, char **arguments, char **environment) {
  (void)count, (void)arguments, (void)environment;
  struct rlimit stack;
  if (getrlimit(RLIMIT_STACK, &stack) == 0 && stack.rlim_cur < LEAST_STACK)
    refuse("error: not enough memory: the limit on the stack is less than the 256 KiB needed: see ulimit -s\n");
  void *room = mmap(NULL, BUFFER_AND_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (room == MAP_FAILED)
    refuse("error: not enough memory: the limit on address space leaves less than the 136 MiB that OpenBLAS needs\n");
  munmap(room, BUFFER_AND_STACK);
  if (signal(SIGINT, no_threads) == SIG_IGN) signal(SIGINT, SIG_IGN);
}

__attribute__((section(".preinit_array"), used)) static void (*const first)(int, char **, char **) = look_for_room;

__attribute__((constructor)) static void libraries_are_there(void) {
  if (signal(SIGINT, SIG_DFL) == SIG_IGN) signal(SIGINT, SIG_IGN);
}

#endif

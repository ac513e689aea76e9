// Preloaded into a program: its n-th write, fsync, rename or linkat fails, or writes half of what it should. What the
// disk of a full or dying machine does, at every place where it can.
//
//   FAIL_CALL   write, fsync, rename or linkat
//   FAIL_AT     n, from 1
//   FAIL_ALWAYS if set, all later ones fail too
//   FAIL_WITH   ENOSPC, EIO or short
//   FAIL_REACHED  a file that exists if the n-th call was made
//
// cc -shared -fPIC -O1 -o failing_calls.so failing_calls.c -ldl
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static atomic_int count;

static int fails(const char *call) {
  const char *wanted = getenv("FAIL_CALL"), *at = getenv("FAIL_AT");
  if (!wanted || !at || strcmp(wanted, call)) return 0;
  int own = atomic_fetch_add(&count, 1) + 1, n = atoi(at);
  const char *reached = getenv("FAIL_REACHED");
  if (own == n && reached) close(open(reached, O_WRONLY | O_CREAT, 0600));
  return own == n || (own > n && getenv("FAIL_ALWAYS"));
}

static const char *with(void) {
  const char *text = getenv("FAIL_WITH");
  return text ? text : "EIO";
}

static int error(void) { return strcmp(with(), "ENOSPC") ? EIO : ENOSPC; }

// Messages go through, so that there is something to judge by.
static int is_file(int descriptor) {
  struct stat status;
  return descriptor > 2 && fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
}

ssize_t write(int descriptor, const void *bytes, size_t size) {
  static ssize_t (*real)(int, const void *, size_t);
  if (!real) real = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
  if (is_file(descriptor) && fails("write")) {
    if (strcmp(with(), "short")) {
      errno = error();
      return -1;
    }
    size = (size + 1) / 2;
  }
  return real(descriptor, bytes, size);
}

int fsync(int descriptor) {
  static int (*real)(int);
  if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  if (fails("fsync")) {
    errno = error();
    return -1;
  }
  return real(descriptor);
}

int rename(const char *from, const char *to) {
  static int (*real)(const char *, const char *);
  if (!real) real = (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");
  if (fails("rename")) {
    errno = error();
    return -1;
  }
  return real(from, to);
}

int linkat(int from, const char *old, int to, const char *new, int flags) {
  static int (*real)(int, const char *, int, const char *, int);
  if (!real) real = (int (*)(int, const char *, int, const char *, int))dlsym(RTLD_NEXT, "linkat");
  if (fails("linkat")) {
    errno = error();
    return -1;
  }
  return real(from, old, to, new, flags);
}

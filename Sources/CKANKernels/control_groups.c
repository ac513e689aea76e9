#include "control_groups.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES = 4096 };

/// The first line of a file without its end; false where there is none.
static bool read_line(const char *path, char *line, size_t size) {
  FILE *file = fopen(path, "r");
  if (!file) return false;
  const bool found = fgets(line, (int)size, file) != NULL;
  fclose(file);
  if (found) line[strcspn(line, "\n")] = 0;
  return found;
}

/// quota/period, rounded down and at least 1; INT64_MAX for "max", -1 or anything but two numbers.
static int64_t whole_cores(const char *quota, const char *period) {
  char *quota_end, *period_end;
  const long long granted = strtoll(quota, &quota_end, 10), of = strtoll(period, &period_end, 10);
  if (quota_end == quota || period_end == period || granted <= 0 || of <= 0) return INT64_MAX;
  return granted < of ? 1 : granted / of;
}

static int64_t cores_of_version_2(const char *group) {
  char path[PATH_BYTES + 16], line[128];
  snprintf(path, sizeof path, "%s/cpu.max", group);
  if (!read_line(path, line, sizeof line)) return INT64_MAX;
  const char *period = strchr(line, ' ');
  return period ? whole_cores(line, period) : INT64_MAX;
}

static int64_t cores_of_version_1(const char *group) {
  char path[PATH_BYTES + 32], quota[64], period[64];
  snprintf(path, sizeof path, "%s/cpu.cfs_quota_us", group);
  if (!read_line(path, quota, sizeof quota)) return INT64_MAX;
  snprintf(path, sizeof path, "%s/cpu.cfs_period_us", group);
  if (!read_line(path, period, sizeof period)) return INT64_MAX;
  return whole_cores(quota, period);
}

/// A number of bytes; INT64_MAX for "max", and for the largest whole pages that version 1 writes without a limit.
static int64_t bytes_of_line(const char *path) {
  char line[64], *end;
  if (!read_line(path, line, sizeof line)) return INT64_MAX;
  const long long bytes = strtoll(line, &end, 10);
  return end == line || bytes < 0 || bytes >= (int64_t)1 << 60 ? INT64_MAX : bytes;
}

/// memory.high is where the kernel begins to slow a group down.
static int64_t bytes_of_version_2(const char *group) {
  char path[PATH_BYTES + 16];
  snprintf(path, sizeof path, "%s/memory.max", group);
  const int64_t most = bytes_of_line(path);
  snprintf(path, sizeof path, "%s/memory.high", group);
  const int64_t high = bytes_of_line(path);
  return high < most ? high : most;
}

static int64_t bytes_of_version_1(const char *group) {
  char path[PATH_BYTES + 32];
  snprintf(path, sizeof path, "%s/memory.limit_in_bytes", group);
  return bytes_of_line(path);
}

/// The least of a group and all above it, up to where the hierarchy is mounted.
static int64_t least_limit(const char *mount, const char *group, int64_t (*limit)(const char *)) {
  char path[PATH_BYTES];
  const size_t mount_length = strlen(mount);
  if ((size_t)snprintf(path, sizeof path, "%s%s", mount, group) >= sizeof path) return INT64_MAX;
  int64_t least = INT64_MAX;
  for (;;) {
    const int64_t here = limit(path);
    if (here < least) least = here;
    char *slash = strrchr(path, '/');
    if (!slash || (size_t)(slash - path) < mount_length) return least;
    *slash = 0;
  }
}

/// Whether a list such as "cpu,cpuacct" names a controller.
static bool names_controller(const char *controllers, const char *name) {
  for (const char *at = controllers; *at; at += strcspn(at, ","), at += *at == ',')
    if (strcspn(at, ",") == strlen(name) && strncmp(at, name, strlen(name)) == 0) return true;
  return false;
}

/// The least limit of all hierarchies that this process is in.
static int64_t group_limit(const char *root, const char *controller, int64_t (*version_1)(const char *),
                           int64_t (*version_2)(const char *)) {
  char path[PATH_BYTES], line[PATH_BYTES], mount[PATH_BYTES];
  snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
  FILE *groups = fopen(path, "r");
  if (!groups) return INT64_MAX;
  int64_t least = INT64_MAX;
  // Lines are "number:controllers:group", without controllers in version 2.
  while (fgets(line, sizeof line, groups)) {
    line[strcspn(line, "\n")] = 0;
    char *controllers = strchr(line, ':');
    char *group = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!group) continue;
    *group++ = 0;
    controllers++;
    int64_t limit = INT64_MAX;
    if (!*controllers) {
      snprintf(mount, sizeof mount, "%s/sys/fs/cgroup", root);
      limit = least_limit(mount, group, version_2);
    } else if (names_controller(controllers, controller)) {
      if ((size_t)snprintf(mount, sizeof mount, "%s/sys/fs/cgroup/%s", root, controllers) >= sizeof mount) continue;
      limit = least_limit(mount, group, version_1);
    }
    if (limit < least) least = limit;
  }
  fclose(groups);
  return least;
}

int64_t kan_group_cores(const char *root) {
  return group_limit(root, "cpu", cores_of_version_1, cores_of_version_2);
}

int64_t kan_group_memory(const char *root) {
  return group_limit(root, "memory", bytes_of_version_1, bytes_of_version_2);
}

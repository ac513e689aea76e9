#ifndef KAN_CONTROL_GROUPS_H
#define KAN_CONTROL_GROUPS_H

#include <stdint.h>

// What the control groups of this process grant (Linux, both versions): the least of its group and all above it.
// `root` is the folder that has `proc` and `sys`: "" for this machine's.

/// Whole processors (`cpu.max`, `cpu.cfs_quota_us`), at least 1; INT64_MAX without a limit.
///
/// Rounded down: threads of a pool wait for each other, so one that the kernel suspends for the rest of a period stops
/// all of them.
int64_t kan_group_cores(const char *root);

/// Bytes of memory (`memory.max` and `memory.high`, `memory.limit_in_bytes`); INT64_MAX without a limit.
int64_t kan_group_memory(const char *root);

#endif

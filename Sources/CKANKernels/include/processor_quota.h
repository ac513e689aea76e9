#ifndef KAN_PROCESSOR_QUOTA_H
#define KAN_PROCESSOR_QUOTA_H

#include <stdint.h>

/// Whole processors that the control groups of this process grant (Linux: `cpu.max` of version 2, `cpu.cfs_quota_us` of
/// version 1, the least of the group and all above it), at least 1; INT64_MAX without a limit.
///
/// Rounded down: threads of a pool wait for each other, so one that the kernel suspends for the rest of a period stops
/// all of them.
///
/// @param root the folder that has `proc` and `sys`: "" for this machine's
int64_t kan_quota_cores(const char *root);

#endif

#ifndef KAN_SYSTEM_LIMITS_H
#define KAN_SYSTEM_LIMITS_H

#include <stdint.h>

/// The cores that this process may run on, at least 1.
int64_t kan_available_cores(void);
/// Bytes of memory that the machine has.
int64_t kan_physical_memory(void);
/// Bytes left below the limit on address space, or -1 without a limit.
int64_t kan_available_address_space(void);

#endif

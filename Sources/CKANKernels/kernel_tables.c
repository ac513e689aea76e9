#include <stdlib.h>
#include <string.h>

#include "CKANKernels.h"

static enum kan_instruction_set best_of_processor(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) return KAN_X86_64_V4;
  if (__builtin_cpu_supports("x86-64-v3")) return KAN_X86_64_V3;
#endif
  return KAN_BASELINE;
}

const char *kan_instruction_set_name(enum kan_instruction_set set) {
  switch (set) {
    case KAN_BASELINE: return "baseline";
    case KAN_X86_64_V3: return "x86-64-v3";
    case KAN_X86_64_V4: return "x86-64-v4";
  }
  return "";
}

enum kan_instruction_set kan_best_instruction_set(void) {
  const enum kan_instruction_set best = best_of_processor();
  const char *wanted = getenv("KAN_INSTRUCTION_SET");
  if (!wanted) return best;
  for (int set = 0; set < (int)best; set++)
    if (strcmp(wanted, kan_instruction_set_name((enum kan_instruction_set)set)) == 0)
      return (enum kan_instruction_set)set;
  return best;
}

#if defined(__x86_64__)
#define KAN_TABLES(type, table_for)                                      \
  extern const type type##_baseline, type##_x86_64_v3, type##_x86_64_v4; \
  const type *table_for(enum kan_instruction_set set) {                  \
    if (set > best_of_processor()) return NULL;                          \
    switch (set) {                                                       \
      case KAN_BASELINE: return &type##_baseline;                        \
      case KAN_X86_64_V3: return &type##_x86_64_v3;                      \
      case KAN_X86_64_V4: return &type##_x86_64_v4;                      \
    }                                                                    \
    return NULL;                                                         \
  }
#else
#define KAN_TABLES(type, table_for)                       \
  extern const type type##_baseline;                      \
  const type *table_for(enum kan_instruction_set set) {   \
    return set == KAN_BASELINE ? &type##_baseline : NULL; \
  }
#endif
KAN_TABLES(kan_kernels_f, kan_kernels_for_f)
KAN_TABLES(kan_kernels_d, kan_kernels_for_d)

#ifndef KAN_INSTRUCTION_SETS_H
#define KAN_INSTRUCTION_SETS_H

// KAN_CLONES before a function makes the compiler build it for the baseline and for the AVX2 and AVX-512 levels of
// x86-64; the dynamic linker takes the best one that the processor has. Elsewhere there is the plain form only.
#if defined(__x86_64__) && defined(__linux__) && !defined(__SANITIZE_THREAD__) && !defined(KAN_PLAIN)
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define KAN_CLONES
#endif
#endif
#ifndef KAN_CLONES
#define KAN_CLONES __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#endif
#else
#define KAN_CLONES
#endif

#define KAN_INLINE static inline __attribute__((always_inline))

#endif

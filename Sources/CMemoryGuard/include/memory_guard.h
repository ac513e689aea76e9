#ifndef KAN_MEMORY_GUARD_H
#define KAN_MEMORY_GUARD_H

/// What ends a program that gets no memory: called once, from the thread that asked. It must not allocate.
///
/// Swift has no way to handle an allocation that fails: arrays, strings and objects end the program with a trap. In a
/// program with this target, malloc and its relatives are glibc's own, but for one thing: where they would return null,
/// they write
///
///     error: not enough memory: 81920000 bytes more are needed
///
/// to standard error, call what was given here, and end the process with code 70. Not for sanitizers, which have an
/// allocator of their own, and not for other systems, where it does nothing.
void kan_before_out_of_memory(void (*last_words)(void));

#endif

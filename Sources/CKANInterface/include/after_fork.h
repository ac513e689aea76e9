#ifndef KAN_AFTER_FORK_H
#define KAN_AFTER_FORK_H

/// What belongs to this process alone, such as its threads; NULL until it is set, and again in the child of a fork, which
/// has the memory of its parent but none of its threads. What the parent had is never freed there: whoever joined its
/// threads would wait for ever.
void *kan_process_state(void);

/// Sets the state if there is none; returns the one that is there afterwards.
void *kan_set_process_state(void *state);

#endif

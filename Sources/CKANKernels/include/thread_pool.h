#ifndef KAN_THREAD_POOL_H
#define KAN_THREAD_POOL_H

#include <stdint.h>

/// A pool of threads for loops whose iterations write to disjoint places.
typedef struct kan_pool kan_pool;

/// One iteration; `worker` counts from 0 and is below the number of threads, and no two iterations that run at the
/// same time share it.
typedef void (*kan_pool_body)(void *context, int64_t index, int64_t worker);

/// A pool of `threads` threads, the calling one among them. Fewer, where the system refuses to start them.
kan_pool *kan_pool_create(int64_t threads);
int64_t kan_pool_threads(const kan_pool *pool);
/// Runs body(context, 0 ..< count) and returns when all iterations have ended. Neighbours run on the same thread as far
/// as threads end together; the `last` ones, which should be small, begin when all others have. A pool that is busy with
/// another caller's loop runs this one on the calling thread as worker 0.
void kan_pool_run(kan_pool *pool, int64_t count, int64_t last, void *context, kan_pool_body body);
void kan_pool_destroy(kan_pool *pool);

#endif

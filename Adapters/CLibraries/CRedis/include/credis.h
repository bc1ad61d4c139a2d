#ifndef LOGFERRY_CREDIS_H
#define LOGFERRY_CREDIS_H

#include <hiredis/hiredis.h>

/// What went wrong with a context, as text; empty when nothing did. Swift sees the array itself as 128 values.
const char *logferry_redis_error(const redisContext *context);

/// Waits until the context's socket can be read: 1 when it can or is broken, 0 after `milliseconds`, -1 on an error.
/// A signal ends the wait early with 0: callers look at their own deadline.
int logferry_redis_wait(const redisContext *context, int milliseconds);

/// Lets the context refuse answers that announce many items, as if there were no memory for them.
void logferry_redis_bound_arrays(redisContext *context);

/// Keeps SIGPIPE from the calling thread: hiredis writes to sockets without MSG_NOSIGNAL.
void logferry_block_sigpipe(void);

#endif

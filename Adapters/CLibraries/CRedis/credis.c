#include "credis.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>

const char *logferry_redis_error(const redisContext *context) {
    return context->errstr;
}

int logferry_redis_wait(const redisContext *context, int milliseconds) {
    struct pollfd socket = {.fd = context->fd, .events = POLLIN};
    int ready = poll(&socket, 1, milliseconds);
    if (ready < 0) {
        return errno == EINTR ? 0 : -1;
    }
    return ready > 0;
}

void logferry_block_sigpipe(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

/* An answer of ours has three items. What a stranger announces would be allocated before any of it has come. */
enum { most_items = 64 };

static void *(*create_any_array)(const redisReadTask *, int);

static void *create_array(const redisReadTask *task, int items) {
    return items > most_items ? NULL : create_any_array(task, items);
}

void logferry_redis_bound_arrays(redisContext *context) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static redisReplyObjectFunctions bounded;
    pthread_mutex_lock(&lock);
    if (create_any_array == NULL) {
        bounded = *context->reader->fn;
        create_any_array = bounded.createArray;
        bounded.createArray = create_array;
    }
    pthread_mutex_unlock(&lock);
    context->reader->fn = &bounded;
}

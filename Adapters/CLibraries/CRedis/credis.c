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

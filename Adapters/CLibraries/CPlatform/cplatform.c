#define _GNU_SOURCE
#include "cplatform.h"

#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

void logferry_name_current_thread(const char *name) {
    pthread_setname_np(pthread_self(), name);
}

void logferry_lower_current_thread(int niceness) {
    // On Linux the process of number 0 is the calling thread.
    setpriority(PRIO_PROCESS, 0, niceness);
}

void logferry_bound_arenas(int count) {
#if defined(__GLIBC__)
    mallopt(M_ARENA_MAX, count);
#else
    (void)count;
#endif
}

int logferry_new_alarm(void) {
    return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
}

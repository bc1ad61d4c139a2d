#define _GNU_SOURCE
#include "cplatform.h"

#include <pthread.h>

void logferry_name_current_thread(const char *name) {
    pthread_setname_np(pthread_self(), name);
}

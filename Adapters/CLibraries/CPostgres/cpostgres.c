#include "cpostgres.h"

#include <sys/eventfd.h>

static void ignore(void *context, const PGresult *notice) {
    (void)context;
    (void)notice;
}

void logferry_pq_ignore_notices(PGconn *connection) {
    PQsetNoticeReceiver(connection, ignore, NULL);
}

int logferry_pq_new_alarm(void) {
    return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
}

#include "cpostgres.h"

static void ignore(void *context, const PGresult *notice) {
    (void)context;
    (void)notice;
}

void logferry_pq_ignore_notices(PGconn *connection) {
    PQsetNoticeReceiver(connection, ignore, NULL);
}

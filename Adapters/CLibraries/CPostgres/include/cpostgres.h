#ifndef LOGFERRY_CPOSTGRES_H
#define LOGFERRY_CPOSTGRES_H

#include <postgresql/libpq-fe.h>

/* Keeps libpq from writing the server's notices to standard error, which is the service's log. */
void logferry_pq_ignore_notices(PGconn *connection);

/* A descriptor that is readable once something was written to it, -1 when the process has none left. */
int logferry_pq_new_alarm(void);

#endif

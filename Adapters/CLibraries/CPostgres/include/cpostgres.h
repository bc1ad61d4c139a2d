#ifndef LOGFERRY_CPOSTGRES_H
#define LOGFERRY_CPOSTGRES_H

#include <postgresql/libpq-fe.h>

/* Keeps libpq from writing the server's notices to standard error, which is the service's log. */
void logferry_pq_ignore_notices(PGconn *connection);

#endif

#ifndef LOGFERRY_CMONGO_WIRES_H
#define LOGFERRY_CMONGO_WIRES_H

#include "cmongo.h"

#include <mongoc/mongoc.h>
#include <pthread.h>
#include <time.h>

#define NANOSECONDS 1000000000LL

// One connection.
typedef struct wire {
    // First, since the library sees nothing else of it.
    mongoc_stream_t stream;
    logferry_mongo_wires *wires;
    struct wire *next;
    // -1 once it is closed, or when there is no connection.
    int socket;
    // What went wrong in the latest call, as errno has it.
    int error;
    char host[sizeof(((logferry_mongo_sight *)NULL)->host)];
    // Whether the client's thread waits for the server in a call; what a look at all servers waits for does not count.
    bool is_waiting;
    // Whether the latest bytes went to the server.
    bool has_asked;
    // When the latest question was begun, and when the latest bytes went or came.
    int64_t asked, moved;
    // When the latest bytes came; 0 when none did.
    int64_t heard;
} wire;

struct logferry_mongo_wires {
    // Held while anything below is looked at or changed, and what a wire says of times and waits.
    pthread_mutex_t mutex;
    logferry_mongo_dialing dialing;
    wire *first;
    bool is_ended;
    // When the latest bytes of an answer came in a call; 0 when none did.
    int64_t heard;
};

// Nanoseconds of a clock that nobody sets.
static inline int64_t logferry_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * NANOSECONDS + time.tv_nsec;
}

// A stream over a socket that does not block; over none, one that fails as soon as it is used.
mongoc_stream_t *logferry_new_wire(logferry_mongo_wires *wires, int socket, const char *host);
// Ends the connection of a stream.
int logferry_close_wire(mongoc_stream_t *stream);

// Makes a client connect by the wires' own means. False when its URL has an option that only the library can heed.
bool logferry_wires_attach(logferry_mongo_wires *wires, mongoc_client_t *client, const mongoc_uri_t *uri);

// Whether the connections were ended for good.
bool logferry_wires_are_ended(logferry_mongo_wires *wires);

#endif

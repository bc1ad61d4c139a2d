#ifndef LOGFERRY_CMONGO_H
#define LOGFERRY_CMONGO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// libmongoc for Swift. Handles are opaque and documents cross as BSON bytes, since bson_t is declared with an alignment
// that Swift does not see. A client and what was made with it are for one thread at a time.

typedef struct logferry_mongo_client logferry_mongo_client;
typedef struct logferry_mongo_cursor logferry_mongo_cursor;

// Whose fault it was.
typedef enum {
    // Something in this process: no memory, a wrong call.
    LOGFERRY_MONGO_CALL = 0,
    // The server refused; the code is the server's.
    LOGFERRY_MONGO_SERVER = 1,
    // The connection broke, or no server could be reached in time.
    LOGFERRY_MONGO_NETWORK = 2,
    // The server does not know the user, the password or the mechanism.
    LOGFERRY_MONGO_AUTHENTICATION = 3,
    // The URL is no good.
    LOGFERRY_MONGO_URL = 4,
} logferry_mongo_fault;

typedef struct {
    logferry_mongo_fault fault;
    uint32_t code;
    // The transaction was not applied, and may be tried again from its start.
    bool is_transient;
    // The answer to the commit was lost; the commit may be asked for again.
    bool is_unknown_commit;
    // With LOGFERRY_MONGO_URL it can hold words of the URL, and so a password.
    char message[504];
} logferry_mongo_error;

// Times in milliseconds; they hold where the URL says nothing else.
typedef struct {
    int32_t connect;
    int32_t selection;
    int32_t socket;
} logferry_mongo_waits;

// BSON bytes that were allocated here, to be given back with logferry_mongo_free.
typedef struct {
    uint8_t *bytes;
    size_t length;
} logferry_mongo_document;

// How a command is sent.
typedef enum {
    // As it is; as a part of the transaction, if one goes on.
    LOGFERRY_MONGO_PLAIN = 0,
    // The same, but outside of transactions acknowledged by the majority and its journals, and sent once more when the
    // answer is lost. For commands that write one document with each statement.
    LOGFERRY_MONGO_WRITE = 1,
    // As such a write outside of the transaction, also when one goes on.
    LOGFERRY_MONGO_WRITE_APART = 2,
    // As a write, but acknowledged by the journal of the primary alone: an election may undo it.
    LOGFERRY_MONGO_PRIMARY_WRITE = 3,
} logferry_mongo_kind;

// How connections are made. The functions are called on the client's thread.
typedef struct {
    void *context;
    // Makes a TCP connection that does not block, or one to the socket in the file system that `host` is the path of.
    // `place` is host and port in one. Gives its descriptor, or -1.
    int32_t (*dial)(void *context, const char *host, uint16_t port, const char *place, int32_t milliseconds);
    // A server is about to be looked at, on a connection that there is or that is made now.
    void (*started)(void *context, const char *place);
    // A server was looked at in vain.
    void (*failed)(void *context, const char *place);
} logferry_mongo_dialing;

// What the thread of a client waits for; times are nanoseconds that have passed.
typedef struct {
    // Whether it waits for a server in a call.
    bool is_waiting;
    // The server, as host and port.
    char host[264];
    // Since the latest byte in either direction.
    int64_t silence;
    // Since the question whose answer is waited for was begun.
    int64_t asked;
    // Since the latest byte of an answer in a call, of any server, whether or not one is waited for; -1 for never.
    int64_t heard;
} logferry_mongo_sight;

// The connections of one client, which any thread may look at and end. They must outlive the client.
typedef struct logferry_mongo_wires logferry_mongo_wires;
logferry_mongo_wires *logferry_mongo_wires_new(logferry_mongo_dialing dialing);
void logferry_mongo_wires_free(logferry_mongo_wires *wires);
logferry_mongo_sight logferry_mongo_look(logferry_mongo_wires *wires);
// Nanoseconds since the latest byte of a server, -1 when there is no connection on which one has come.
int64_t logferry_mongo_silence(logferry_mongo_wires *wires, const char *host);
// Ends the connections to a server; the client makes new ones when it needs some.
void logferry_mongo_cut(logferry_mongo_wires *wires, const char *host);
// Ends all connections, and makes no more.
void logferry_mongo_end_wires(logferry_mongo_wires *wires);

// Whether a URL can be read; nothing is looked up.
bool logferry_mongo_reads(const char *url);

// A client with one connection; it connects at first use. NULL with an error when the URL or what it names is no good.
logferry_mongo_client *logferry_mongo_open(
    const char *url, logferry_mongo_waits waits, logferry_mongo_wires *wires, logferry_mongo_error *error);
// Says good-bye to the server, unless the connections were ended.
void logferry_mongo_close(logferry_mongo_client *client);
// How many milliseconds an answer may take as the URL has it; 0 when it does not say.
int32_t logferry_mongo_answer_limit(logferry_mongo_client *client);
// Whether its connections are made by the wires' means; not where the URL has an option that only the library can heed.
bool logferry_mongo_is_watched(logferry_mongo_client *client);

// What a server says of itself.
typedef enum {
    // Not what it was asked in time, or something went wrong on the way.
    LOGFERRY_MONGO_NO_WORD = 0,
    // It takes writes.
    LOGFERRY_MONGO_PRIMARY = 1,
    // It takes none, at least now.
    LOGFERRY_MONGO_OTHER = 2,
} logferry_mongo_role;

// Asks a server of a set, given as host and port, what it is. The URL says how: with TLS or without.
logferry_mongo_role logferry_mongo_ask(
    const char *url, const char *host, int32_t milliseconds, logferry_mongo_wires *wires);

// The reply is made in any case, also when false is returned.
bool logferry_mongo_command(
    logferry_mongo_client *client, const char *database, const uint8_t *command, size_t length,
    logferry_mongo_kind kind, logferry_mongo_document *reply, logferry_mongo_error *error);
void logferry_mongo_free(logferry_mongo_document document);

// A query: a filter for find, or {"pipeline": [...]} for aggregate. Never NULL; errors come with the first document.
logferry_mongo_cursor *logferry_mongo_find(
    logferry_mongo_client *client, const char *database, const char *collection, const uint8_t *filter,
    size_t filter_length, const uint8_t *options, size_t options_length);
logferry_mongo_cursor *logferry_mongo_aggregate(
    logferry_mongo_client *client, const char *database, const char *collection, const uint8_t *pipeline,
    size_t pipeline_length, const uint8_t *options, size_t options_length);
// 1 with the next document, which is valid until the next call; 0 at the end; -1 with an error.
int logferry_mongo_next(
    logferry_mongo_cursor *cursor, const uint8_t **document, size_t *length, logferry_mongo_error *error);
void logferry_mongo_end(logferry_mongo_cursor *cursor);

// Snapshot reads; committed by the majority and its journals.
bool logferry_mongo_begin(logferry_mongo_client *client, int64_t commit_milliseconds, logferry_mongo_error *error);
// May be called again after is_unknown_commit.
bool logferry_mongo_commit(logferry_mongo_client *client, logferry_mongo_error *error);
// Ends the transaction, whatever became of it.
void logferry_mongo_leave(logferry_mongo_client *client);

#endif

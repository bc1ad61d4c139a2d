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
} logferry_mongo_kind;

// Whether a URL can be read; nothing is looked up.
bool logferry_mongo_reads(const char *url);

// A client with one connection; it connects at first use. NULL with an error when the URL or what it names is no good.
logferry_mongo_client *logferry_mongo_open(const char *url, logferry_mongo_waits waits, logferry_mongo_error *error);
void logferry_mongo_close(logferry_mongo_client *client);

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

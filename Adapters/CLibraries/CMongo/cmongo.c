#include "cmongo.h"
#include "wires.h"

#include <mongoc/mongoc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

// Where numbers of writes begin. The session may have served the library before, which counts each one's from 1.
#define FIRST_WRITE (1LL << 32)

struct logferry_mongo_client {
    mongoc_client_t *client;
    logferry_mongo_wires *wires;
    int32_t answer_limit;
    bool is_watched;
    // Whether the URL lets writes be sent twice.
    bool sends_twice;
    // Is there while a transaction goes on.
    mongoc_client_session_t *session;
    // The session of writes outside of transactions, and the number of the latest of them: a server does not do again
    // what has the number of an earlier one.
    mongoc_client_session_t *writer;
    int64_t write_number;
};

struct logferry_mongo_cursor {
    mongoc_cursor_t *cursor;
    mongoc_collection_t *collection;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void initialise(void) {
    mongoc_init();
    // It would write to standard error, and could write words of the URL.
    mongoc_log_set_handler(NULL, NULL);
}

static logferry_mongo_fault fault_of(const bson_error_t *error) {
    switch (error->domain) {
    case MONGOC_ERROR_SERVER:
    case MONGOC_ERROR_WRITE_CONCERN:
        return error->code == 18 ? LOGFERRY_MONGO_AUTHENTICATION : LOGFERRY_MONGO_SERVER;
    case MONGOC_ERROR_STREAM:
    case MONGOC_ERROR_SERVER_SELECTION:
    case MONGOC_ERROR_PROTOCOL:
        return LOGFERRY_MONGO_NETWORK;
    case MONGOC_ERROR_SASL:
    case MONGOC_ERROR_SCRAM:
        return LOGFERRY_MONGO_AUTHENTICATION;
    case MONGOC_ERROR_CLIENT:
        return error->code == MONGOC_ERROR_CLIENT_AUTHENTICATE ? LOGFERRY_MONGO_AUTHENTICATION : LOGFERRY_MONGO_CALL;
    default:
        return LOGFERRY_MONGO_CALL;
    }
}

static void describe(logferry_mongo_error *out, const bson_error_t *error, const bson_t *reply) {
    memset(out, 0, sizeof *out);
    out->fault = fault_of(error);
    out->code = error->code;
    strncpy(out->message, error->message, sizeof out->message - 1);
    if (!reply) return;
    out->is_transient = mongoc_error_has_label(reply, "TransientTransactionError");
    out->is_unknown_commit = mongoc_error_has_label(reply, "UnknownTransactionCommitResult");
}

static void set_default(mongoc_uri_t *uri, const char *option, int32_t value) {
    if (!mongoc_uri_has_option(uri, option)) mongoc_uri_set_option_as_int32(uri, option, value);
}

// Reads are of what the majority has, writes are done when the majority's journals have them, whatever the URL says:
// what the store promises rests on it.
static void set_concerns(mongoc_client_t *client) {
    mongoc_read_concern_t *reads = mongoc_read_concern_new();
    mongoc_read_concern_set_level(reads, MONGOC_READ_CONCERN_LEVEL_MAJORITY);
    mongoc_client_set_read_concern(client, reads);
    mongoc_read_concern_destroy(reads);

    mongoc_write_concern_t *writes = mongoc_write_concern_new();
    mongoc_write_concern_set_w(writes, MONGOC_WRITE_CONCERN_W_MAJORITY);
    mongoc_write_concern_set_journal(writes, true);
    mongoc_client_set_write_concern(client, writes);
    mongoc_write_concern_destroy(writes);

    mongoc_read_prefs_t *primary = mongoc_read_prefs_new(MONGOC_READ_PRIMARY);
    mongoc_client_set_read_prefs(client, primary);
    mongoc_read_prefs_destroy(primary);
}

bool logferry_mongo_reads(const char *url) {
    pthread_once(&once, initialise);
    bson_error_t ignored;
    mongoc_uri_t *uri = mongoc_uri_new_with_error(url, &ignored);
    if (uri) mongoc_uri_destroy(uri);
    return uri != NULL;
}

logferry_mongo_client *logferry_mongo_open(
    const char *url, logferry_mongo_waits waits, logferry_mongo_wires *wires, logferry_mongo_error *error) {
    pthread_once(&once, initialise);
    bson_error_t cause = {0};
    mongoc_client_t *client = NULL;
    int32_t answer_limit = 0;
    bool is_watched = false, sends_twice = true;
    mongoc_uri_t *uri = mongoc_uri_new_with_error(url, &cause);
    bool is_read = uri != NULL;
    if (uri) {
        answer_limit = mongoc_uri_get_option_as_int32(uri, MONGOC_URI_SOCKETTIMEOUTMS, 0);
        sends_twice = mongoc_uri_get_option_as_bool(uri, MONGOC_URI_RETRYWRITES, true);
        set_default(uri, MONGOC_URI_CONNECTTIMEOUTMS, waits.connect);
        set_default(uri, MONGOC_URI_SERVERSELECTIONTIMEOUTMS, waits.selection);
        set_default(uri, MONGOC_URI_SOCKETTIMEOUTMS, waits.socket);
        // A single try would fail while the set elects a primary.
        if (!mongoc_uri_has_option(uri, MONGOC_URI_SERVERSELECTIONTRYONCE)) {
            mongoc_uri_set_option_as_bool(uri, MONGOC_URI_SERVERSELECTIONTRYONCE, false);
        }
        if (!mongoc_uri_get_appname(uri)) mongoc_uri_set_appname(uri, "logferry");
        client = mongoc_client_new_from_uri_with_error(uri, &cause);
        if (client) is_watched = logferry_wires_attach(wires, client, uri);
        mongoc_uri_destroy(uri);
    }
    logferry_mongo_client *made = client ? calloc(1, sizeof *made) : NULL;
    if (!made) {
        describe(error, &cause, NULL);
        // Behind a URL that can be read, names are looked up and files are opened.
        if (!is_read) error->fault = LOGFERRY_MONGO_URL;
        if (client) mongoc_client_destroy(client);
        return NULL;
    }
    // The newer form, in which errors of the server have a domain of their own.
    mongoc_client_set_error_api(client, MONGOC_ERROR_API_VERSION_2);
    set_concerns(client);
    made->client = client;
    made->wires = wires;
    made->answer_limit = answer_limit;
    made->is_watched = is_watched;
    made->sends_twice = sends_twice;
    made->write_number = FIRST_WRITE;
    return made;
}

bool logferry_mongo_is_watched(logferry_mongo_client *client) { return client->is_watched; }

int32_t logferry_mongo_answer_limit(logferry_mongo_client *client) { return client->answer_limit; }

// Lets a client whose connections were ended forget its sessions: it would look for a server to end them with.
static void forget_sessions(logferry_mongo_client *client) {
    if (logferry_wires_are_ended(client->wires)) mongoc_client_reset(client->client);
}

void logferry_mongo_close(logferry_mongo_client *client) {
    logferry_mongo_leave(client);
    forget_sessions(client);
    if (client->writer) mongoc_client_session_destroy(client->writer);
    mongoc_client_destroy(client->client);
    free(client);
}

// The options with the transaction in them, if there is one.
static bool in_transaction(logferry_mongo_client *client, bson_t *options, bson_error_t *error) {
    return !client->session || mongoc_client_session_append(client->session, options, error);
}

// Whether each statement of a list writes one document at most, as only those have numbers.
static bool are_single(const bson_iter_t *list) {
    bson_iter_t statement, member;
    if (!BSON_ITER_HOLDS_ARRAY(list) || !bson_iter_recurse(list, &statement)) return false;
    while (bson_iter_next(&statement)) {
        if (!BSON_ITER_HOLDS_DOCUMENT(&statement) || !bson_iter_recurse(&statement, &member)) return false;
        while (bson_iter_next(&member)) {
            if (!strcmp(bson_iter_key(&member), "multi") && bson_iter_as_bool(&member)) return false;
            if (!strcmp(bson_iter_key(&member), "limit") && bson_iter_as_int64(&member) != 1) return false;
        }
    }
    return true;
}

// Whether a command is one of those that may have a number, and that the library itself never sends twice.
static bool is_single_write(const bson_t *command) {
    bson_iter_t member;
    if (!bson_iter_init(&member, command) || !bson_iter_next(&member)) return false;
    const char *name = bson_iter_key(&member);
    if (!strcmp(name, "insert")) return true;
    const char *list = !strcmp(name, "update") ? "updates" : !strcmp(name, "delete") ? "deletes" : NULL;
    return list && bson_iter_init_find(&member, command, list) && are_single(&member);
}

// Lets the journal of the primary alone acknowledge a command, whatever the client's concern is.
static void acknowledge_by_primary(bson_t *options) {
    mongoc_write_concern_t *primary = mongoc_write_concern_new();
    mongoc_write_concern_set_w(primary, 1);
    mongoc_write_concern_set_journal(primary, true);
    mongoc_write_concern_append(primary, options);
    mongoc_write_concern_destroy(primary);
}

// Sends a write, and once more under the same number when its answer is lost or another server is the primary now.
static bool write_once(
    logferry_mongo_client *client, const char *database, const bson_t *command, const bson_t *given, bson_t *answer,
    bson_error_t *cause) {
    if (!client->writer) client->writer = mongoc_client_start_session(client->client, NULL, cause);
    bson_t numbered, options;
    bson_copy_to(given, &options);
    bson_copy_to(command, &numbered);
    BSON_APPEND_INT64(&numbered, "txnNumber", ++client->write_number);
    bool done = false;
    if (client->writer && mongoc_client_session_append(client->writer, &options, cause)) {
        for (int attempt = 0; attempt < 2; attempt++) {
            bson_destroy(answer);
            memset(cause, 0, sizeof *cause);
            done = mongoc_client_write_command_with_opts(
                client->client, database, &numbered, &options, answer, cause);
            bool is_lost = !done && cause->domain == MONGOC_ERROR_STREAM;
            if (!is_lost && !mongoc_error_has_label(answer, "RetryableWriteError")) break;
            if (logferry_wires_are_ended(client->wires)) break;
        }
    }
    bson_destroy(&options);
    bson_destroy(&numbered);
    return done;
}

bool logferry_mongo_command(
    logferry_mongo_client *client, const char *database, const uint8_t *command, size_t length,
    logferry_mongo_kind kind, logferry_mongo_document *reply, logferry_mongo_error *error) {
    bson_t document, options = BSON_INITIALIZER, answer = BSON_INITIALIZER;
    bson_error_t cause = {0};
    bool is_apart = !client->session || kind == LOGFERRY_MONGO_WRITE_APART;
    bool done =
        bson_init_static(&document, command, length) && (is_apart || in_transaction(client, &options, &cause));
    if (done && is_apart && kind == LOGFERRY_MONGO_PRIMARY_WRITE) acknowledge_by_primary(&options);
    if (done && is_apart && kind != LOGFERRY_MONGO_PLAIN && client->sends_twice && is_single_write(&document)) {
        done = write_once(client, database, &document, &options, &answer, &cause);
    } else if (done) {
        bson_destroy(&answer);
        done = is_apart && kind != LOGFERRY_MONGO_PLAIN
            ? mongoc_client_write_command_with_opts(client->client, database, &document, &options, &answer, &cause)
            : mongoc_client_command_with_opts(client->client, database, &document, NULL, &options, &answer, &cause);
    }
    if (!done) describe(error, &cause, &answer);
    uint32_t size = 0;
    reply->bytes = bson_destroy_with_steal(&answer, true, &size);
    reply->length = size;
    bson_destroy(&options);
    return done;
}

void logferry_mongo_free(logferry_mongo_document document) { bson_free(document.bytes); }

// A cursor whose collection lives as long as it does. The filter and the options are copied.
static logferry_mongo_cursor *query(
    logferry_mongo_client *client, const char *database, const char *collection, const uint8_t *question,
    size_t question_length, const uint8_t *options, size_t options_length, bool is_aggregate) {
    bson_t asked, given, all = BSON_INITIALIZER;
    bson_error_t ignored;
    logferry_mongo_cursor *made = calloc(1, sizeof *made);
    if (!made) abort();
    made->collection = mongoc_client_get_collection(client->client, database, collection);
    if (!bson_init_static(&asked, question, question_length)) bson_init(&asked);
    if (bson_init_static(&given, options, options_length)) bson_concat(&all, &given);
    in_transaction(client, &all, &ignored);
    made->cursor = is_aggregate
        ? mongoc_collection_aggregate(made->collection, MONGOC_QUERY_NONE, &asked, &all, NULL)
        : mongoc_collection_find_with_opts(made->collection, &asked, &all, NULL);
    bson_destroy(&all);
    return made;
}

logferry_mongo_cursor *logferry_mongo_find(
    logferry_mongo_client *client, const char *database, const char *collection, const uint8_t *filter,
    size_t filter_length, const uint8_t *options, size_t options_length) {
    return query(client, database, collection, filter, filter_length, options, options_length, false);
}

logferry_mongo_cursor *logferry_mongo_aggregate(
    logferry_mongo_client *client, const char *database, const char *collection, const uint8_t *pipeline,
    size_t pipeline_length, const uint8_t *options, size_t options_length) {
    return query(client, database, collection, pipeline, pipeline_length, options, options_length, true);
}

int logferry_mongo_next(
    logferry_mongo_cursor *cursor, const uint8_t **document, size_t *length, logferry_mongo_error *error) {
    const bson_t *next = NULL, *reply = NULL;
    bson_error_t cause = {0};
    if (mongoc_cursor_next(cursor->cursor, &next)) {
        *document = bson_get_data(next);
        *length = next->len;
        return 1;
    }
    if (!mongoc_cursor_error_document(cursor->cursor, &cause, &reply)) return 0;
    describe(error, &cause, reply);
    return -1;
}

void logferry_mongo_end(logferry_mongo_cursor *cursor) {
    mongoc_cursor_destroy(cursor->cursor);
    mongoc_collection_destroy(cursor->collection);
    free(cursor);
}

bool logferry_mongo_begin(logferry_mongo_client *client, int64_t commit_milliseconds, logferry_mongo_error *error) {
    bson_error_t cause = {0};
    logferry_mongo_leave(client);
    mongoc_read_concern_t *snapshot = mongoc_read_concern_new();
    mongoc_read_concern_set_level(snapshot, MONGOC_READ_CONCERN_LEVEL_SNAPSHOT);
    mongoc_transaction_opt_t *options = mongoc_transaction_opts_new();
    mongoc_transaction_opts_set_read_concern(options, snapshot);
    mongoc_transaction_opts_set_write_concern(options, mongoc_client_get_write_concern(client->client));
    mongoc_transaction_opts_set_read_prefs(options, mongoc_client_get_read_prefs(client->client));
    mongoc_transaction_opts_set_max_commit_time_ms(options, commit_milliseconds);
    client->session = mongoc_client_start_session(client->client, NULL, &cause);
    bool done = client->session && mongoc_client_session_start_transaction(client->session, options, &cause);
    mongoc_transaction_opts_destroy(options);
    mongoc_read_concern_destroy(snapshot);
    if (!done) {
        describe(error, &cause, NULL);
        logferry_mongo_leave(client);
    }
    return done;
}

bool logferry_mongo_commit(logferry_mongo_client *client, logferry_mongo_error *error) {
    bson_t reply;
    bson_error_t cause = {0};
    bool done = mongoc_client_session_commit_transaction(client->session, &reply, &cause);
    if (!done) describe(error, &cause, &reply);
    bson_destroy(&reply);
    return done;
}

void logferry_mongo_leave(logferry_mongo_client *client) {
    if (!client->session) return;
    forget_sessions(client);
    // Also aborts a transaction that goes on.
    mongoc_client_session_destroy(client->session);
    client->session = NULL;
}

static void copy_text(mongoc_uri_t *to, const mongoc_uri_t *from, const char *option) {
    const char *value = mongoc_uri_get_option_as_utf8(from, option, NULL);
    if (value) mongoc_uri_set_option_as_utf8(to, option, value);
}

static void copy_truth(mongoc_uri_t *to, const mongoc_uri_t *from, const char *option) {
    if (!mongoc_uri_has_option(from, option)) return;
    mongoc_uri_set_option_as_bool(to, option, mongoc_uri_get_option_as_bool(from, option, false));
}

// A URL for one server alone, without user and password: what a server is, it says to everybody.
static mongoc_uri_t *uri_of(const char *url, const char *host, int32_t milliseconds) {
    mongoc_uri_t *whole = mongoc_uri_new_with_error(url, NULL);
    if (!whole) return NULL;
    char *text = bson_strdup_printf("mongodb://%s/?directConnection=true", host);
    mongoc_uri_t *uri = mongoc_uri_new_with_error(text, NULL);
    bson_free(text);
    if (uri) {
        if (mongoc_uri_get_tls(whole)) mongoc_uri_set_option_as_bool(uri, MONGOC_URI_TLS, true);
        copy_text(uri, whole, MONGOC_URI_TLSCAFILE);
        copy_text(uri, whole, MONGOC_URI_TLSCERTIFICATEKEYFILE);
        copy_text(uri, whole, MONGOC_URI_TLSCERTIFICATEKEYFILEPASSWORD);
        copy_truth(uri, whole, MONGOC_URI_TLSALLOWINVALIDCERTIFICATES);
        copy_truth(uri, whole, MONGOC_URI_TLSALLOWINVALIDHOSTNAMES);
        copy_truth(uri, whole, MONGOC_URI_TLSINSECURE);
        copy_truth(uri, whole, MONGOC_URI_TLSDISABLEOCSPENDPOINTCHECK);
        copy_truth(uri, whole, MONGOC_URI_TLSDISABLECERTIFICATEREVOCATIONCHECK);
        mongoc_uri_set_appname(uri, "logferry");
        mongoc_uri_set_option_as_int32(uri, MONGOC_URI_CONNECTTIMEOUTMS, milliseconds);
        mongoc_uri_set_option_as_int32(uri, MONGOC_URI_SERVERSELECTIONTIMEOUTMS, milliseconds);
    }
    mongoc_uri_destroy(whole);
    return uri;
}

logferry_mongo_role logferry_mongo_ask(
    const char *url, const char *host, int32_t milliseconds, logferry_mongo_wires *wires) {
    pthread_once(&once, initialise);
    logferry_mongo_role role = LOGFERRY_MONGO_NO_WORD;
    mongoc_uri_t *uri = uri_of(url, host, milliseconds);
    mongoc_client_t *client = uri ? mongoc_client_new_from_uri_with_error(uri, NULL) : NULL;
    if (client) {
        logferry_wires_attach(wires, client, uri);
        // A look at the server, and nothing else: it says what it is when it is greeted.
        mongoc_server_description_t *server = mongoc_client_select_server(client, false, NULL, NULL);
        if (server) {
            const char *type = mongoc_server_description_type(server);
            bool is_primary = !strcmp(type, "RSPrimary") || !strcmp(type, "Mongos") || !strcmp(type, "Standalone");
            role = is_primary ? LOGFERRY_MONGO_PRIMARY : LOGFERRY_MONGO_OTHER;
            mongoc_server_description_destroy(server);
        }
        mongoc_client_destroy(client);
    }
    if (uri) mongoc_uri_destroy(uri);
    return role;
}

#include "members.hpp"

#include <memory>
#include <mongoc/mongoc.h>
#include <string>

using namespace limits;

namespace {

template <auto destroy>
struct destroying {
    template <class T>
    void operator()(T *value) const {
        destroy(value);
    }
};

template <class T, auto destroy>
using owned = std::unique_ptr<T, destroying<destroy>>;

using client = owned<mongoc_client_t, mongoc_client_destroy>;
using session = owned<mongoc_client_session_t, mongoc_client_session_destroy>;
using collection = owned<mongoc_collection_t, mongoc_collection_destroy>;
using bulk = owned<mongoc_bulk_operation_t, mongoc_bulk_operation_destroy>;
using options = owned<mongoc_transaction_opt_t, mongoc_transaction_opts_destroy>;

bool fault(const bson_error_t &cause, logferry_limit_error *error) {
    return fail(error, "MongoDB: %s", cause.message);
}

client connect(const char *url) {
    mongoc_init();
    // What it writes to standard error may hold words of the URL.
    mongoc_log_set_handler(nullptr, nullptr);
    return client(mongoc_client_new(url));
}

// Transactions as the adapter's are: they read snapshots, and are written when the majority's journals have them.
options as_the_adapter() {
    options chosen(mongoc_transaction_opts_new());
    owned<mongoc_read_concern_t, mongoc_read_concern_destroy> reads(mongoc_read_concern_new());
    mongoc_read_concern_set_level(reads.get(), MONGOC_READ_CONCERN_LEVEL_SNAPSHOT);
    mongoc_transaction_opts_set_read_concern(chosen.get(), reads.get());
    owned<mongoc_write_concern_t, mongoc_write_concern_destroy> writes(mongoc_write_concern_new());
    mongoc_write_concern_set_w(writes.get(), MONGOC_WRITE_CONCERN_W_MAJORITY);
    mongoc_write_concern_set_journal(writes.get(), true);
    mongoc_transaction_opts_set_write_concern(chosen.get(), writes.get());
    return chosen;
}

// Inserts in transactions, one after the other.
class insertion {
public:
    insertion() = default;
    ~insertion() { bson_destroy(unchecked); }
    insertion(const insertion &) = delete;
    insertion &operator=(const insertion &) = delete;

    bool open(const char *url, const char *database, bson_error_t *cause) {
        to = connect(url);
        if (!to) return refuse(cause, "the URL cannot be read");
        records.reset(mongoc_client_get_collection(to.get(), database, "records"));
        transaction.reset(mongoc_client_start_session(to.get(), nullptr, cause));
        chosen = as_the_adapter();
        return transaction && begin(cause);
    }

    bool add(const bson_t *document, bson_error_t *cause) {
        waiting++;
        return mongoc_bulk_operation_insert_with_opts(batch.get(), document, unchecked, cause);
    }

    bool commit(bool goes_on, bson_error_t *cause) {
        bson_t reply;
        bool done = waiting == 0 || mongoc_bulk_operation_execute(batch.get(), &reply, cause);
        if (waiting > 0) bson_destroy(&reply);
        if (!done) return false;
        done = mongoc_client_session_commit_transaction(transaction.get(), &reply, cause);
        bson_destroy(&reply);
        return done && (!goes_on || begin(cause));
    }

private:
    client to;
    options chosen;
    session transaction;
    collection records;
    bulk batch;
    // The documents are right, so looking through each of them would find nothing.
    bson_t *unchecked = BCON_NEW("validate", BCON_BOOL(false));
    size_t waiting = 0;

    bool begin(bson_error_t *cause) {
        waiting = 0;
        if (!mongoc_client_session_start_transaction(transaction.get(), chosen.get(), cause)) return false;
        bson_t with = BSON_INITIALIZER;
        bool joins = mongoc_client_session_append(transaction.get(), &with, cause);
        batch.reset(mongoc_collection_create_bulk_operation_with_opts(records.get(), &with));
        bson_destroy(&with);
        return joins;
    }

    static bool refuse(bson_error_t *cause, const char *words) {
        bson_set_error(cause, 0, 0, "%s", words);
        return false;
    }
};

} // namespace

bool logferry_limit_mongo(
    const char *path, size_t piece, const char *url, const char *database, int64_t generation, int64_t app,
    int64_t received_at, logferry_limit_counts *counts, logferry_limit_error *error) {
    bson_error_t cause = {};
    insertion to;
    *counts = {};
    if (!to.open(url, database, &cause)) return fault(cause, error);
    pieces input(path, piece);
    bson_t document = BSON_INITIALIZER;
    bool done = each_record(
        input, *counts,
        [&](const char *line, size_t length, uint64_t place, uint64_t number, const found &values) {
            int64_t time = moment(values.time);
            bson_t key;
            bson_reinit(&document);
            bson_append_document_begin(&document, "_id", 3, &key);
            bson_append_int64(&key, "g", 1, generation);
            bson_append_int64(&key, "o", 1, static_cast<int64_t>(place));
            bson_append_document_end(&document, &key);
            bson_append_int64(&document, "a", 1, app);
            bson_append_int64(&document, "n", 1, static_cast<int64_t>(number));
            bson_append_int64(&document, "t", 1, time == INT64_MIN ? received_at : time);
            bson_append_int64(&document, "r", 1, received_at);
            bson_append_int32(&document, "l", 1, gravity(values.level));
            bson_append_int32(&document, "f", 1, time == INT64_MIN ? 1 : 0);
            bson_append_binary(
                &document, "b", 1, BSON_SUBTYPE_BINARY, reinterpret_cast<const uint8_t *>(line),
                static_cast<uint32_t>(length));
            return to.add(&document, &cause);
        },
        [&] { return to.commit(!input.is_last(), &cause); });
    bson_destroy(&document);
    if (input.failure()) return fail(error, "%s: %s", path, strerror(input.failure()));
    return done || fault(cause, error);
}

bool logferry_limit_mongo_content(
    const char *url, const char *database, logferry_limit_counts *counts, logferry_limit_error *error) {
    *counts = {};
    client from = connect(url);
    if (!from) return fail(error, "MongoDB: the URL cannot be read");
    collection records(mongoc_client_get_collection(from.get(), database, "records"));
    bson_t *pipeline = BCON_NEW(
        "pipeline", "[", "{", "$group", "{", "_id", BCON_NULL, "n", "{", "$sum", BCON_INT64(1), "}", "b", "{", "$sum",
        "{", "$binarySize", BCON_UTF8("$b"), "}", "}", "}", "}", "]");
    owned<mongoc_cursor_t, mongoc_cursor_destroy> cursor(
        mongoc_collection_aggregate(records.get(), MONGOC_QUERY_NONE, pipeline, nullptr, nullptr));
    bson_destroy(pipeline);
    const bson_t *sums = nullptr;
    bson_iter_t at;
    if (mongoc_cursor_next(cursor.get(), &sums)) {
        if (bson_iter_init_find(&at, sums, "n")) counts->records = static_cast<uint64_t>(bson_iter_as_int64(&at));
        if (bson_iter_init_find(&at, sums, "b")) counts->bytes = static_cast<uint64_t>(bson_iter_as_int64(&at));
    }
    bson_error_t cause = {};
    return !mongoc_cursor_error(cursor.get(), &cause) || fault(cause, error);
}

bool logferry_limit_mongo_drop(const char *url, const char *database, logferry_limit_error *error) {
    client from = connect(url);
    if (!from) return fail(error, "MongoDB: the URL cannot be read");
    owned<mongoc_database_t, mongoc_database_destroy> gone(mongoc_client_get_database(from.get(), database));
    bson_error_t cause = {};
    return mongoc_database_drop(gone.get(), &cause) || fault(cause, error);
}

#include "members.hpp"

#include <sqlite3.h>

using namespace limits;

namespace {

// A SQLite file, opened as the adapter opens its own.
struct database {
    sqlite3 *handle = nullptr;
    sqlite3_stmt *statement = nullptr;

    ~database() { close(); }

    bool close() {
        sqlite3_finalize(statement);
        statement = nullptr;
        int code = sqlite3_close(handle);
        handle = nullptr;
        return code == SQLITE_OK;
    }

    bool open(const char *path) {
        return sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr) == SQLITE_OK;
    }

    bool run(const char *sql) { return sqlite3_exec(handle, sql, nullptr, nullptr, nullptr) == SQLITE_OK; }

    bool prepare(const char *sql) {
        return sqlite3_prepare_v3(handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) == SQLITE_OK;
    }

    bool fault(logferry_limit_error *error) const {
        return fail(error, "SQLite: %s", handle ? sqlite3_errmsg(handle) : "no memory");
    }
};

constexpr const char *insertion =
    "INSERT INTO records (generation, offset, app, line_number, event_time, received_at, level, flags, line)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";

} // namespace

bool logferry_limit_sqlite(
    const char *path, size_t piece, const char *file, int64_t generation, int64_t app, int64_t received_at,
    logferry_limit_counts *counts, logferry_limit_error *error) {
    database to;
    *counts = {};
    if (!to.open(file) || !to.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON") ||
        !to.prepare(insertion)) {
        return to.fault(error);
    }
    sqlite3_bind_int64(to.statement, 1, generation);
    sqlite3_bind_int64(to.statement, 3, app);
    sqlite3_bind_int64(to.statement, 6, received_at);
    pieces input(path, piece);
    bool is_open = to.run("BEGIN IMMEDIATE");
    bool done = is_open && each_record(
        input, *counts,
        [&](const char *line, size_t length, uint64_t place, uint64_t number, const found &values) {
            int64_t time = moment(values.time);
            sqlite3_bind_int64(to.statement, 2, static_cast<int64_t>(place));
            sqlite3_bind_int64(to.statement, 4, static_cast<int64_t>(number));
            sqlite3_bind_int64(to.statement, 5, time == INT64_MIN ? received_at : time);
            sqlite3_bind_int64(to.statement, 7, gravity(values.level));
            sqlite3_bind_int64(to.statement, 8, time == INT64_MIN ? 1 : 0);
            sqlite3_bind_text(to.statement, 9, line, static_cast<int>(length), SQLITE_STATIC);
            bool inserted = sqlite3_step(to.statement) == SQLITE_DONE;
            sqlite3_reset(to.statement);
            return inserted;
        },
        [&] { return to.run("COMMIT; BEGIN IMMEDIATE"); });
    if (input.failure()) return fail(error, "%s: %s", path, strerror(input.failure()));
    if (!done || !to.run("COMMIT")) return to.fault(error);
    return to.close() || to.fault(error);
}

bool logferry_limit_sqlite_content(
    const char *file, logferry_limit_counts *counts, logferry_limit_error *error) {
    database from;
    *counts = {};
    if (!from.open(file) || !from.prepare("SELECT count(*), coalesce(sum(length(CAST(line AS BLOB))), 0) FROM records")) {
        return from.fault(error);
    }
    if (sqlite3_step(from.statement) != SQLITE_ROW) return from.fault(error);
    counts->records = static_cast<uint64_t>(sqlite3_column_int64(from.statement, 0));
    counts->bytes = static_cast<uint64_t>(sqlite3_column_int64(from.statement, 1));
    return true;
}

#ifndef LOGFERRY_CBENCHLIMITS_H
#define LOGFERRY_CBENCHLIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What the paths of the engine are measured beside: each does the least that a program must do to come to the same
// end, in C and C++, over the same libraries. None of it keeps any promise of the engine.

#ifdef __cplusplus
extern "C" {
#endif

/// What a limit went through.
typedef struct {
    /// Bytes that were read.
    uint64_t bytes;
    /// Lines that are not blank.
    uint64_t lines;
    /// Lines that are JSON objects.
    uint64_t records;
    /// Follows from what was looked at, so that no compiler can leave the looking out.
    uint64_t sum;
} logferry_limit_counts;

/// What went wrong, in words.
typedef struct {
    char words[256];
} logferry_limit_error;

/// The words of an error, ended by a NUL; they are the error's own and go with it.
const char *logferry_limit_words(const logferry_limit_error *error);

/// A record as a line of JSON says it.
typedef struct {
    /// Nanoseconds since the epoch; INT64_MIN when the line has no time that can be read.
    int64_t time;
    /// The code that stores keep, 0 when the line has no level that is known.
    uint8_t level;
    /// Whether the line is a JSON object.
    bool is_record;
} logferry_limit_record;

/// Reads a file in pieces of `piece` bytes and counts its newlines with memchr.
///
/// `lines` are the lines that are not empty, `records` is 0. False with an error when the file cannot be read.
bool logferry_limit_frame(
    const char *path, size_t piece, logferry_limit_counts *counts, logferry_limit_error *error);

/// Reads a file in pieces of `piece` bytes, finds the lines with memchr, and goes once over the members of each with
/// simdjson's on-demand parser, asking for three of them: the time, the level and `seq`.
///
/// The names of time and level are those that the first line has. False with an error when the file cannot be read.
bool logferry_limit_scan(
    const char *path, size_t piece, logferry_limit_counts *counts, logferry_limit_error *error);

/// What the same reader makes of one line, which must be followed by 64 bytes that may be read.
logferry_limit_record logferry_limit_judge(const char *line, size_t length);

/// Inserts the lines of a file into the table `records` of a SQLite file, one transaction for each piece.
///
/// The file must have the schema already; `received_at` is the same for all rows. The write-ahead log is written back
/// when the file is closed, which is before this returns.
bool logferry_limit_sqlite(
    const char *path, size_t piece, const char *database, int64_t generation, int64_t app, int64_t received_at,
    logferry_limit_counts *counts, logferry_limit_error *error);

/// How many rows the table `records` of a SQLite file has, and how many bytes their lines have; both in `counts`, as
/// `records` and `bytes`.
bool logferry_limit_sqlite_content(
    const char *database, logferry_limit_counts *counts, logferry_limit_error *error);

/// Inserts the lines of a file into the collection `records` of a MongoDB database, one transaction for each piece,
/// acknowledged by the majority and its journals, in the documents that the adapter writes.
bool logferry_limit_mongo(
    const char *path, size_t piece, const char *url, const char *database, int64_t generation, int64_t app,
    int64_t received_at, logferry_limit_counts *counts, logferry_limit_error *error);

/// The same of the collection `records` of a MongoDB database.
bool logferry_limit_mongo_content(
    const char *url, const char *database, logferry_limit_counts *counts, logferry_limit_error *error);

/// Removes a MongoDB database.
bool logferry_limit_mongo_drop(const char *url, const char *database, logferry_limit_error *error);

/// Writes the lines of a file as rows for PostgreSQL's COPY in its text format, in the order of columns generation,
/// byte_offset, line_number, event_time, received_at, app, received_day, level, flags, line.
bool logferry_limit_copy_rows(
    const char *path, const char *rows, int64_t generation, int64_t app, int64_t received_at, int64_t received_day,
    logferry_limit_counts *counts, logferry_limit_error *error);

#ifdef __cplusplus
}
#endif

#endif

#ifndef LOGFERRY_CSIMDJSON_H
#define LOGFERRY_CSIMDJSON_H

#include <stddef.h>
#include <stdint.h>

// The scanner of lines behind simdjson's structural index. A call takes a whole piece of an object, never a line: what
// crosses the border are columns. Nothing here throws, and nothing is kept of a piece when a call returns.
//
// A line is either accepted, which is proven in here, or left undecided: the caller judges those few by the portable
// rule, which also says why a line is refused. So there is one place that words refusals.

#ifdef __cplusplus
extern "C" {
#endif

/// Appends the positions of all 0x0A of `bytes[from ..< count]` to `breaks`, which has room for `room` of them.
/// Returns how many were found; stops when the room is used up, and then `*next` is behind the last one found, else it
/// is `count`.
size_t logferry_line_breaks(
    const uint8_t *bytes, size_t from, size_t count, int32_t *breaks, size_t room, size_t *next);

/// Verdicts as the caller's codes; 0 is an accepted line.
enum { LOGFERRY_LINE_ACCEPTED = 0, LOGFERRY_LINE_UNDECIDED = 255 };

/// A rank or place that does not apply.
enum { LOGFERRY_NONE = 0xFFFF };

/// A word that names a level, in lower-case letters, at most 15 bytes.
typedef struct {
    const uint8_t *word;
    size_t length;
    uint8_t code;
} logferry_level_word;

/// A member of the outermost object that is asked for, and for what.
typedef struct {
    const uint8_t *name;
    uint32_t length;
    /// Which of the members that may hold the time it is, the best 0; or LOGFERRY_NONE.
    uint16_t time_rank;
    /// Which of the members that may hold the level it is, the best 0; or LOGFERRY_NONE.
    uint16_t level_rank;
    /// Which of the asked-for fields it is; or LOGFERRY_NONE.
    uint16_t field;
} logferry_member;

/// Lines of a piece: rows of `kinds` that are `line_kind`. A row is followed by `separators` bytes that end with a
/// newline, or by none.
typedef struct {
    const uint8_t *bytes;
    const uint8_t *kinds;
    const int32_t *starts;
    const int32_t *lengths;
    const uint8_t *separators;
    size_t rows;
    uint8_t line_kind;
} logferry_lines;

/// A row for each line. `timestamps` are nanoseconds since the epoch, INT64_MIN when there is none; the spans of the
/// asked-for fields stand row by row, `field_count` of them each, with a start of -1 where the member is not there.
typedef struct {
    uint8_t *verdicts;
    int64_t *timestamps;
    uint8_t *levels;
    int32_t *field_starts;
    int32_t *field_lengths;
    size_t field_count;
} logferry_found;

typedef struct logferry_scanner logferry_scanner;

/// Makes a scanner, which one thread at a time may use. `level_numbers` are the codes of the levels that the numbers
/// 0 to 999 name. All of it is copied. NULL when there is no memory.
logferry_scanner *logferry_scanner_make(
    const logferry_level_word *words, size_t word_count, const uint8_t *level_numbers);

void logferry_scanner_free(logferry_scanner *scanner);

/// Scans the lines of a piece. Returns how many are left undecided.
size_t logferry_scan(
    logferry_scanner *scanner, const logferry_lines *lines, const logferry_member *members, size_t member_count,
    logferry_found *found);

#ifdef __cplusplus
}
#endif

#endif

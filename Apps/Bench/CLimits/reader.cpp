#include "members.hpp"

using namespace limits;

const char *logferry_limit_words(const logferry_limit_error *error) { return error->words; }

static bool cannot_read(const char *path, const pieces &input, logferry_limit_error *error) {
    return fail(error, "%s: %s", path, strerror(input.failure()));
}

bool logferry_limit_frame(
    const char *path, size_t piece, logferry_limit_counts *counts, logferry_limit_error *error) {
    pieces input(path, piece);
    *counts = {};
    bool done = each_line(
        input,
        [&](const char *, size_t length, uint64_t, uint64_t) {
            counts->lines++;
            counts->sum += length;
            return true;
        },
        [] { return true; });
    counts->bytes = input.read_bytes();
    return done || cannot_read(path, input, error);
}

bool logferry_limit_scan(
    const char *path, size_t piece, logferry_limit_counts *counts, logferry_limit_error *error) {
    pieces input(path, piece);
    uint64_t sum = 0;
    bool done = each_record(
        input, *counts,
        [&](const char *, size_t, uint64_t, uint64_t, const found &values) {
            sum += values.time.size() + values.level.size() + values.sequence.size();
            return true;
        },
        [] { return true; });
    counts->sum = sum;
    return done || cannot_read(path, input, error);
}

logferry_limit_record logferry_limit_judge(const char *line, size_t length) {
    members json;
    json.learn(line, length, length + padding);
    found values = json.pass(line, length, length + padding);
    return {moment(values.time), gravity(values.level), values.is_object};
}

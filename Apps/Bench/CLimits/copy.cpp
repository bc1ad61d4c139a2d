#include "members.hpp"

#include <memory>
#include <string>

using namespace limits;

namespace {

struct closing {
    void operator()(FILE *file) const { fclose(file); }
};

// Puts a text in the form of COPY: a backslash stands before itself, and other letters are as they are, since a line
// of JSON holds neither tabs nor newlines that are not escaped already, nor NULs.
void add_escaped(std::string &row, const char *line, size_t length) {
    const char *end = line + length;
    while (line < end) {
        const char *stop = static_cast<const char *>(memchr(line, '\\', static_cast<size_t>(end - line)));
        row.append(line, stop ? stop : end);
        if (!stop) return;
        row.append("\\\\");
        line = stop + 1;
    }
}

} // namespace

bool logferry_limit_copy_rows(
    const char *path, const char *rows, int64_t generation, int64_t app, int64_t received_at, int64_t received_day,
    logferry_limit_counts *counts, logferry_limit_error *error) {
    std::unique_ptr<FILE, closing> output(fopen(rows, "wxe"));
    if (!output) return fail(error, "%s: %s", rows, strerror(errno));
    pieces input(path, 1 << 20);
    std::string row;
    bool done = each_record(
        input, *counts,
        [&](const char *line, size_t length, uint64_t place, uint64_t number, const found &values) {
            counts->sum += length;
            int64_t time = moment(values.time);
            bool has_time = time != INT64_MIN;
            row.clear();
            for (int64_t value : {
                     generation, static_cast<int64_t>(place), static_cast<int64_t>(number),
                     has_time ? time : received_at, received_at, app, received_day,
                     static_cast<int64_t>(gravity(values.level)), static_cast<int64_t>(has_time ? 0 : 1)}) {
                row.append(std::to_string(value));
                row.push_back('\t');
            }
            add_escaped(row, line, length);
            row.push_back('\n');
            return fwrite(row.data(), 1, row.size(), output.get()) == row.size();
        },
        [] { return true; });
    if (input.failure()) return fail(error, "%s: %s", path, strerror(input.failure()));
    if (!done || fflush(output.get()) != 0) return fail(error, "%s: %s", rows, strerror(errno));
    return true;
}

#pragma once

#include "cbenchlimits.h"

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>
#include <vector>

namespace limits {

// Always false, so that it can be returned where something failed.
inline bool fail(logferry_limit_error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

inline bool fail(logferry_limit_error *error, const char *format, ...) {
    va_list rest;
    va_start(rest, format);
    vsnprintf(error->words, sizeof error->words, format, rest);
    va_end(rest);
    return false;
}

// What simdjson may read behind a line.
constexpr size_t padding = 64;

// A file, read piece by piece into memory in which lines stay in one place.
class pieces {
public:
    pieces(const char *path, size_t size) : piece(size), memory(2 * size + padding) {
        file = open(path, O_RDONLY | O_CLOEXEC);
        if (file < 0) code = errno;
    }
    ~pieces() {
        if (file >= 0) close(file);
    }
    pieces(const pieces &) = delete;
    pieces &operator=(const pieces &) = delete;

    // The next piece behind what the last one left; false at the end and when reading fails.
    bool next() {
        if (code || at_end) return false;
        if (kept + piece + padding > memory.size()) memory.resize(2 * memory.size());
        while (true) {
            ssize_t got = read(file, memory.data() + kept, piece);
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) {
                code = errno;
                return false;
            }
            at_end = got == 0;
            filled = kept + static_cast<size_t>(got);
            bytes += static_cast<uint64_t>(got);
            return filled > 0;
        }
    }

    // Leaves what lies behind `used` to the next piece.
    void keep(size_t used) {
        kept = filled - used;
        memmove(memory.data(), memory.data() + used, kept);
    }

    const char *data() const { return memory.data(); }
    size_t size() const { return filled; }
    // How far behind any byte of the piece reading is allowed.
    size_t room() const { return memory.size(); }
    bool is_last() const { return at_end; }
    uint64_t read_bytes() const { return bytes; }
    int failure() const { return code; }

private:
    const size_t piece;
    std::vector<char> memory;
    int file = -1;
    int code = 0;
    bool at_end = false;
    size_t kept = 0, filled = 0;
    uint64_t bytes = 0;
};

inline bool is_blank(const char *line, size_t length) {
    for (size_t index = 0; index < length; index++) {
        if (line[index] != ' ' && line[index] != '\t' && line[index] != '\r') return false;
    }
    return true;
}

// Gives each line that is not blank to `on_line(line, length, place in the file, number from 1)`, and calls
// `on_piece()` behind each piece; both return whether to go on. A carriage return before a newline is no part of a line.
template <class OnLine, class OnPiece>
bool each_line(pieces &input, OnLine on_line, OnPiece on_piece) {
    uint64_t place = 0, number = 0;
    while (input.next()) {
        const char *data = input.data();
        size_t from = 0, size = input.size();
        while (from < size) {
            const void *newline = memchr(data + from, '\n', size - from);
            if (!newline && !input.is_last()) break;
            size_t end = newline ? static_cast<size_t>(static_cast<const char *>(newline) - data) : size;
            size_t length = end - from;
            if (newline && length > 0 && data[end - 1] == '\r') length--;
            number++;
            // Hardly a line begins with white space, so hardly one is looked through.
            if (length > 0 && (data[from] > ' ' || !is_blank(data + from, length))) {
                if (!on_line(data + from, length, place + from, number)) return false;
            }
            from = newline ? end + 1 : size;
        }
        place += from;
        if (!on_piece()) return false;
        input.keep(from);
    }
    return input.failure() == 0;
}

} // namespace limits

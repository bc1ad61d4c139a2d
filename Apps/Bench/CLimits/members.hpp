#pragma once

#include "pieces.hpp"

#include <climits>
#include <simdjson.h>
#include <string_view>

namespace limits {

static_assert(padding >= simdjson::SIMDJSON_PADDING, "lines need the padding that simdjson wants");

// What a pass over the members of a line found: the values as they are written, empty where there is none.
struct found {
    std::string_view time, level, sequence;
    bool is_object = false;
};

// simdjson's on-demand parser and the names it asks for.
class members {
public:
    // Takes the names that a line has, the best of those that the engine knows.
    void learn(const char *line, size_t length, size_t room) {
        static constexpr const char *times[] = {"timestamp", "@timestamp", "time", "ts"};
        static constexpr const char *levels[] = {"level", "severity", "lvl"};
        for (const char *name : times) {
            time = name;
            if (!pass(line, length, room).time.empty()) break;
        }
        for (const char *name : levels) {
            level = name;
            if (!pass(line, length, room).level.empty()) break;
        }
    }

    // Goes over the members once.
    found pass(const char *line, size_t length, size_t room) {
        found values;
        simdjson::ondemand::document document;
        simdjson::ondemand::object object;
        if (parser.iterate(simdjson::padded_string_view(line, length, room)).get(document)) return values;
        if (document.get_object().get(object)) return values;
        for (auto field : object) {
            simdjson::ondemand::raw_json_string key;
            if (field.key().get(key)) return values;
            if (key.unsafe_is_equal(time)) {
                values.time = field.value().raw_json_token();
            } else if (key.unsafe_is_equal(level)) {
                values.level = field.value().raw_json_token();
            } else if (key.unsafe_is_equal("seq")) {
                values.sequence = field.value().raw_json_token();
            } else if (field.error()) {
                return values;
            }
        }
        // Nothing may follow the object.
        values.is_object = document.current_location().error() == simdjson::OUT_OF_BOUNDS;
        return values;
    }

private:
    simdjson::ondemand::parser parser;
    const char *time = "timestamp";
    const char *level = "level";
};

// Nanoseconds since the epoch of a JSON string or number; INT64_MIN for what is neither a number of seconds or of
// their fractions nor an RFC 3339 time.
int64_t moment(std::string_view token);

// The code of a level's usual words and numbers; 0 for others.
uint8_t gravity(std::string_view token);

// Gives each line that is an object to `on_record(line, length, place in the file, number from 1, values)` and calls
// `on_piece()` behind each piece; counts all lines, objects and bytes. The first line says which names are asked for.
template <class OnRecord, class OnPiece>
bool each_record(pieces &input, logferry_limit_counts &counts, OnRecord on_record, OnPiece on_piece) {
    members json;
    counts = {};
    bool done = each_line(
        input,
        [&](const char *line, size_t length, uint64_t place, uint64_t number) {
            size_t room = input.room() - static_cast<size_t>(line - input.data());
            if (counts.lines++ == 0) json.learn(line, length, room);
            found values = json.pass(line, length, room);
            if (!values.is_object) return true;
            counts.records++;
            return static_cast<bool>(on_record(line, length, place, number, values));
        },
        on_piece);
    counts.bytes = input.read_bytes();
    return done;
}

} // namespace limits

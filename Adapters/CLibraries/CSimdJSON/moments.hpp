// Moments in time as the members of lines hold them, by the rules of LogModel's Timestamp, to the last leniency.
#pragma once

#include <cstdint>

namespace logferry {

/// What stands for a moment that cannot be read.
constexpr int64_t noMoment = INT64_MIN;

/// Reads RFC 3339 and its lenient forms from `text` on, up to a quotation mark, which must be there.
/// Returns nanoseconds since the epoch, or noMoment.
int64_t moment_of_text(const uint8_t *text);

/// Reads a checked JSON number, which must be followed by something that is no part of one.
/// Returns false when the number has an exponent, which is not read here.
bool moment_of_number(const uint8_t *text, int64_t *moment);

}  // namespace logferry

#pragma once

#include <cstddef>
#include <cstdint>

namespace logferry {

/// Whether every backslash begins an escape of RFC 8259 section 7, or is the second half of one.
///
/// simdjson's index finds where strings end and leaves their escapes to its second stage, which is not used here.
bool escapes_are_good(const uint8_t *bytes, size_t count);

}  // namespace logferry

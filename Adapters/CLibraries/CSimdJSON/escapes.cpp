#include "escapes.hpp"

#include <initializer_list>

#include "blocks.hpp"

namespace logferry {

static inline bool is_hexadecimal(uint8_t byte) {
    uint8_t letter = byte | 0x20;
    return static_cast<uint8_t>(byte - '0') <= 9 || static_cast<uint8_t>(letter - 'a') <= 5;
}

/// How many bytes `\uXXXX` at `index` has; 0 when it is none.
static size_t unicode_length(const uint8_t *bytes, size_t index, size_t count) {
    if (index + 6 > count) return 0;
    for (size_t place = index + 2; place < index + 6; place++) {
        if (!is_hexadecimal(bytes[place])) return 0;
    }
    return 6;
}

/// The length of the escape whose second byte is this one; 0 for none, and for `u`, of which more must be known.
struct Lengths {
    uint8_t of[256] = {};

    constexpr Lengths() {
        for (uint8_t byte : {'"', '\\', '/', 'b', 'f', 'n', 'r', 't'}) of[byte] = 2;
    }
};

static constexpr Lengths lengths;

/// How many bytes the escape at `index` has; 0 when it is none.
static LOGFERRY_INLINE size_t escape_length(const uint8_t *bytes, size_t index, size_t count) {
    if (index + 1 >= count) return 0;
    uint8_t second = bytes[index + 1];
    size_t length = lengths.of[second];
    return length != 0 || second != 'u' ? length : unicode_length(bytes, index, count);
}

LOGFERRY_CLONES bool escapes_are_good(const uint8_t *bytes, size_t count) {
    size_t index = 0;
    // Where the next backslash begins an escape; one before that is the second half of `\\`.
    size_t free = 0;
    for (; index + blockBytes <= count; index += blockBytes) {
        uint64_t bits = bits_equal(bytes + index, '\\');
        while (bits != 0) {
            size_t place = index + static_cast<size_t>(__builtin_ctzll(bits));
            bits &= bits - 1;
            if (place < free) continue;
            size_t length = escape_length(bytes, place, count);
            if (length == 0) return false;
            free = place + length;
        }
    }
    for (; index < count; index++) {
        if (bytes[index] != '\\' || index < free) continue;
        size_t length = escape_length(bytes, index, count);
        if (length == 0) return false;
        free = index + length;
    }
    return true;
}

}  // namespace logferry

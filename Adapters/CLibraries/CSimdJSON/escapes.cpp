#include "escapes.hpp"

#include "blocks.hpp"

namespace logferry {

namespace {

inline bool is_hexadecimal(uint8_t byte) {
    uint8_t letter = byte | 0x20;
    return static_cast<uint8_t>(byte - '0') <= 9 || static_cast<uint8_t>(letter - 'a') <= 5;
}

/// Whether four hexadecimal digits stand behind the `u` at `index`.
bool has_digits(const uint8_t *bytes, size_t index, size_t count) {
    if (index + 5 > count) return false;
    for (size_t place = index + 1; place < index + 5; place++) {
        if (!is_hexadecimal(bytes[place])) return false;
    }
    return true;
}

/// Of a block's backslashes, which bytes they escape: those behind the first, third, … of a run of them.
///
/// Runs are told apart by a carry: added to where runs begin on odd places, a run's bits roll over to where it ends.
/// The way is that of Langdale and Lemire, "Parsing Gigabytes of JSON per Second", VLDB Journal 28 (2019), section 3.1.1.
/// `isEscaped` says whether the first byte of the block is escaped, and then whether that of the next one is.
LOGFERRY_INLINE uint64_t escaped_by(uint64_t backslashes, uint64_t &isEscaped) {
    constexpr uint64_t even = 0x5555555555555555;
    backslashes &= ~isEscaped;
    uint64_t behind = backslashes << 1 | isEscaped;
    uint64_t oddStarts = backslashes & ~even & ~behind;
    uint64_t rolled;
    isEscaped = __builtin_add_overflow(oddStarts, backslashes, &rolled) ? 1 : 0;
    return (even ^ rolled << 1) & behind;
}

/// Looks at the escaped bytes of the block at `index`, the usual ones first.
LOGFERRY_INLINE bool are_good(uint64_t escaped, const uint8_t *block, const uint8_t *bytes, size_t index, size_t count) {
    uint64_t rest = escaped & ~(bits_equal(block, '"') | bits_equal(block, '\\') | bits_equal(block, 'n'));
    if (rest == 0) return true;
    rest &= ~(bits_equal(block, 'r') | bits_equal(block, 't') | bits_equal(block, '/') | bits_equal(block, 'b') |
              bits_equal(block, 'f'));
    for (; rest != 0; rest &= rest - 1) {
        size_t place = index + static_cast<size_t>(__builtin_ctzll(rest));
        if (place >= count || bytes[place] != 'u' || !has_digits(bytes, place, count)) return false;
    }
    return true;
}

}  // namespace

LOGFERRY_CLONES bool escapes_are_good(const uint8_t *bytes, size_t count) {
    uint64_t isEscaped = 0;
    size_t index = 0;
    for (; index + blockBytes <= count; index += blockBytes) {
        uint64_t backslashes = bits_equal(bytes + index, '\\');
        if ((backslashes | isEscaped) == 0) continue;
        uint64_t escaped = escaped_by(backslashes, isEscaped);
        if (!are_good(escaped, bytes + index, bytes, index, count)) return false;
    }
    if (index == count) return isEscaped == 0;
    uint8_t last[blockBytes] = {};
    std::memcpy(last, bytes + index, count - index);
    uint64_t escaped = escaped_by(bits_equal(last, '\\'), isEscaped);
    return are_good(escaped, last, bytes, index, count);
}

}  // namespace logferry

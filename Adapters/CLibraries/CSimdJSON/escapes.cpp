#include "escapes.hpp"

#include "blocks.hpp"

namespace logferry {

namespace {

bool is_hexadecimal(uint8_t byte) {
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

/// The escaped bytes of a block that are none of `\`, `"`, `b`, `f`, `n`, `r` and `t`.
LOGFERRY_INLINE uint64_t unusual(uint64_t backslashes, uint64_t &isEscaped, const uint8_t *bytes) {
    // Each pair differs by one bit, and no other byte becomes one of them without it.
    uint64_t usual = bits_equal(bytes, '"', 'b') | bits_equal(bytes, 'f', 'n') | bits_equal(bytes, 'r') |
        bits_equal(bytes, 't');
    return escaped_by(backslashes, isEscaped) & ~(backslashes | usual);
}

/// Whether the unusual escaped bytes of a block at `index` are `/`, or `u` with its digits.
bool are_good(uint64_t escaped, const uint8_t *bytes, size_t index, size_t count) {
    for (; escaped != 0; escaped &= escaped - 1) {
        size_t place = index + static_cast<size_t>(__builtin_ctzll(escaped));
        if (place >= count) return false;
        if (bytes[place] != '/' && (bytes[place] != 'u' || !has_digits(bytes, place, count))) return false;
    }
    return true;
}

}  // namespace

LOGFERRY_CLONES bool escapes_are_good(const uint8_t *bytes, size_t count) {
    uint64_t isEscaped = 0;
    // Two blocks at once: whether there are any backslashes is guessed wrong half as often.
    auto step = [&](const uint8_t *blocks, size_t index) __attribute__((always_inline)) {
        const uint8_t *second = blocks + blockBytes;
        uint64_t firstOnes = bits_equal(blocks, '\\');
        uint64_t secondOnes = bits_equal(second, '\\');
        if ((firstOnes | secondOnes | isEscaped) == 0) return true;
        uint64_t firstRest = unusual(firstOnes, isEscaped, blocks);
        uint64_t secondRest = unusual(secondOnes, isEscaped, second);
        return (firstRest | secondRest) == 0 ||
            (are_good(firstRest, bytes, index, count) && are_good(secondRest, bytes, index + blockBytes, count));
    };
    size_t index = 0;
    for (; index + 2 * blockBytes <= count; index += 2 * blockBytes) {
        if (!step(bytes + index, index)) return false;
    }
    // What is left, as if zeroes stood behind it: a backslash at the very end escapes one of them.
    uint8_t last[2 * blockBytes] = {};
    std::memcpy(last, bytes + index, count - index);
    return step(last, index);
}

}  // namespace logferry

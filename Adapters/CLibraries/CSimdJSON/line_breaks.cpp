#include "blocks.hpp"
#include "include/CSimdJSON.h"

LOGFERRY_CLONES size_t logferry_line_breaks(
    const uint8_t *bytes, size_t from, size_t count, int32_t *breaks, size_t room, size_t *next) {
    size_t found = 0;
    size_t index = from;
    for (; index + logferry::blockBytes <= count && found + logferry::blockBytes <= room;
         index += logferry::blockBytes) {
        uint64_t bits = logferry::bits_equal(bytes + index, '\n');
        // The first one is written whether it is there or not: who asks guesses wrong at each line.
        breaks[found] = static_cast<int32_t>(index + static_cast<size_t>(__builtin_ctzll(bits | 1ull << 63)));
        found += bits != 0;
        for (bits &= bits - 1; bits != 0; bits &= bits - 1) {
            breaks[found++] = static_cast<int32_t>(index + static_cast<size_t>(__builtin_ctzll(bits)));
        }
    }
    for (; index < count && found < room; index++) {
        if (bytes[index] == '\n') breaks[found++] = static_cast<int32_t>(index);
    }
    *next = index;
    return found;
}

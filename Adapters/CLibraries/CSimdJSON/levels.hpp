// Levels by word and by number; the words and codes are the caller's.
#pragma once

#include <cstdint>
#include <cstring>

#include "include/CSimdJSON.h"

namespace logferry {

/// A table of at most 64 words that is asked without a loop over them.
class Levels {
  public:
    Levels(const logferry_level_word *words, size_t count, const uint8_t *numbers) {
        std::memcpy(numbers_, numbers, sizeof numbers_);
        for (size_t index = 0; index < count && index < slots / 4; index++) {
            uint8_t letters[16] = {};
            std::memcpy(letters, words[index].word, words[index].length < 15 ? words[index].length : 15);
            Key key = fold(letters);
            size_t slot = key.slot();
            while (codes_[slot] != 0) slot = (slot + 1) % slots;
            keys_[slot] = key;
            codes_[slot] = words[index].code;
        }
    }

    /// The code of the word from `text` to a quotation mark, which must be there; 0 when it is none.
    uint8_t of_text(const uint8_t *text) const {
        uint8_t letters[16] = {};
        size_t length = 0;
        for (; text[length] != '"'; length++) {
            if (length == longest) return 0;
            uint8_t byte = text[length];
            letters[length] = static_cast<uint8_t>(byte - 'A') <= 'Z' - 'A' ? byte | 0x20 : byte;
        }
        if (length == 0) return 0;
        Key key = fold(letters);
        for (size_t slot = key.slot(); codes_[slot] != 0; slot = (slot + 1) % slots) {
            if (keys_[slot].low == key.low && keys_[slot].high == key.high) return codes_[slot];
        }
        return 0;
    }

    /// The code of a number of at most three digits; 0 when it is none, or no level.
    uint8_t of_number(const uint8_t *text) const {
        unsigned value = 0;
        int count = 0;
        for (; static_cast<uint8_t>(text[count] - '0') <= 9; count++) {
            if (count == 3) return 0;
            value = value * 10 + (text[count] - '0');
        }
        bool isWhole = text[count] != '.' && (text[count] | 0x20) != 'e';
        return count > 0 && isWhole ? numbers_[value] : 0;
    }

  private:
    struct Key {
        uint64_t low;
        uint64_t high;

        size_t slot() const {
            uint64_t mixed = (low ^ high * 0x9E3779B97F4A7C15u) * 0xD6E8FEB86659FD93u;
            return static_cast<size_t>(mixed >> 56);
        }
    };

    static Key fold(const uint8_t *letters) {
        Key key;
        std::memcpy(&key.low, letters, 8);
        std::memcpy(&key.high, letters + 8, 8);
        return key;
    }

    static constexpr size_t slots = 256;
    /// No longer word names a level: LogModel's Level reads at most 13 bytes.
    static constexpr size_t longest = 13;

    Key keys_[slots] = {};
    uint8_t codes_[slots] = {};
    uint8_t numbers_[1000];
};

}  // namespace logferry

// The members of the outermost object that are asked for.
#pragma once

#include <cstdint>
#include <cstring>

#include "blocks.hpp"
#include "include/CSimdJSON.h"

namespace logferry {

/// Finds which asked-for member a key names: almost all keys are dismissed by their first byte.
class Members {
  public:
    Members(const logferry_member *members, size_t count) : members_(members) {
        // Chains run through `next_`; a name beyond the table's room is looked for by no chain and makes `overflows`.
        // From the last to the first, so that of names that begin alike the best is looked at first.
        for (size_t index = count < room ? count : room; index-- > 0;) {
            // An empty name is a quotation mark at once.
            uint8_t first = members[index].length > 0 ? members[index].name[0] : '"';
            firsts_[index] = first_bytes(members[index].name, members[index].length);
            next_[index] = heads_[first];
            heads_[first] = static_cast<uint8_t>(index + 1);
            hasFields |= members[index].field != LOGFERRY_NONE;
        }
        overflows = count > room;
    }

    /// Whether a name that is asked for begins with `first`: what is asked of every key.
    bool may_be_named(uint8_t first) const { return heads_[first] != 0; }

    /// The member whose name stands between the quotation mark before `key` and the next one; NULL when none is meant.
    /// Nothing from `end` on is read.
    const logferry_member *find(const uint8_t *key, const uint8_t *end) const {
        for (uint8_t index = heads_[*key]; index != 0; index = next_[index - 1]) {
            const logferry_member &member = members_[index - 1];
            if (key + member.length >= end || key[member.length] != '"') continue;
            if (is_named(key, end, index - 1)) return &member;
        }
        return nullptr;
    }

    /// Whether there are more names than the table takes.
    bool overflows;
    /// Whether any member's span is asked for.
    bool hasFields = false;

  private:
    static constexpr size_t room = 250;

    static uint64_t first_bytes(const uint8_t *bytes, size_t length) {
        uint64_t word = 0;
        std::memcpy(&word, bytes, length < 8 ? length : 8);
        return word;
    }

    /// Whether a key that is as long as the name of a member has the same bytes.
    LOGFERRY_INLINE bool is_named(const uint8_t *key, const uint8_t *end, size_t index) const {
        size_t length = members_[index].length;
        uint64_t word;
        if (end - key < 8) return std::memcmp(key, members_[index].name, length) == 0;
        // Eight bytes at once; those behind a shorter name are shifted out, the lowest byte being the first.
        std::memcpy(&word, key, 8);
        if (length < 8) return length == 0 || ((word ^ firsts_[index]) << (64 - 8 * length)) == 0;
        if (word != firsts_[index]) return false;
        return length == 8 || std::memcmp(key + 8, members_[index].name + 8, length - 8) == 0;
    }

    const logferry_member *members_;
    uint8_t heads_[256] = {};
    uint8_t next_[room] = {};
    /// The first eight bytes of each name, zeroes behind shorter ones.
    uint64_t firsts_[room];
};

}  // namespace logferry

// The members of the outermost object that are asked for.
#pragma once

#include <cstdint>
#include <cstring>

#include "include/CSimdJSON.h"

namespace logferry {

/// Finds which asked-for member a key names: almost all keys are dismissed by their first byte.
class Members {
  public:
    Members(const logferry_member *members, size_t count) : members_(members) {
        // Chains run through `next_`; a name beyond the table's room is looked for by no chain and makes `overflows`.
        for (size_t index = 0; index < count && index < room; index++) {
            // An empty name is a quotation mark at once.
            uint8_t first = members[index].length > 0 ? members[index].name[0] : '"';
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
            if (std::memcmp(key, member.name, member.length) == 0) return &member;
        }
        return nullptr;
    }

    /// Whether there are more names than the table takes.
    bool overflows;
    /// Whether any member's span is asked for.
    bool hasFields = false;

  private:
    static constexpr size_t room = 250;

    const logferry_member *members_;
    uint8_t heads_[256] = {};
    uint8_t next_[room] = {};
};

}  // namespace logferry

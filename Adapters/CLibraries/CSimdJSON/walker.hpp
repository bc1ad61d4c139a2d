// The grammar of RFC 8259 over simdjson's structural index, one line after the other.
#pragma once

#include <cstdint>

#include "blocks.hpp"
#include "include/CSimdJSON.h"
#include "levels.hpp"
#include "members.hpp"
#include "moments.hpp"

namespace logferry {

/// Where the spans of a line's asked-for fields go: `starts` and `lengths` of its row.
struct FieldSpans {
    int32_t *starts;
    int32_t *lengths;
    /// What is added to a place in the text to get one in the piece.
    int32_t base;
};

/// Walks over the lines of a text of which the structural index is known.
///
/// The index holds the place of every bracket, colon and comma outside strings, of every opening quotation mark and of
/// the first byte of every other value. That strings end, hold no control character and are UTF-8 is known from its
/// making; escapes are looked at apart. What is left is the order of the tokens, numbers, words and depth.
class Walker {
  public:
    /// How deep lines may nest, as JSONReader.depthLimit of LogModel says; a bit of `containers` for each.
    static constexpr int depthLimit = 64;

    Walker(const uint8_t *text, const uint32_t *index, const Members &members, const Levels &levels)
        : text_(text), next_(index), members_(members), levels_(levels) {}

    /// The time of the line that was accepted last; noMoment when it has none.
    int64_t moment() const { return moment_; }
    /// The level of the line that was accepted last.
    uint8_t level() const { return level_; }

    /// Judges the line at `start ..< end`: true when it is one object and nothing else. False proves nothing.
    ///
    /// Lines are given in order; what stands between them ends with a newline. The index must end with an entry behind
    /// the last line.
    bool accept(uint32_t start, uint32_t end, FieldSpans *fields) {
        while (*next_ < start) next_++;
        moment_ = noMoment;
        level_ = 0;
        momentRank_ = levelRank_ = LOGFERRY_NONE;
        fields_ = fields;
        open_ = nullptr;
        defers_ = false;
        while (start < end && is_space(text_[end - 1])) end--;
        end_ = end;
        // The last byte of an object is its brace, and the last token of the line: strings end within their lines. So
        // whatever expects another token, or reads on in a number or a word, is stopped there, and nothing else needs to
        // ask where the line ends but the step behind a brace or bracket.
        return start < end && text_[end - 1] == '}' && walk() && !defers_;
    }

  private:
    static bool is_space(uint8_t byte) { return byte == ' ' || byte == '\t' || byte == '\r'; }
    static bool is_digit(uint8_t byte) { return static_cast<uint8_t>(byte - '0') <= 9; }
    /// Whether a number or a word may end before `byte`.
    static bool ends_scalar(uint8_t byte) {
        return byte == ',' || byte == '}' || byte == ']' || is_space(byte);
    }

    bool walk() {
        // In a register on the way: as a member it would be stored with every step.
        const uint32_t *next = next_;
        bool isObject = walk(next);
        next_ = next;
        return isObject;
    }

    LOGFERRY_INLINE bool walk(const uint32_t *&next) {
        if (!begins(next, '{')) return false;
        uint64_t containers = 1;  // The innermost is the lowest bit: set for an object.
        int depth = 1;
        next++;

    object:
        if (begins(next, '}')) {
            next++;
            goto closed;
        }
    member:
        if (!begins(next, '"') || text_[next[1]] != ':') return false;
        if (depth == 1 && members_.may_be_named(text_[next[0] + 1])) consider(next);
        next += 2;
        switch (skip_value(next)) {
            case Step::object: goto open_object;
            case Step::array: goto open_array;
            case Step::wrong: return false;
            case Step::done: break;
        }
    object_goes_on:
        if (depth == 1 && open_ != nullptr) close_field(*next);
        switch (text_[*next++]) {
            case ',': goto member;
            case '}': goto closed;
            default: return false;
        }

    array:
        if (begins(next, ']')) {
            next++;
            goto closed;
        }
    element:
        switch (skip_value(next)) {
            case Step::object: goto open_object;
            case Step::array: goto open_array;
            case Step::wrong: return false;
            case Step::done: break;
        }
    array_goes_on:
        switch (text_[*next++]) {
            case ',': goto element;
            case ']': goto closed;
            default: return false;
        }

    open_object:
        if (++depth > depthLimit) return false;
        containers = containers << 1 | 1;
        goto object;
    open_array:
        if (++depth > depthLimit) return false;
        containers <<= 1;
        goto array;
    closed:
        if (--depth == 0) return *next >= end_;
        if (*next >= end_) return false;
        containers >>= 1;
        if (containers & 1) goto object_goes_on;
        goto array_goes_on;
    }

    enum class Step { done, object, array, wrong };

    /// Steps over a scalar, or into a container.
    LOGFERRY_INLINE Step skip_value(const uint32_t *&next) {
        uint32_t at = *next++;
        switch (text_[at]) {
            case '"': return Step::done;
            case '{': return Step::object;
            case '[': return Step::array;
            case 't': return word(at, 'r', 'u', 'e');
            case 'n': return word(at, 'u', 'l', 'l');
            case 'f': return text_[at + 1] == 'a' ? word(at + 1, 'l', 's', 'e') : Step::wrong;
            default: return number(text_ + at) ? Step::done : Step::wrong;
        }
    }

    Step word(uint32_t at, uint8_t second, uint8_t third, uint8_t fourth) const {
        bool isThere = text_[at + 1] == second && text_[at + 2] == third && text_[at + 3] == fourth &&
            ends_scalar(text_[at + 4]);
        return isThere ? Step::done : Step::wrong;
    }

    static LOGFERRY_INLINE bool number(const uint8_t *at) {
        if (*at == '-') at++;
        if (*at == '0') {
            at++;
        } else if (!digits(at)) {
            return false;
        }
        if (*at == '.' && !digits(++at)) return false;
        if ((*at | 0x20) == 'e') {
            at++;
            if (*at == '+' || *at == '-') at++;
            if (!digits(at)) return false;
        }
        return ends_scalar(*at);
    }

    static LOGFERRY_INLINE bool digits(const uint8_t *&at) {
        if (!is_digit(*at)) return false;
        do at++;
        while (is_digit(*at));
        return true;
    }

    bool begins(const uint32_t *next, uint8_t byte) const { return text_[*next] == byte; }

    /// Looks at a member of the outermost object: its key is the next token, a colon follows.
    LOGFERRY_INLINE void consider(const uint32_t *next) {
        const logferry_member *member = members_.find(text_ + next[0] + 1, text_ + end_);
        if (member != nullptr) consider(*member, next[2]);
    }

    void consider(const logferry_member &member, uint32_t place) {
        const uint8_t *value = text_ + place;
        if (member.time_rank < momentRank_) consider_moment(value, member.time_rank);
        if (member.level_rank < levelRank_) consider_level(value, member.level_rank);
        if (fields_ != nullptr && member.field != LOGFERRY_NONE && fields_->starts[member.field] < 0) {
            open_ = &member;
            fields_->starts[member.field] = static_cast<int32_t>(place) + fields_->base;
        }
    }

    void consider_moment(const uint8_t *value, uint16_t rank) {
        int64_t moment = noMoment;
        if (*value == '"') {
            moment = moment_of_text(value + 1);
        } else if (is_digit(*value) && !moment_of_number(value, &moment)) {
            defers_ = true;
        }
        if (moment == noMoment) return;
        moment_ = moment;
        momentRank_ = rank;
    }

    void consider_level(const uint8_t *value, uint16_t rank) {
        uint8_t level = *value == '"' ? levels_.of_text(value + 1) : levels_.of_number(value);
        if (level == 0) return;
        level_ = level;
        levelRank_ = rank;
    }

    /// The open field's value ends before the token at `upper`, spaces not counted.
    void close_field(uint32_t upper) {
        while (is_space(text_[upper - 1])) upper--;
        fields_->lengths[open_->field] =
            static_cast<int32_t>(upper) + fields_->base - fields_->starts[open_->field];
        open_ = nullptr;
    }

    const uint8_t *text_;
    const uint32_t *next_;
    const Members &members_;
    const Levels &levels_;
    uint32_t end_ = 0;
    int64_t moment_ = noMoment;
    uint8_t level_ = 0;
    uint16_t momentRank_ = LOGFERRY_NONE;
    uint16_t levelRank_ = LOGFERRY_NONE;
    FieldSpans *fields_ = nullptr;
    const logferry_member *open_ = nullptr;
    /// Whether a time was met whose reading is left to the caller.
    bool defers_ = false;
};

}  // namespace logferry

#include <simdjson.h>

#include <memory>
#include <new>

#include "escapes.hpp"
#include "include/CSimdJSON.h"
#include "walker.hpp"

using simdjson::internal::dom_parser_implementation;

namespace logferry {

/// simdjson's first stage: the structural index of a text.
///
/// It needs no padding behind the text, and answers with an error when the text is not UTF-8, when a string is not
/// closed or holds a control character, or when there is nothing but space.
class Index {
  public:
    static constexpr size_t usual = 128 << 10;

    /// Makes the index of a text of up to 4 GiB; NULL when there is none, or no memory for it.
    const uint32_t *of(const uint8_t *text, size_t count) {
        if (!fits(count)) return nullptr;
        if (stage_->stage1(text, count, simdjson::stage1_mode::regular) != simdjson::SUCCESS) return nullptr;
        // What the walker may look at behind the last token of the last line.
        uint32_t *entries = stage_->structural_indexes.get();
        uint32_t *end = entries + stage_->n_structural_indexes;
        for (int place = 0; place < sentinels; place++) end[place] = static_cast<uint32_t>(count);
        return entries;
    }

    /// Gives back the room of a long text: it may have been one in a million.
    void shrink() {
        if (stage_ != nullptr && stage_->capacity() > usual) stage_.reset();
    }

  private:
    /// stage1 itself keeps three entries behind the last one.
    static constexpr int sentinels = 3;

    bool fits(size_t count) {
        if (stage_ != nullptr && stage_->capacity() >= count) return true;
        size_t capacity = count > usual ? count : usual;
        // A depth is needed by the second stage only.
        return simdjson::get_active_implementation()->create_dom_parser_implementation(capacity, 1, stage_) ==
            simdjson::SUCCESS;
    }

    std::unique_ptr<dom_parser_implementation> stage_;
};

}  // namespace logferry

struct logferry_scanner {
    logferry::Levels levels;
    logferry::Index index;

    /// Rows `first ..< last` lie within `usual` bytes, or are one.
    size_t scan(
        const logferry_lines &lines, size_t first, size_t last, const logferry::Members &members,
        logferry_found &found, size_t place);

  private:
    size_t scan_one_by_one(
        const logferry_lines &lines, size_t first, size_t last, const logferry::Members &members,
        logferry_found &found, size_t place);
};

namespace {

/// Fills the row of a line and says whether it is decided.
bool judge(logferry::Walker &walker, uint32_t start, uint32_t end, int32_t base, logferry_found &found, size_t place) {
    logferry::FieldSpans spans = {nullptr, nullptr, base};
    if (found.field_count > 0) {
        spans.starts = found.field_starts + place * found.field_count;
        spans.lengths = found.field_lengths + place * found.field_count;
        for (size_t field = 0; field < found.field_count; field++) {
            spans.starts[field] = -1;
            spans.lengths[field] = 0;
        }
    }
    bool isAccepted = walker.accept(start, end, found.field_count > 0 ? &spans : nullptr);
    found.verdicts[place] = isAccepted ? LOGFERRY_LINE_ACCEPTED : LOGFERRY_LINE_UNDECIDED;
    found.timestamps[place] = walker.moment();
    found.levels[place] = walker.level();
    return isAccepted;
}

}  // namespace

size_t logferry_scanner::scan(
    const logferry_lines &lines, size_t first, size_t last, const logferry::Members &members, logferry_found &found,
    size_t place) {
    int32_t base = lines.starts[first];
    const uint8_t *text = lines.bytes + base;
    size_t count = static_cast<size_t>(lines.starts[last - 1] + lines.lengths[last - 1] - base);
    const uint32_t *entries = logferry::escapes_are_good(text, count) ? index.of(text, count) : nullptr;
    if (entries == nullptr) return scan_one_by_one(lines, first, last, members, found, place);
    logferry::Walker walker(text, entries, members, levels);
    size_t undecided = 0;
    for (size_t row = first; row < last; row++) {
        if (lines.kinds[row] != lines.line_kind) continue;
        uint32_t start = static_cast<uint32_t>(lines.starts[row] - base);
        uint32_t end = start + static_cast<uint32_t>(lines.lengths[row]);
        undecided += judge(walker, start, end, base, found, place++) ? 0 : 1;
    }
    return undecided;
}

/// What is wrong with one line must not reach the others: each gets an index of its own.
size_t logferry_scanner::scan_one_by_one(
    const logferry_lines &lines, size_t first, size_t last, const logferry::Members &members, logferry_found &found,
    size_t place) {
    size_t undecided = 0;
    for (size_t row = first; row < last; row++) {
        if (lines.kinds[row] != lines.line_kind) continue;
        int32_t base = lines.starts[row];
        size_t count = static_cast<size_t>(lines.lengths[row]);
        const uint8_t *text = lines.bytes + base;
        const uint32_t *entries = logferry::escapes_are_good(text, count) ? index.of(text, count) : nullptr;
        if (entries == nullptr) {
            found.verdicts[place++] = LOGFERRY_LINE_UNDECIDED;
            undecided++;
            continue;
        }
        logferry::Walker walker(text, entries, members, levels);
        undecided += judge(walker, 0, static_cast<uint32_t>(count), base, found, place++) ? 0 : 1;
    }
    return undecided;
}

logferry_scanner *logferry_scanner_make(
    const logferry_level_word *words, size_t word_count, const uint8_t *level_numbers) {
    return new (std::nothrow)
        logferry_scanner{logferry::Levels(words, word_count, level_numbers), logferry::Index()};
}

void logferry_scanner_free(logferry_scanner *scanner) { delete scanner; }

size_t logferry_scan(
    logferry_scanner *scanner, const logferry_lines *lines, const logferry_member *members, size_t member_count,
    logferry_found *found) {
    logferry::Members asked(members, member_count);
    size_t place = 0;
    size_t undecided = 0;
    size_t row = 0;
    while (row < lines->rows) {
        if (lines->kinds[row] != lines->line_kind) {
            row++;
            continue;
        }
        // Whole lines that fit into the nearer caches together with their index.
        size_t first = row;
        size_t last = row;
        size_t count = 0;
        while (row < lines->rows) {
            int64_t span = static_cast<int64_t>(lines->starts[row]) + lines->lengths[row] - lines->starts[first];
            if (last > first && span > static_cast<int64_t>(logferry::Index::usual)) break;
            if (lines->kinds[row] == lines->line_kind) {
                last = row + 1;
                count++;
            }
            // What no newline ends may have opened a string: nothing behind it is read in one go with it.
            if (lines->separators[row++] == 0) break;
        }
        row = last;
        if (asked.overflows) {
            for (size_t line = 0; line < count; line++) found->verdicts[place + line] = LOGFERRY_LINE_UNDECIDED;
            undecided += count;
        } else {
            undecided += scanner->scan(*lines, first, last, asked, *found, place);
        }
        place += count;
    }
    scanner->index.shrink();
    return undecided;
}

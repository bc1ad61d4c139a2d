#include "members.hpp"

namespace limits {

static bool digit(char letter) { return letter >= '0' && letter <= '9'; }

// A run of `count` digits; negative when there are fewer.
static int64_t digits(std::string_view text, size_t at, size_t count) {
    if (at + count > text.size()) return INT64_MIN;
    int64_t value = 0;
    for (size_t index = at; index < at + count; index++) {
        if (!digit(text[index])) return INT64_MIN;
        value = value * 10 + (text[index] - '0');
    }
    return value;
}

// Billionths of what the digits from `at` on say behind a point; `at` is moved behind them.
static int64_t billionths(std::string_view text, size_t &at) {
    int64_t value = 0, scale = 100000000;
    for (; at < text.size() && digit(text[at]); at++, scale /= 10) value += (text[at] - '0') * scale;
    return value;
}

// Days since the epoch of a date of the Gregorian calendar, counted in years that begin in March.
static int64_t days(int64_t year, int64_t month, int64_t day) {
    if (month <= 2) {
        year--;
        month += 12;
    }
    return 365 * year + year / 4 - year / 100 + year / 400 + (153 * (month - 3) + 2) / 5 + day - 719469;
}

static int64_t number(std::string_view text) {
    size_t at = 0;
    int64_t whole = 0;
    for (; at < text.size() && digit(text[at]); at++) {
        if (__builtin_mul_overflow(whole, 10, &whole) || __builtin_add_overflow(whole, text[at] - '0', &whole)) {
            return INT64_MIN;
        }
    }
    if (at == 0) return INT64_MIN;
    int64_t fraction = 0;
    if (at < text.size() && text[at] == '.') fraction = billionths(text, ++at);
    if (at < text.size() && text[at] != ' ') return INT64_MIN;
    int64_t unit = whole < 100000000000        ? 1000000000
        : whole < 100000000000000    ? 1000000
        : whole < 100000000000000000 ? 1000
                                     : 1;
    if (__builtin_mul_overflow(whole, unit, &whole)) return INT64_MIN;
    // Not a product of both: that can be too large.
    return whole + fraction / (1000000000 / unit);
}

static int64_t date_and_time(std::string_view text) {
    int64_t year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2), hour = digits(text, 11, 2),
            minute = digits(text, 14, 2), second = digits(text, 17, 2);
    if ((year | month | day | hour | minute | second) < 0) return INT64_MIN;
    size_t at = 19;
    int64_t fraction = 0;
    if (at < text.size() && text[at] == '.') fraction = billionths(text, ++at);
    int64_t seconds = days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) {
        int64_t hours = digits(text, at + 1, 2), minutes = digits(text, at + 4, 2);
        if ((hours | minutes) < 0) return INT64_MIN;
        seconds += (text[at] == '+' ? -1 : 1) * (hours * 3600 + minutes * 60);
    }
    return seconds * 1000000000 + fraction;
}

int64_t moment(std::string_view token) {
    if (token.empty()) return INT64_MIN;
    return token.front() == '"' ? date_and_time(token.substr(1, token.rfind('"') - 1)) : number(token);
}

uint8_t gravity(std::string_view token) {
    if (token.size() < 3 || token.front() != '"') {
        // The numbers of pino.
        static constexpr uint8_t codes[] = {0, 1, 5, 9, 13, 17, 21};
        int64_t value = digits(token, 0, 2);
        return value >= 10 && value <= 60 && value % 10 == 0 ? codes[value / 10] : 0;
    }
    switch (token[1] | 0x20) {
    case 't': return 1;
    case 'd': return 5;
    case 'i': return 9;
    case 'n': return 10;
    case 'w': return 13;
    case 'e': return 17;
    case 'f': return 21;
    default: return 0;
    }
}

} // namespace limits

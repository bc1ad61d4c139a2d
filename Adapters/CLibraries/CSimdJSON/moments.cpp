#include "moments.hpp"

namespace logferry {

namespace {

constexpr int64_t second = 1000000000;

inline bool is_digit(uint8_t byte) { return static_cast<uint8_t>(byte - '0') <= 9; }

/// A position in a text that a quotation mark ends: since that is no part of a moment, nothing reads beyond it.
struct Reader {
    const uint8_t *at;

    bool take(uint8_t byte) {
        if (*at != byte) return false;
        at++;
        return true;
    }

    /// Reads exactly `count` digits.
    bool digits(int count, int &value) {
        value = 0;
        for (; count > 0; count--, at++) {
            if (!is_digit(*at)) return false;
            value = value * 10 + (*at - '0');
        }
        return true;
    }

    bool is_at_end() const { return *at == '"'; }
};

bool is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

/// Days since the epoch of a date of the years 0 to 9999, by Howard Hinnant's "chrono-Compatible Low-Level Date
/// Algorithms"; false when there is no such day.
bool day_number(int year, int month, int day, int64_t &number) {
    static const uint8_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12 || day < 1) return false;
    if (day > lengths[month - 1] + (month == 2 && is_leap(year) ? 1 : 0)) return false;
    int shifted = month <= 2 ? year - 1 : year;
    int era = (shifted >= 0 ? shifted : shifted - 399) / 400;
    int yearOfEra = shifted - era * 400;
    int dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
    number = static_cast<int64_t>(era) * 146097 + dayOfEra - 719468;
    return true;
}

/// The fraction of a second in nanoseconds; digits past the ninth are dropped.
bool fraction(Reader &reader, int64_t &nanoseconds) {
    nanoseconds = 0;
    if (!reader.take('.') && !reader.take(',')) return true;
    int count = 0;
    for (; is_digit(*reader.at); reader.at++, count++) {
        if (count < 9) nanoseconds = nanoseconds * 10 + (*reader.at - '0');
    }
    for (int places = count; places < 9; places++) nanoseconds *= 10;
    return count > 0;
}

/// Seconds east of UTC; none named is UTC.
bool zone(Reader &reader, int &seconds) {
    seconds = 0;
    if (reader.is_at_end() || reader.take('Z') || reader.take('z')) return true;
    (void)reader.take(' ');
    bool isEast = reader.take('+');
    if (!isEast && !reader.take('-')) return false;
    int hours = 0;
    int minutes = 0;
    if (!reader.digits(2, hours) || hours >= 24) return false;
    if (!reader.is_at_end()) {
        (void)reader.take(':');
        if (!reader.digits(2, minutes) || minutes >= 60) return false;
    }
    seconds = (hours * 3600 + minutes * 60) * (isEast ? 1 : -1);
    return true;
}

int64_t moment(int64_t day, int64_t seconds, int64_t nanoseconds) {
    int64_t whole;
    if (__builtin_mul_overflow(day * 86400 + seconds, second, &whole) || whole < 0) return noMoment;
    int64_t sum;
    return __builtin_add_overflow(whole, nanoseconds, &sum) ? noMoment : sum;
}

}  // namespace

int64_t moment_of_text(const uint8_t *text) {
    Reader reader{text};
    int year, month, day;
    int64_t date;
    if (!reader.digits(4, year) || !reader.take('-') || !reader.digits(2, month) || !reader.take('-') ||
        !reader.digits(2, day) || !day_number(year, month, day, date)) {
        return noMoment;
    }
    if (reader.is_at_end()) return moment(date, 0, 0);
    if (!reader.take('T') && !reader.take('t') && !reader.take(' ')) return noMoment;
    int hour, minute;
    int seconds = 0;
    if (!reader.digits(2, hour) || !reader.take(':') || !reader.digits(2, minute) || hour >= 24 || minute >= 60) {
        return noMoment;
    }
    if (reader.take(':') && (!reader.digits(2, seconds) || seconds > 60)) return noMoment;
    int64_t nanoseconds;
    int east;
    if (!fraction(reader, nanoseconds) || !zone(reader, east) || !reader.is_at_end()) return noMoment;
    return moment(date, hour * 3600 + minute * 60 + seconds - east, nanoseconds);
}

bool moment_of_number(const uint8_t *text, int64_t *result) {
    *result = noMoment;
    // A negative number lies before 1970, whatever else it has.
    if (*text == '-') return true;
    uint64_t whole = 0;
    bool isTooLarge = false;
    for (; is_digit(*text); text++) {
        isTooLarge |= __builtin_mul_overflow(whole, 10u, &whole);
        isTooLarge |= __builtin_add_overflow(whole, static_cast<uint64_t>(*text - '0'), &whole);
    }
    uint64_t billionths = 0;
    if (*text == '.') {
        text++;
        for (uint64_t scale = 100000000; is_digit(*text); text++, scale /= 10) {
            billionths += static_cast<uint64_t>(*text - '0') * scale;
        }
    }
    if (isTooLarge) return true;
    if (*text == 'e' || *text == 'E') return false;
    uint64_t unit = whole < 100000000000 ? 1000000000 : whole < 100000000000000 ? 1000000
                                                     : whole < 100000000000000000 ? 1000 : 1;
    uint64_t product;
    int64_t sum;
    if (__builtin_mul_overflow(whole, unit, &product) || product > static_cast<uint64_t>(INT64_MAX)) return true;
    if (__builtin_add_overflow(
            static_cast<int64_t>(product), static_cast<int64_t>(billionths * unit / 1000000000), &sum)) {
        return true;
    }
    *result = sum;
    return true;
}

}  // namespace logferry

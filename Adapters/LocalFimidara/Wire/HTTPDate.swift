internal import LogModel

/// Dates in headers: `Sat, 21 Nov 2026 00:41:35 GMT`.
enum HTTPDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// The date of a moment, cut to whole seconds.
    static func text(of moment: Timestamp) -> String {
        let day = CivilDay(of: moment)
        let parts = day.parts
        let seconds = Int(moment.since(day.start).components.seconds)
        let name = days[Int((day.number % 7 + 7) % 7)]
        let clock = [seconds / 3600, seconds / 60 % 60, seconds % 60].map(twoDigits).joined(separator: ":")
        return "\(name), \(twoDigits(parts.day)) \(months[parts.month - 1]) \(parts.year) \(clock) GMT"
    }

    /// The moment of a date, or `nil` when the text is not in the preferred form of RFC 9110.
    static func moment(of text: String) -> Timestamp? {
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", let day = Int(words[1]), let year = Int(words[3]),
            let month = months.firstIndex(of: String(words[2])),
            let date = CivilDay(year: year, month: month + 1, day: day)
        else { return nil }
        let clock = words[4].split(separator: ":").compactMap { Int($0) }
        guard clock.count == 3, (0..<24).contains(clock[0]), (0..<60).contains(clock[1]), (0...60).contains(clock[2])
        else { return nil }
        return date.start.advanced(by: .seconds(clock[0] * 3600 + clock[1] * 60 + clock[2]))
    }

    private static func twoDigits(_ number: Int) -> String {
        number < 10 ? "0\(number)" : String(number)
    }
}

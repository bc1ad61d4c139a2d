public import LogModel

extension HTTPHeaders {
    /// How long `Retry-After` asks to wait, counted from `now`; `nil` when there is none that can be read.
    ///
    /// RFC 9110, section 10.2.3: seconds, or a date in the one form that senders may write. A date that has passed
    /// gives zero.
    public func retryAfter(now: Timestamp) -> Duration? {
        guard let text = self["Retry-After"] else { return nil }
        if let seconds = Int64(text) { return seconds >= 0 ? .seconds(min(seconds, 1_000_000_000)) : nil }
        guard let moment = HTTPHeaders.moment(text) else { return nil }
        return max(.zero, moment.since(now))
    }

    /// Reads `Sun, 06 Nov 1994 08:49:37 GMT`; the name of the day is not looked at.
    private static func moment(_ text: String) -> Timestamp? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let day = Int(parts[1]), let year = Int(parts[3]),
            (1970...2200).contains(year), let month = months.firstIndex(of: String(parts[2])),
            let date = CivilDay(year: year, month: month + 1, day: day)
        else { return nil }
        let time = parts[4].split(separator: ":").compactMap { Int($0) }
        guard time.count == 3, (0...23).contains(time[0]), (0...59).contains(time[1]), (0...60).contains(time[2]) else {
            return nil
        }
        return date.start.advanced(by: .seconds(time[0] * 3600 + time[1] * 60 + time[2]))
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}

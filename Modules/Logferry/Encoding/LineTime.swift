package import LogModel

/// The time that a line tells of itself, found as the consumer finds it.
package struct LineTime: Sendable {
    /// Members that are looked at, the first first.
    package static let keys = ["timestamp", "@timestamp", "time", "ts"]

    /// Which of ``keys`` was found, by its place there, and what it says if that is readable.
    private var place: Int?
    private(set) var moment: Timestamp?
    /// Whether a member `timestamp` is there already.
    private(set) var hasTimestamp = false

    init() {}

    /// Looks at one member: its name and the JSON text of its value.
    mutating func see(_ key: String, _ value: Span<UInt8>) {
        guard let found = LineTime.keys.firstIndex(of: key) else { return }
        if found == 0 { hasTimestamp = true }
        guard place.map({ found < $0 }) != false else { return }
        place = found
        moment = LineTime.read(value)
    }

    /// Reads a JSON string or number as a moment.
    static func read(_ value: Span<UInt8>) -> Timestamp? {
        guard value.count > 0 else { return nil }
        guard value[0] == UInt8(ascii: "\"") else { return Timestamp(number: value) }
        guard value.count > 2 else { return nil }
        return Timestamp(rfc3339: decodedJSONString(value, in: 1..<value.count - 1))
    }
}

/// A line ready to be sent, and the day whose file it belongs to.
package struct EncodedLine: Sendable {
    /// One JSON object without a newline.
    package var bytes: [UInt8]
    /// The day of the line's own time, UTC.
    package var day: CivilDay

    /// Describes a line.
    package init(bytes: [UInt8], day: CivilDay) {
        self.bytes = bytes
        self.day = day
    }
}

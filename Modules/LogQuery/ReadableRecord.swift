import LogModel

/// A record as people read it in a terminal: time, level and message, then the other members as `name=value`.
///
/// Members that only repeat the time and the level are left out. Values stay JSON, except that a text which needs no
/// quotes has none. Nothing in it can act on a terminal, see ``visibleText(_:)``.
public func readableRecord(_ rows: RecordRows, _ row: Int) -> String {
    let time = Timestamp(nanoseconds: rows.timestamps[row])
    let level = Level(rawValue: rows.levels[row]) ?? .unknown
    let parts = MemberList(rows.bytes.span.extracting(rows.range(row)), time: time, level: level)
    let word = level.name.uppercased()
    var words = ["\(time)", word + String(repeating: " ", count: max(0, 6 - word.utf8.count))]
    if let message = parts.message { words.append(message) }
    return visibleText((words + parts.others).joined(separator: " "))
}

/// The members of a line, sorted out.
private struct MemberList {
    private(set) var message: String?
    private(set) var others: [String] = []

    private static let messageNames = ["message", "msg"]
    private static let timeNames = ["timestamp", "@timestamp", "time", "ts"]
    private static let levelNames = ["level", "severity", "lvl"]

    init(_ line: Span<UInt8>, time: Timestamp, level: Level) {
        var reader = JSONReader(at: JSONReader.objectStart(of: line))
        try? reader.members(line) { key, kind, range in
            let name = decodedJSONString(line, in: key)
            let value = line.extracting(range)
            if message == nil, kind == .string, MemberList.messageNames.contains(name) {
                message = decodedJSONString(line, in: range.lowerBound + 1..<range.upperBound - 1)
            } else if !MemberList.repeats(name, kind, value, time, level) {
                others.append("\(MemberList.bare(name) ?? encodedJSONString(name))=\(MemberList.shown(kind, value))")
            }
            return true
        }
    }

    /// Whether a member says no more than the time or the level in front of it does.
    private static func repeats(
        _ name: String, _ kind: JSONReader.Kind, _ value: Span<UInt8>, _ time: Timestamp, _ level: Level
    ) -> Bool {
        let isText = kind == .string
        let text = isText ? value.extracting(1..<value.count - 1) : value
        if timeNames.contains(name), isText || kind == .number {
            return (isText ? Timestamp(rfc3339: text) : Timestamp(number: text)) == time
        }
        // A level that is a number is worth more than its word.
        return levelNames.contains(name) && isText && level != .unknown && Level(word: text) == level
    }

    private static func shown(_ kind: JSONReader.Kind, _ value: Span<UInt8>) -> String {
        if kind == .string, let bare = bare(decodedJSONString(value, in: 1..<value.count - 1)) { return bare }
        var bytes: [UInt8] = []
        for index in value.indices { bytes.append(value[index]) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A text that reads the same without quotes; `nil` when it does not, or could be taken for something else.
    private static func bare(_ text: String) -> String? {
        let isPlain = text.unicodeScalars.allSatisfy { scalar in
            scalar.properties.isAlphabetic || (0x2B...0x3B).contains(scalar.value)
                || "_@#%".unicodeScalars.contains(scalar)
        }
        guard isPlain, !text.isEmpty, !["true", "false", "null"].contains(text), JSONNumber(text) == nil else {
            return nil
        }
        return text
    }
}

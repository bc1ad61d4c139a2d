import LogModel

/// The members of a line as people want them: the message first, where in a program it comes from last, and what only
/// repeats the time and the level left out.
struct RecordMembers {
    private(set) var message: String?
    private(set) var others: [Member] = []
    /// What our SDK says of the place in the program: `source`, `file`, `function`, `line`, in this order.
    private(set) var caller: [Member] = []

    /// A member with its value.
    struct Member {
        let name: String
        let kind: JSONReader.Kind
        /// The value as the line has it: JSON.
        let json: String

        /// The text of a string, else the JSON of the value.
        var text: String { kind == .string ? RecordMembers.decoded(json) : json }
    }

    private static let messageNames = ["message", "msg"]
    private static let timeNames = ["timestamp", "@timestamp", "time", "ts"]
    private static let levelNames = ["level", "severity", "lvl"]
    private static let callerNames = ["source", "file", "function", "line"]

    init(_ line: Span<UInt8>, time: Timestamp, level: Level) {
        var reader = JSONReader(at: JSONReader.objectStart(of: line))
        try? reader.members(line) { key, kind, range in
            let name = decodedJSONString(line, in: key)
            let value = line.extracting(range)
            if message == nil, kind == .string, RecordMembers.messageNames.contains(name) {
                message = decodedJSONString(line, in: range.lowerBound + 1..<range.upperBound - 1)
            } else if !RecordMembers.repeats(name, kind, value, time, level) {
                let member = Member(name: name, kind: kind, json: string(of: value))
                let isCaller = RecordMembers.callerNames.contains(name) && (kind == .string || kind == .number)
                if isCaller { caller.append(member) } else { others.append(member) }
            }
            return true
        }
        func rank(_ member: Member) -> Int { RecordMembers.callerNames.firstIndex(of: member.name) ?? 0 }
        caller.sort { rank($0) < rank($1) }
    }

    /// The message of a line, if it has one.
    static func message(of line: Span<UInt8>) -> String? {
        var message: String?
        var reader = JSONReader(at: JSONReader.objectStart(of: line))
        try? reader.members(line) { key, kind, range in
            guard kind == .string, messageNames.contains(decodedJSONString(line, in: key)) else { return true }
            message = decodedJSONString(line, in: range.lowerBound + 1..<range.upperBound - 1)
            return false
        }
        return message
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

    private static func decoded(_ json: String) -> String {
        let bytes = Array(json.utf8)
        return decodedJSONString(bytes.span, in: 1..<bytes.count - 1)
    }
}

/// The text that some bytes of UTF-8 are.
func string(of bytes: Span<UInt8>) -> String {
    var copy: [UInt8] = []
    copy.reserveCapacity(bytes.count)
    for index in bytes.indices { copy.append(bytes[index]) }
    return String(decoding: copy, as: UTF8.self)
}

/// A text that reads the same without quotes; `nil` when it does not, or could be taken for something else.
func bareWord(_ text: String) -> String? {
    let isPlain = text.unicodeScalars.allSatisfy { scalar in
        scalar.properties.isAlphabetic || (0x2B...0x3B).contains(scalar.value)
            || "_@#%".unicodeScalars.contains(scalar)
    }
    guard isPlain, !text.isEmpty, !["true", "false", "null"].contains(text), JSONNumber(text) == nil else {
        return nil
    }
    return text
}

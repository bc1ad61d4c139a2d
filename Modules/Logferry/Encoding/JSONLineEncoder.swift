package import LogModel

/// Makes one line of JSON of any `Encodable` value.
///
/// It never fails: what cannot be encoded is replaced by a marker where it stands, and the rest of the value is kept.
///
/// - A value that is no object becomes `{"message": value}`.
/// - Numbers keep every digit; NaN and the infinities become the strings `"NaN"`, `"Infinity"` and `"-Infinity"`.
/// - Foundation's `Date` becomes RFC 3339 text, `URL` its text, `Data` base 64, `Decimal` a number.
/// - Dictionaries whose keys are neither strings nor `Int` become arrays of keys and values in turn, as Swift's own
///   `Dictionary` encodes itself.
/// - More than 64 containers in one another, and more than ``valueLimit`` values, end in a marker; so a cycle of
///   references ends.
package struct JSONLineEncoder: Sendable {
    /// How deep containers may be nested; the consumer takes no more.
    package static let depthLimit = JSONReader.depthLimit
    /// How many values one line may have.
    package static let valueLimit = 50_000
    static let depthMarker = "[nested too deep]"
    static let sizeMarker = "[too many values]"

    private let metadata: [(key: String, member: [UInt8])]

    /// An encoder that gives every line these members unless it has them.
    package init(metadata: [(key: String, value: MetadataValue)] = []) {
        var members: [(key: String, member: [UInt8])] = []
        for (key, value) in metadata where !members.contains(where: { $0.key == key }) {
            var text = JSONText()
            text.append(string: key)
            text.append(":")
            text.append(value)
            members.append((key, text.bytes))
        }
        self.metadata = members
    }

    /// Encodes a value; `now` is added as its timestamp when it has none, `level` as its level.
    package func encode(_ value: some Encodable, level: Level? = nil, now: Timestamp) -> EncodedLine {
        let members = JSONLineEncoder.members(of: value)
        var text = JSONText()
        var time = LineTime()
        text.append("{")
        for (index, member) in members.enumerated() {
            if index > 0 { text.append(",") }
            text.append(string: member.key)
            text.append(":")
            let start = text.bytes.count
            member.node.write(into: &text)
            time.see(member.key, text.bytes.span.extracting(start...))
        }
        let keys = Set(members.map(\.key))
        return finish(&text, time: time, level: level, now: now, isEmpty: members.isEmpty) { keys.contains($0) }
    }

    /// Takes a line that is JSON already; what is no object, or no JSON, becomes the line's message.
    ///
    /// White space between tokens goes only where it is a newline; everything else stays byte for byte.
    package func encode(json: [UInt8], level: Level? = nil, now: Timestamp) -> EncodedLine {
        let source = json.span
        var keys: Set<String> = []
        var time = LineTime()
        var reader = JSONReader()
        do {
            reader.skipSpace(source)
            let start = reader.index
            try reader.members(source) { key, _, value in
                let name = decodedJSONString(source, in: key)
                keys.insert(name)
                time.see(name, source.extracting(value))
                return true
            }
            let end = reader.index
            reader.skipSpace(source)
            guard reader.index == source.count, isUTF8(source) else { throw JSONReader.Fault.syntax }
            var text = JSONText(into: json[start..<end].filter { $0 != 0x0A && $0 != 0x0D })
            text.bytes.removeLast()
            return finish(&text, time: time, level: level, now: now, isEmpty: keys.isEmpty) { keys.contains($0) }
        } catch {
            return encode(String(decoding: json, as: UTF8.self), level: level, now: now)
        }
    }

    /// Appends the settings' members that a line does not have, each behind a comma.
    package func appendMetadata(to text: inout JSONText, unless isThere: (String) -> Bool) {
        for (key, member) in metadata where !isThere(key) {
            text.append(",")
            text.bytes.append(contentsOf: member)
        }
    }

    private static func members(of value: some Encodable) -> [(key: String, node: EncodedNode)] {
        let root = encodedNode(value, path: [], containers: 0, budget: EncodingBudget())
        switch root.content {
        case .object(let object): return object.members
        case .none: return []
        // What stands in an array gets the wrapping object as one more container.
        case .array: return [("message", encodedNode(value, path: [], containers: 1, budget: EncodingBudget()))]
        default: return [("message", root)]
        }
    }

    private func finish(
        _ text: inout JSONText, time: LineTime, level: Level?, now: Timestamp, isEmpty: Bool,
        isThere: (String) -> Bool
    ) -> EncodedLine {
        let separators = text.bytes.count
        if let level, !isThere("level") {
            text.append(raw: ",\"level\":\"")
            text.bytes.append(contentsOf: level.name.utf8)
            text.append("\"")
        }
        if time.moment == nil, !time.hasTimestamp {
            text.append(raw: ",\"timestamp\":")
            text.append(string: now.rfc3339)
        }
        appendMetadata(to: &text) { isThere($0) || ($0 == "level" && level != nil) || $0 == "timestamp" }
        // What was added began with a comma, which an empty object must not have.
        if isEmpty, text.bytes.count > separators { text.bytes.remove(at: separators) }
        text.append("}")
        return EncodedLine(bytes: text.bytes, day: CivilDay(of: time.moment ?? now))
    }
}

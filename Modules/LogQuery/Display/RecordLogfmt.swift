import LogModel

/// Records as `name=value` pairs, as many tools of logs read them.
enum RecordLogfmt {
    /// A record: time, level and message, then all members; members of objects by their paths, arrays as JSON.
    /// - Parameters:
    ///   - rows: the records that it is among.
    ///   - row: which of them it is.
    ///   - app: the name of its app, where that is to be seen.
    /// - Returns: the line, without a newline.
    static func line(_ rows: RecordRows, _ row: Int, app: String?) -> String {
        let time = Timestamp(nanoseconds: rows.timestamps[row])
        let level = Level(rawValue: rows.levels[row]) ?? .unknown
        let members = RecordMembers(rows.bytes.span.extracting(rows.range(row)), time: time, level: level)
        var pairs = [pair("time", time.rfc3339), pair("level", level.name)]
        if let app { pairs.append(pair("app", app)) }
        if let message = members.message { pairs.append(pair("msg", message)) }
        for member in members.others + members.caller { add(member.name, member.kind, member.json, to: &pairs) }
        return pairs.joined(separator: " ")
    }

    /// A name and a value; quotes stand around a value that needs them, which is a JSON string then.
    static func pair(_ name: String, _ value: String) -> String {
        // A name has no quotes in this form, so what would end it is replaced.
        let key = String(visibleCell(name).map { " =\"".contains($0) ? "_" : $0 })
        let isPlain = value.unicodeScalars.allSatisfy { $0.value > 0x20 && !"\"=\\".unicodeScalars.contains($0) }
        let shown = isPlain && !value.isEmpty && visibleText(value) == value ? value : visibleJSONString(value)
        return "\(key)=\(shown)"
    }

    private static func add(_ name: String, _ kind: JSONReader.Kind, _ json: String, to pairs: inout [String]) {
        let bytes = Array(json.utf8)
        switch kind {
        case .object:
            var reader = JSONReader()
            var isEmpty = true
            try? reader.members(bytes.span) { key, kind, range in
                isEmpty = false
                let inner = decodedJSONString(bytes.span, in: key)
                add("\(name).\(inner)", kind, String(decoding: bytes[range], as: UTF8.self), to: &pairs)
                return true
            }
            if isEmpty { pairs.append(pair(name, json)) }
        case .string: pairs.append(pair(name, decodedJSONString(bytes.span, in: 1..<bytes.count - 1)))
        default: pairs.append(pair(name, json))
        }
    }
}

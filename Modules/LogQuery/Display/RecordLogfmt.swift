import LogModel

/// Records as `name=value` pairs, as many tools of logs read them.
enum RecordLogfmt {
    /// A record: time, level and message, then all members; members of objects by their paths, arrays as JSON.
    ///
    /// No name comes twice, of which readers would take the last: a member whose name is there already, such as a
    /// `time` that is no time, gets `_` in front.
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
        var names: Set<String> = ["time", "level"]
        if app != nil { names.insert("app") }
        if members.message != nil { names.insert("msg") }
        for member in members.others + members.caller {
            add(member.name, member.kind, member.json, to: &pairs, &names)
        }
        return pairs.joined(separator: " ")
    }

    /// A name and a value; quotes stand around a value that needs them, which is a JSON string then.
    static func pair(_ name: String, _ value: String) -> String {
        let key = key(name)
        let isPlain = value.unicodeScalars.allSatisfy { $0.value > 0x20 && !"\"=\\".unicodeScalars.contains($0) }
        let shown = isPlain && !value.isEmpty && visibleText(value) == value ? value : visibleJSONString(value)
        return "\(key)=\(shown)"
    }

    /// A name has no quotes in this form, so what would end it is replaced; an empty one is `_`.
    private static func key(_ name: String) -> String {
        name.isEmpty ? "_" : String(visibleCell(name).map { " =\"".contains($0) ? "_" : $0 })
    }

    private static func add(
        _ name: String, _ kind: JSONReader.Kind, _ json: String, to pairs: inout [String], _ names: inout Set<String>
    ) {
        func append(_ value: String) {
            var free = key(name)
            while !names.insert(free).inserted { free = "_" + free }
            pairs.append(pair(free, value))
        }
        let bytes = Array(json.utf8)
        switch kind {
        case .object:
            var reader = JSONReader()
            var isEmpty = true
            try? reader.members(bytes.span) { key, kind, range in
                isEmpty = false
                let inner = decodedJSONString(bytes.span, in: key)
                add("\(name).\(inner)", kind, String(decoding: bytes[range], as: UTF8.self), to: &pairs, &names)
                return true
            }
            if isEmpty { append(json) }
        case .string: append(decodedJSONString(bytes.span, in: 1..<bytes.count - 1))
        default: append(json)
        }
    }
}

import LogModel

/// A column: the part of a record that it shows.
public enum RecordColumn: Sendable, Hashable {
    /// A fact about a record beside its line, or derived from it; the names are those of the API.
    public enum Fact: String, Sendable, Hashable, CaseIterable {
        /// The event time.
        case timestamp
        /// Whether the event time is the time of receipt, since none could be read in the line.
        case timeIsReceipt
        /// The level's name.
        case level
        /// The app's name.
        case app
        /// The message.
        case message
        /// The whole line.
        case record
        /// The record's id, which is unique.
        case id
        /// The time of receipt.
        case receivedAt
        /// The object that contains it.
        case object
        /// The offset of its first byte in the object.
        case offset
        /// The number of its line in the object.
        case line
    }

    /// A fact.
    case fact(Fact)
    /// A member of the line, by its path.
    case member(text: String, path: FieldPath)

    /// Parses the names of columns, separated by commas: facts, and paths of members as in conditions.
    ///
    /// The name of a fact means the fact. A member of the same name is written `["level"]`.
    /// - Throws: ``ConditionTextError`` when a name is missing, or is no path.
    public static func list(_ text: String) throws(ConditionTextError) -> [RecordColumn] {
        var columns: [RecordColumn] = []
        var start = text.startIndex
        var (isQuoted, isEscaped) = (false, false)
        func add(_ end: String.Index) throws(ConditionTextError) {
            let name = text[start..<end].trimming { $0 == " " }
            let offset = text.utf8.distance(from: text.startIndex, to: start)
            columns.append(try column(String(name), in: text, at: offset))
        }
        for index in text.indices {
            if isEscaped {
                isEscaped = false
                continue
            }
            isEscaped = isQuoted && text[index] == "\\"
            if text[index] == "\"" { isQuoted.toggle() }
            guard text[index] == ",", !isQuoted else { continue }
            try add(index)
            start = text.index(after: index)
        }
        try add(text.endIndex)
        return columns
    }

    private static func column(
        _ name: String, in text: String, at offset: Int
    ) throws(ConditionTextError) -> RecordColumn {
        guard !name.isEmpty else { throw ConditionTextError("the name of a column is missing", in: text, at: offset) }
        if let fact = Fact(rawValue: name) { return .fact(fact) }
        do {
            return .member(text: name, path: try FieldPath(name))
        } catch {
            throw ConditionTextError("the column \(name) is wrong \(error)", in: text, at: offset)
        }
    }

    /// The heading of the column.
    public var name: String {
        switch self {
        case .fact(let fact): fact.rawValue
        case .member(let text, _): text
        }
    }
}

/// A value in a column.
enum CellValue {
    case absent
    case text(String)
    case number(Int64)
    case moment(Timestamp)
    /// A value that is no string, as JSON.
    case json(String)
}

extension RecordColumn {
    /// The value of a row.
    func value(of rows: RecordRows, _ row: Int, app: String) -> CellValue {
        switch self {
        case .fact(let fact): return RecordColumn.value(fact, rows.facts(row), rows, row, app: app)
        case .member(_, let path):
            let line = rows.bytes.span.extracting(rows.range(row))
            return RecordColumn.value(at: path, in: line)
        }
    }

    /// The value at a path; of paths to any element all values, as a JSON array.
    private static func value(at path: FieldPath, in line: Span<UInt8>) -> CellValue {
        let isMany = path.steps.contains(.anyElement)
        var found: [(kind: JSONReader.Kind, range: Range<Int>)] = []
        _ = PreparedPath(path).leads(in: line) { kind, range in
            found.append((kind, range))
            return !isMany
        }
        guard let (kind, range) = found.first else { return .absent }
        guard !isMany else {
            return .json("[\(found.map { string(of: line.extracting($0.range)) }.joined(separator: ","))]")
        }
        guard kind == .string else { return .json(string(of: line.extracting(range))) }
        return .text(decodedJSONString(line, in: range.lowerBound + 1..<range.upperBound - 1))
    }

    /// Whether the event time of a record is its time of receipt.
    static func isReceipt(_ facts: RecordRows.Facts) -> Bool {
        RecordFlags(rawValue: facts.flags).contains(.timeOfReceipt)
    }

    private static func value(
        _ fact: Fact, _ facts: RecordRows.Facts, _ rows: RecordRows, _ row: Int, app: String
    ) -> CellValue {
        let line = rows.bytes.span.extracting(rows.range(row))
        return switch fact {
        case .timestamp: .moment(Timestamp(nanoseconds: facts.timestamp))
        case .timeIsReceipt: .json(String(isReceipt(facts)))
        case .receivedAt: .moment(Timestamp(nanoseconds: facts.receivedAt))
        case .level: .text((Level(rawValue: facts.level) ?? .unknown).name)
        case .app: .text(app)
        case .message: RecordMembers.message(of: line).map { .text($0) } ?? .absent
        case .record: .json(string(of: line.extracting(JSONReader.objectStart(of: line)..<line.count)))
        case .id: .text("\(facts.generation)-\(facts.offset)")
        case .object: .text(rows.objects[facts.generation]?.text ?? "")
        case .offset: .number(facts.offset)
        case .line: .number(facts.lineNumber)
        }
    }
}

extension Substring {
    /// Without what stands at both ends and is not wanted there.
    fileprivate func trimming(_ isUnwanted: (Character) -> Bool) -> Substring {
        var rest = drop(while: isUnwanted)
        while let last = rest.last, isUnwanted(last) { rest.removeLast() }
        return rest
    }
}

import LogModel

/// The scanner that runs everywhere and that faster ones are measured against: one pass of ``JSONReader`` per line.
public struct PortableScanner: RecordScanner {
    /// Makes a scanner.
    public init() {}

    /// Finds newlines eight bytes at a time.
    public func findLineBreaks(in bytes: Span<UInt8>, from start: Int, into positions: inout [Int32]) {
        var index = start
        while let newline = indexOfNewline(in: bytes.bytes, from: index) {
            positions.append(Int32(truncatingIfNeeded: newline))
            index = newline + 1
        }
    }

    /// Scans lines one by one.
    public func scan(_ lines: FramedLines, of bytes: Span<UInt8>, by settings: ScanSettings) -> ScanColumns {
        var columns = ScanColumns(fieldCount: settings.fields.count)
        for row in 0..<lines.count where lines.isLine(row) {
            columns.append(
                judge(bytes.extracting(lines.range(row)), isFirst: lines.offset(row) == 0, by: settings),
                startingAt: Int(lines.starts[row]))
        }
        return columns
    }

    /// Judges one line; only the first one of an object may begin with a byte order mark.
    public func judge(_ line: Span<UInt8>, isFirst: Bool, by settings: ScanSettings) -> JudgedLine {
        guard isUTF8(line) else { return JudgedLine(.invalidUTF8) }
        var reader = JSONReader(at: isFirst && startsWithByteOrderMark(line) ? 3 : 0)
        reader.skipSpace(line)
        var finds = Finds(fieldCount: settings.fields.count)
        do {
            if reader.index < line.count, line[reader.index] == UInt8(ascii: "{") {
                try reader.members(line) { key, kind, value in
                    finds.consider(line, key, kind, value, by: settings)
                    return true
                }
            } else {
                _ = try reader.skipValue(line)
                finds.isObject = false
            }
            reader.skipSpace(line)
            guard reader.index == line.count else { throw JSONReader.Fault.syntax }
        } catch JSONReader.Fault.tooDeep {
            return JudgedLine(.tooDeep)
        } catch {
            return JudgedLine(.invalidJSON)
        }
        guard finds.isObject else { return JudgedLine(.notAnObject) }
        return JudgedLine(
            .accepted, timestamp: finds.timestamp, level: finds.level.rawValue, fields: finds.fields)
    }

    private func startsWithByteOrderMark(_ line: Span<UInt8>) -> Bool {
        line.count >= 3 && line[0] == 0xEF && line[1] == 0xBB && line[2] == 0xBF
    }
}

/// The best time and level seen so far in a line, and the fields.
private struct Finds {
    var isObject = true
    var fields: [Range<Int>?]
    var timestamp = ScanColumns.noTime
    var level = Level.unknown
    private var timestampRank = Int.max
    private var levelRank = Int.max

    init(fieldCount: Int) {
        fields = fieldCount == 0 ? [] : Array(repeating: nil, count: fieldCount)
    }

    mutating func consider(
        _ line: Span<UInt8>, _ key: Range<Int>, _ kind: JSONReader.Kind, _ value: Range<Int>, by settings: ScanSettings
    ) {
        if let rank = rank(of: line.extracting(key), in: settings.timestampKeys), rank < timestampRank,
            let moment = moment(line, kind, value)
        {
            timestamp = moment.nanoseconds
            timestampRank = rank
        }
        if !fields.isEmpty { noteField(line.extracting(key), value, by: settings) }
        if let rank = rank(of: line.extracting(key), in: settings.levelKeys), rank < levelRank {
            let found = gravity(line, kind, value)
            guard found != .unknown else { return }
            level = found
            levelRank = rank
        }
    }

    private mutating func noteField(_ key: Span<UInt8>, _ value: Range<Int>, by settings: ScanSettings) {
        guard let field = rank(of: key, in: settings.fields), fields[field] == nil else { return }
        fields[field] = value
    }

    private func rank(of key: Span<UInt8>, in names: [[UInt8]]) -> Int? {
        names.firstIndex { name in
            guard name.count == key.count else { return false }
            for position in name.indices where name[position] != key[position] { return false }
            return true
        }
    }

    private func moment(_ line: Span<UInt8>, _ kind: JSONReader.Kind, _ value: Range<Int>) -> Timestamp? {
        switch kind {
        case .string: Timestamp(rfc3339: line.extracting(value.lowerBound + 1..<value.upperBound - 1))
        case .number: Timestamp(number: line.extracting(value))
        default: nil
        }
    }

    private func gravity(_ line: Span<UInt8>, _ kind: JSONReader.Kind, _ value: Range<Int>) -> Level {
        switch kind {
        case .string:
            return Level(word: line.extracting(value.lowerBound + 1..<value.upperBound - 1))
        case .number where value.count <= 3:
            var number: Int64 = 0
            for position in value {
                guard line[position] >= 0x30, line[position] <= 0x39 else { return .unknown }
                number = number * 10 + Int64(line[position] - 0x30)
            }
            return Level(number: number)
        default:
            return .unknown
        }
    }
}

import LogModel

/// The scanner that runs everywhere and that faster ones are measured against: one pass of ``JSONReader`` per line.
public struct PortableScanner: RecordScanner {
    /// Makes a scanner.
    public init() {}

    /// Scans lines one by one.
    public func scan(
        _ lines: FramedLines, of bytes: Span<UInt8>, by settings: ScanSettings, into columns: inout ScanColumns
    ) {
        for row in 0..<lines.count where lines.kinds[row] == .line {
            let mayHaveMark = lines.firstOffset + Int64(lines.starts[row] - lines.firstStart) == 0
            let line = bytes.extracting(lines.range(row))
            scan(line, mayHaveMark: mayHaveMark, by: settings, into: &columns)
        }
    }

    private func scan(
        _ line: Span<UInt8>, mayHaveMark: Bool, by settings: ScanSettings, into columns: inout ScanColumns
    ) {
        guard isUTF8(line) else { return columns.append(.rejected(.invalidUTF8)) }
        var reader = JSONReader(at: mayHaveMark && startsWithByteOrderMark(line) ? 3 : 0)
        reader.skipSpace(line)
        var finds = Finds()
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
            return columns.append(.rejected(.tooDeep))
        } catch {
            return columns.append(.rejected(.invalidJSON))
        }
        guard finds.isObject else {
            return columns.append(.rejected(.notAnObject))
        }
        columns.append(.accepted, timestamp: finds.timestamp, level: finds.level.rawValue)
    }

    private func startsWithByteOrderMark(_ line: Span<UInt8>) -> Bool {
        line.count >= 3 && line[0] == 0xEF && line[1] == 0xBB && line[2] == 0xBF
    }
}

/// The best time and level seen so far in a line.
private struct Finds {
    var isObject = true
    var timestamp = ScanColumns.noTime
    var level = Level.unknown
    private var timestampRank = Int.max
    private var levelRank = Int.max

    mutating func consider(
        _ line: Span<UInt8>, _ key: Range<Int>, _ kind: JSONReader.Kind, _ value: Range<Int>, by settings: ScanSettings
    ) {
        if let rank = rank(of: line.extracting(key), in: settings.timestampKeys), rank < timestampRank,
            let moment = moment(line, kind, value)
        {
            timestamp = moment.nanoseconds
            timestampRank = rank
        }
        if let rank = rank(of: line.extracting(key), in: settings.levelKeys), rank < levelRank {
            let found = gravity(line, kind, value)
            guard found != .unknown else { return }
            level = found
            levelRank = rank
        }
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

import LogModel

/// Reads control lines in the very form in which our SDKs write them, byte by byte; any other form is not for here.
enum PlainControlLine {
    private static let names: [[UInt8]] = [
        Array(#"{"$logferry":{"v":1,"writer":""#.utf8), Array(#"","seq":"#.utf8), Array(#","lines":"#.utf8),
        Array(#","bytes":"#.utf8), Array(#","crc32c":"#.utf8), Array("}}".utf8),
    ]

    /// - Returns: `nil` when the line has another form, or says what cannot be.
    static func read(_ line: Span<UInt8>) -> ControlLine? {
        let writer = names[0].count..<names[0].count + ULID.length
        guard hasPrefix(line, 0, names[0]), writer.upperBound < line.count,
            writer.allSatisfy({ ULID.isInAlphabet(line[$0]) })
        else { return nil }
        var index = writer.upperBound
        guard let sequence = number(line, &index, after: names[1]), let lines = number(line, &index, after: names[2]),
            let bytes = number(line, &index, after: names[3]), let checksum = number(line, &index, after: names[4]),
            hasPrefix(line, index, names[5]), index + names[5].count == line.count
        else { return nil }
        let text = String(unsafeUninitializedCapacity: ULID.length) { buffer in
            for place in writer { buffer[place - writer.lowerBound] = line[place] }
            return ULID.length
        }
        return ControlLine(
            writer: WriterID(unchecked: text), sequence: sequence, lines: lines, bytes: bytes, checksum: checksum)
    }

    /// Digits behind a name, as many as surely fit, and no zero in front of others.
    private static func number(_ line: Span<UInt8>, _ index: inout Int, after name: [UInt8]) -> UInt64? {
        guard hasPrefix(line, index, name) else { return nil }
        let start = index + name.count
        var end = start
        var value: UInt64 = 0
        while end < line.count, case let digit = line[end] &- 0x30, digit < 10 {
            guard end - start < 19, end == start || value > 0 else { return nil }
            value = value * 10 + UInt64(digit)
            end += 1
        }
        guard end > start else { return nil }
        index = end
        return value
    }
}

import CSimdJSON
public import LogIngestion
import LogModel

/// The scanner for the line path: simdjson's structural index over a whole piece, one walk over it for all its lines.
///
/// It accepts a line by proof only. What it cannot accept, and times written with an exponent, it gives to the
/// ``PortableScanner``, which decides and says why: so both can never word the same refusal in two ways, and a stream of
/// refused lines costs what that scanner costs.
public struct SimdJSONScanner: RecordScanner {
    private let machines = ScannerPool()

    /// Makes a scanner; all its users share what it keeps, which is as much as ever worked at the same time.
    public init() {}

    /// Finds newlines 64 bytes at a time.
    public func findLineBreaks(in bytes: Span<UInt8>, from start: Int, into positions: inout [Int32]) {
        // A guess of the room, which is made larger as needed: lines of a hundred bytes.
        var room = max(256, (bytes.count - start) / 96)
        var next = start
        while next < bytes.count {
            let before = positions.count
            positions.append(addingCapacity: room) { (span: inout OutputSpan<Int32>) in
                unsafe span.withUnsafeMutableBufferPointer { buffer, count in
                    unsafe bytes.withUnsafeBufferPointer { text in
                        guard let place = buffer.baseAddress else { return }
                        count += unsafe logferry_line_breaks(
                            text.baseAddress, next, text.count, place + count, buffer.count - count, &next)
                    }
                }
            }
            room = max(room, positions.count - before) * 2
        }
    }

    /// Scans all lines of a piece.
    public func scan(_ lines: FramedLines, of bytes: Span<UInt8>, by settings: ScanSettings) -> ScanColumns {
        // Rows ascend, so the last one says that all lie within the bytes, which nothing checks again in C++.
        let end = lines.count == 0 ? 0 : lines.range(lines.count - 1).upperBound
        precondition(end <= bytes.count, "the lines must lie within the bytes")
        let count = lines.lineCount
        let fieldCount = settings.fields.count
        guard count > 0, let machine = machines.take() else {
            return PortableScanner().scan(lines, of: bytes, by: settings)
        }
        defer { machines.giveBack(machine) }
        var room = ScanRoom(rows: count, fields: fieldCount)
        let undecided = machine.scan(lines, of: bytes, for: machines.names(for: settings), into: &room)
        var columns = ScanColumns(
            verdictCodes: room.verdicts, timestamps: room.timestamps, levels: room.levels, fieldCount: fieldCount,
            fieldStarts: room.fieldStarts, fieldLengths: room.fieldLengths)
        if undecided > 0 { decide(lines, of: bytes, by: settings, in: &columns) }
        return columns
    }

    /// Lets the portable scanner judge the lines that are left undecided.
    private func decide(
        _ lines: FramedLines, of bytes: Span<UInt8>, by settings: ScanSettings, in columns: inout ScanColumns
    ) {
        var place = 0
        for row in 0..<lines.count where lines.isLine(row) {
            if columns.verdictCodes[place] == UInt8(LOGFERRY_LINE_UNDECIDED) {
                let line = PortableScanner().judge(
                    bytes.extracting(lines.range(row)), isFirst: lines.offset(row) == 0, by: settings)
                columns.replace(place, with: line, startingAt: Int(lines.starts[row]))
            }
            place += 1
        }
    }
}

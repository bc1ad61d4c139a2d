import LogCursor
import LogIngestion
import LogModel
import SimdJSONAdapter

extension FuzzTarget {
    /// Framing and scanning: any pieces and any restarts give the same, and every byte is accounted for.
    static let framing = FuzzTarget(
        "framing",
        seeds: [
            "\u{40}\u{2}\u{0}\u{9}\u{0}\u{1F}{\"timestamp\":\"2026-11-20T10:00:00Z\",\"level\":\"warn\"}\n\r\n\u{0}\u{0}[1]\n{\"é\":1}",
            "\u{8}\u{1}\u{0}\u{3}\u{FEFF}{\"a\":1}\r\n{\"far too long\":\"xxxxxxxxxxxx\"}\n{}",
        ]
    ) { bytes in
        var steering = Steering(bytes)
        let limit = 8 + steering.byte()
        let isEnd = steering.byte() % 2 == 1
        let cuts = steering.cuts(in: max(0, bytes.count - 9))
        let object = steering.rest
        let whole = try Taking(object, maxLineBytes: limit, cuts: [], isEnd: isEnd, restarts: false)
        for restarts in [false, true] {
            let pieces = try Taking(object, maxLineBytes: limit, cuts: cuts, isEnd: isEnd, restarts: restarts)
            try expect(pieces == whole, "cut at \(cuts), restarts \(restarts): \(pieces) and not \(whole)")
        }
    }

    /// Scanning: the fast scanner finds what the portable one does, line breaks, verdicts, times, levels and fields.
    static let scanners = FuzzTarget(
        "scanners",
        seeds: [
            "{\"timestamp\":\"2026-11-20T10:00:00Z\",\"level\":\"warn\",\"a\":[1,-2.5e3,{\"b\":null}]}\n{\"ts\":17.5}\n",
            "{\"a\":\"\\u00e9\\n\"}\n\n{\"lvl\":30,\"time\":1e9}\r\n{\"level\":\"é\"}", "[1]\nnull\n{\"a\":1}x\n{}",
        ]
    ) { bytes in
        let settings = ScanSettings(timestampKey: "when", fields: ["a", "level"])
        let (portable, fast) = (PortableScanner(), SimdJSONScanner())
        var breaks = LineBreaks(of: bytes.span, by: fast)
        try expect(
            breaks.positions == LineBreaks(of: bytes.span, by: portable).positions, "line breaks at \(breaks.positions)"
        )
        var lines = FramedLines(from: 0, at: 0)
        var carry = LineCarry.none
        _ = LineFramer(maxLineBytes: 4096).frame(
            bytes.span, &breaks, in: 0..<bytes.count, isEnd: true, carry: &carry, into: &lines)
        let found = fast.scan(lines, of: bytes.span, by: settings)
        let expected = portable.scan(lines, of: bytes.span, by: settings)
        try expect(found == expected, "\(found) and not \(expected)")
    }

    /// As ``framing``, where the object is a batch of an SDK with some bytes changed.
    static let batches = FuzzTarget(
        "batches", seeds: ["\u{1}\u{1}\u{0}\u{90}\u{5}{\"n\":1}\n{\"n\":2}\n", "\u{0}\u{2}\u{0}\u{1}\u{1}\u{0}x\n{}\n"]
    ) { bytes in
        var steering = Steering(bytes)
        let isEnd = steering.byte() % 2 == 1
        let cuts = steering.cuts(in: 400)
        let flip = steering.byte()
        var lines = steering.rest.filter { $0 != 0x0D }
        if lines.last != 0x0A { lines.append(0x0A) }
        let count = lines.count { $0 == 0x0A }
        let control =
            "{\"$logferry\":{\"v\":1,\"writer\":\"01k0000000000000000000000\(flip % 2)\",\"seq\":1,\"lines\":\(count),"
            + "\"bytes\":\(lines.count),\"crc32c\":\(CRC32C.checksum(lines))}}\n"
        var object = Array(control.utf8) + lines
        object += object
        if flip > 127 { object[(flip * 7) % object.count] ^= 1 << UInt8(flip % 8) }
        let whole = try Taking(object, maxLineBytes: 300, cuts: [], isEnd: isEnd, restarts: false)
        let inside = cuts.map { min($0, object.count) }
        let pieces = try Taking(object, maxLineBytes: 300, cuts: inside, isEnd: isEnd, restarts: true)
        try expect(pieces == whole, "cut at \(inside): \(pieces) and not \(whole)")
    }
}

/// An object taken to its end.
private struct Taking: Equatable {
    struct Record: Equatable {
        let offset: Int64
        let number: Int64
        let time: Int64
        let level: UInt8
        let line: [UInt8]
    }

    var records: [Record] = []
    var rejects: [ByteRange] = []
    var progress = CursorProgress()
    private var writers: [WriterID: WriterState] = [:]

    static func == (left: Taking, right: Taking) -> Bool {
        left.records == right.records && left.rejects == right.rejects && left.progress == right.progress
    }

    init(_ object: [UInt8], maxLineBytes: Int, cuts: [Int], isEnd: Bool, restarts: Bool) throws {
        func make() -> ObjectAssembler {
            let position = Int(progress.position)
            var assembler = ObjectAssembler(
                from: progress, overlap: Array(object[position - progress.tail.length..<position]),
                maxLineBytes: maxLineBytes, scanner: PortableScanner(), settings: ScanSettings())
            for (writer, state) in writers { assembler.learn(writer, state) }
            return assembler
        }
        var assembler = make()
        for end in cuts + [object.count] {
            if restarts { assembler = make() }
            let start = Int(assembler.nextOffset)
            guard start <= end else { continue }
            try add(assembler.take(Array(object[start..<end]), isEnd: isEnd && end == object.count, at: .epoch))
        }
        try expect(progress.counts.totalBytes == progress.position, "\(progress.counts) are not \(progress.position)")
        try expect(!isEnd || progress.position == object.count, "the end is \(progress.position)")
        try expect(Int(progress.counts.records) == records.count, "\(records.count) records were given")
        try expect(
            progress.digest.value
                == CRC64.value(of: Array(object[..<Int(progress.position)]).span),
            "the digest is another one")
    }

    private mutating func add(_ output: ObjectAssembler.Output) throws {
        try expect(output.from == progress.position, "goes on at \(output.from)")
        let batch = output.records
        for row in 0..<batch.count {
            let line = Array(batch.bytes[batch.range(row)])
            try expect(!line.contains(0x0A), "a record has a newline")
            records.append(
                Record(
                    offset: batch.offsets[row], number: batch.lineNumbers[row], time: batch.timestamps[row],
                    level: batch.levels[row], line: line))
        }
        for reject in output.rejects {
            if reject.continues, let last = rejects.last, last.upper == reject.range.lower {
                rejects[rejects.count - 1] = ByteRange(last.lower, reject.range.upper)
            } else {
                rejects.append(reject.range)
            }
        }
        for move in output.writers { writers[move.writer] = move.to }
        progress = output.progress
    }
}

extension Timestamp {
    fileprivate static let epoch = Timestamp(nanoseconds: 0)
}

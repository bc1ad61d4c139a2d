import LogModel

/// Finds out what a batch of our SDKs is worth: whole, not here yet, or torn.
struct BatchReader {
    enum Finding: Equatable {
        /// All of it is here and its checksum holds; `body` are its lines.
        case whole(ControlLine, body: Range<Int>)
        /// The rest of it may still come.
        case unfinished
        /// It will never be whole; the bytes up to there are lost.
        case torn(upTo: Int)
        /// What looked like a control line is none.
        case none
    }

    /// Judges the batch that begins at `start` of `bytes`, where ``ControlLine/prefix`` stands; `breaks` are theirs, and
    /// `isEnd` says that nothing follows.
    static func read(
        _ bytes: Span<UInt8>, _ breaks: inout LineBreaks, at start: Int, isEnd: Bool, by checksums: any Checksums
    ) -> Finding {
        guard let newline = breaks.first(in: start..<bytes.count) else {
            if bytes.count - start > ControlLine.lengthLimit { return .none }
            return isEnd ? .torn(upTo: bytes.count) : .unfinished
        }
        guard let control = ControlLine(bytes.extracting(start..<newline)) else { return .none }
        let body = newline + 1..<newline + 1 + control.bytes
        guard body.upperBound <= bytes.count else {
            // What follows a torn batch fills it up to its declared end, and then its checksum tells.
            guard isEnd else { return .unfinished }
            return torn(bytes, body.lowerBound..<bytes.count, isEnd: true)
        }
        if breaks.count(in: body) == control.lines, isWhole(control, bytes.extracting(body), checksums) {
            return .whole(control, body: body)
        }
        return torn(bytes, body, isEnd: isEnd)
    }

    /// How far a batch that is not whole reaches: to where the next control line begins, be it in the middle of a line,
    /// since torn bytes have no newline at their end; else to its declared end.
    private static func torn(_ bytes: Span<UInt8>, _ body: Range<Int>, isEnd: Bool) -> Finding {
        for index in body where bytes[index] == ControlLine.prefix[0] {
            let length = min(ControlLine.prefix.count, bytes.count - index)
            guard hasPrefix(bytes, index, Array(ControlLine.prefix.prefix(length))) else { continue }
            if length == ControlLine.prefix.count { return .torn(upTo: index) }
            // It may be the beginning of a control line.
            if !isEnd { return .unfinished }
        }
        return .torn(upTo: body.upperBound)
    }

    private static func isWhole(_ control: ControlLine, _ body: Span<UInt8>, _ checksums: any Checksums) -> Bool {
        body.count > 0 && body[body.count - 1] == 0x0A
            && checksums.crc32c(of: body, after: 0) == control.checksum
    }
}

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

    /// Judges the batch that begins at `start` of `bytes`, where ``ControlLine/prefix`` stands.
    /// - Parameter isEnd: whether nothing follows.
    static func read(_ bytes: Span<UInt8>, at start: Int, isEnd: Bool) -> Finding {
        guard let newline = indexOfNewline(in: bytes.bytes, from: start) else {
            if bytes.count - start > ControlLine.lengthLimit { return .none }
            return isEnd ? .torn(upTo: bytes.count) : .unfinished
        }
        guard let control = ControlLine(bytes.extracting(start..<newline)) else { return .none }
        let body = newline + 1..<newline + 1 + control.bytes
        guard body.upperBound <= bytes.count else {
            // What follows a torn batch fills it up to its declared end, and then its checksum tells.
            guard isEnd else { return .unfinished }
            return .torn(upTo: nextControl(bytes, from: body.lowerBound, to: bytes.count) ?? bytes.count)
        }
        if isWhole(control, bytes.extracting(body)) { return .whole(control, body: body) }
        return .torn(upTo: nextControl(bytes, from: body.lowerBound, to: body.upperBound) ?? body.upperBound)
    }

    private static func isWhole(_ control: ControlLine, _ body: Span<UInt8>) -> Bool {
        guard body.count > 0, body[body.count - 1] == 0x0A, CRC32C.value(of: body) == control.checksum else {
            return false
        }
        var lines = 0
        var index = 0
        while let newline = indexOfNewline(in: body.bytes, from: index) {
            lines += 1
            index = newline + 1
        }
        return lines == control.lines
    }

    /// Where the next control line begins, be it in the middle of a line: torn bytes have no newline at their end.
    private static func nextControl(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Int? {
        guard start + ControlLine.prefix.count <= end else { return nil }
        for index in start...end - ControlLine.prefix.count where bytes[index] == ControlLine.prefix[0] {
            if hasPrefix(bytes, index, ControlLine.prefix) { return index }
        }
        return nil
    }
}

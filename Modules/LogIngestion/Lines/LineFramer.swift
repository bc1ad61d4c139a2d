public import LogCursor

/// Cuts a growing object into lines, whatever pieces it arrives in.
///
/// A line ends at 0x0A; a carriage return before that is dropped. What has no newline yet is left for the next piece,
/// unless it is longer than a line may be: then it is given as the beginning of a line that is too long and not kept.
/// The same bytes give the same lines, whatever the pieces.
public struct LineFramer: Sendable {
    private let maxLineBytes: Int

    /// Makes a framer of lines of up to `maxLineBytes` bytes, newline not counted.
    public init(maxLineBytes: Int) {
        precondition(maxLineBytes > 0, "lines must be allowed at least one byte")
        self.maxLineBytes = maxLineBytes
    }

    /// Cuts `bytes` from `start` on and appends what it finds to `lines`.
    /// - Parameters:
    ///   - bytes: the buffer.
    ///   - start: where the first byte that was not taken is.
    ///   - isEnd: whether nothing follows, so that a last line without a newline counts.
    ///   - carry: what the byte at `start` goes on with; updated.
    ///   - lines: the columns to append to.
    ///   - plain: where a line begins that is taken as any other even when it looks like a control line; `nil` stops
    ///     at none of them.
    /// - Returns: where the first byte that was not taken is now; at a control line, which is left alone, or where a
    ///   line is unfinished.
    public func frame(
        _ bytes: Span<UInt8>, from start: Int, isEnd: Bool, carry: inout LineCarry, into lines: inout FramedLines,
        plain: PartialRangeThrough<Int>? = nil
    ) -> Int {
        var index = start
        while let newline = indexOfNewline(in: bytes.bytes, from: index) {
            if let plain, isControl(bytes, at: index, carry), !plain.contains(index) { return index }
            takeLine(bytes, index..<newline, carry: carry, into: &lines)
            carry = .none
            index = newline + 1
        }
        guard index < bytes.count else { return index }
        if let plain, isControl(bytes, at: index, carry), !plain.contains(index) { return index }
        if isEnd {
            takeUnterminated(bytes, index..<bytes.count, carry: &carry, into: &lines)
            return bytes.count
        }
        return takeExcess(bytes, from: index, carry: &carry, into: &lines)
    }

    /// Whether a batch begins at `index`.
    func isControl(_ bytes: Span<UInt8>, at index: Int, _ carry: LineCarry) -> Bool {
        carry == .none && hasPrefix(bytes, index, ControlLine.prefix)
    }

    /// A line with its newline, which is at the end of `range`.
    private func takeLine(_ bytes: Span<UInt8>, _ range: Range<Int>, carry: LineCarry, into lines: inout FramedLines) {
        let newline = range.upperBound
        if let kind = refusal(of: carry) {
            if !range.isEmpty { lines.append(kind, range) }
            return lines.append(.separator, newline..<newline + 1)
        }
        let start = takeNULs(bytes, range, carry: carry, into: &lines)
        let followsNULs = start > range.lowerBound || carry == .nulRun
        let hasReturn = start < newline && bytes[newline - 1] == 0x0D
        let end = hasReturn ? newline - 1 : newline
        if end - start > maxLineBytes {
            lines.append(.tooLong, start..<newline)
            return lines.append(.separator, newline..<newline + 1)
        }
        take(bytes, start..<end, followsNULs: followsNULs, into: &lines)
        lines.append(.separator, end..<newline + 1)
    }

    /// The last line of an object that has ended.
    private func takeUnterminated(
        _ bytes: Span<UInt8>, _ range: Range<Int>, carry: inout LineCarry, into lines: inout FramedLines
    ) {
        if refusal(of: carry) != nil {
            let isLongLine = carry == .longLine
            _ = takeExcess(bytes, from: range.lowerBound, carry: &carry, into: &lines)
            // A line that is too long ends here as any other does: what comes behind it does not belong to it.
            if isLongLine { carry = .sealedLine }
            return
        }
        let start = takeNULs(bytes, range, carry: carry, into: &lines)
        let followsNULs = start > range.lowerBound || carry == .nulRun
        carry = .sealedLine
        if range.upperBound - start > maxLineBytes { return lines.append(.tooLong, start..<range.upperBound) }
        take(bytes, start..<range.upperBound, followsNULs: followsNULs, into: &lines)
    }

    /// What bytes before the next newline are when they cannot be a line.
    private func refusal(of carry: LineCarry) -> FramedLines.Kind? {
        switch carry {
        case .none, .nulRun: nil
        case .longLine: .tooLongRest
        case .sealedLine: .continuation
        case .continuation: .continuationRest
        }
    }

    private func take(_ bytes: Span<UInt8>, _ range: Range<Int>, followsNULs: Bool, into lines: inout FramedLines) {
        if isBlank(bytes, range) {
            if !range.isEmpty || !followsNULs { lines.append(.skip, range) }
        } else {
            lines.append(.line, range)
        }
    }

    /// Bytes without a newline: they wait, unless there are more of them than a line may have and a carriage return.
    private func takeExcess(
        _ bytes: Span<UInt8>, from start: Int, carry: inout LineCarry, into lines: inout FramedLines
    ) -> Int {
        if let kind = refusal(of: carry) {
            lines.append(kind, start..<bytes.count)
            carry = carry == .longLine ? .longLine : .continuation
            return bytes.count
        }
        // A run of NULs that has begun to be taken goes on being taken, so that the position is that of one piece.
        guard carry == .nulRun || bytes.count - start > maxLineBytes + 1 else { return start }
        let index = takeNULs(bytes, start..<bytes.count, carry: carry, into: &lines)
        if index > start { carry = .nulRun }
        guard bytes.count - index > maxLineBytes + 1 else { return index }
        lines.append(.tooLong, index..<bytes.count)
        carry = .longLine
        return bytes.count
    }

    /// NULs in front of a line are what a crash or a preallocating writer leaves; they are no part of it.
    private func takeNULs(
        _ bytes: Span<UInt8>, _ range: Range<Int>, carry: LineCarry, into lines: inout FramedLines
    ) -> Int {
        var index = range.lowerBound
        while index < range.upperBound, bytes[index] == 0 { index += 1 }
        if index > range.lowerBound {
            lines.append(carry == .nulRun ? .skipRest : .skip, range.lowerBound..<index)
        }
        return index
    }

    private func isBlank(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        for index in range {
            let byte = bytes[index]
            guard byte == 0x20 || byte == 0x09 || byte == 0x0D else { return false }
        }
        return true
    }
}

/// The first 0x0A from `start` on, looked for eight bytes at a time.
///
/// The word trick is that of Alan Mycroft (1987): `(v - 0x01…) & ~v & 0x80…` is not zero when a byte of `v` is zero,
/// and its lowest set bit belongs to the first such byte.
func indexOfNewline(in bytes: RawSpan, from start: Int) -> Int? {
    var index = start
    while index + 8 <= bytes.byteCount {
        let word = UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
        let zeroed = word ^ 0x0A0A_0A0A_0A0A_0A0A
        let hits = (zeroed &- 0x0101_0101_0101_0101) & ~zeroed & 0x8080_8080_8080_8080
        if hits != 0 { return index + hits.trailingZeroBitCount / 8 }
        index += 8
    }
    while index < bytes.byteCount {
        if bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self) == 0x0A { return index }
        index += 1
    }
    return nil
}

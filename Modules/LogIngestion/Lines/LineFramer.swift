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
    ///   - breaks: where its newlines are.
    ///   - range: from the first byte that was not taken to where this ends.
    ///   - isEnd: whether nothing follows, so that a last line without a newline counts.
    ///   - carry: what the byte at the start goes on with; updated.
    ///   - lines: the columns to append to.
    ///   - plain: where a line begins that is taken as any other even when it looks like a control line; `nil` stops
    ///     at none of them.
    /// - Returns: where the first byte that was not taken is now; at a control line, which is left alone, or where a
    ///   line is unfinished.
    public func frame(
        _ bytes: Span<UInt8>, _ breaks: inout LineBreaks, in range: Range<Int>, isEnd: Bool, carry: inout LineCarry,
        into lines: inout FramedLines, plain: PartialRangeThrough<Int>? = nil
    ) -> Int {
        var index = range.lowerBound
        while let newline = breaks.first(in: index..<range.upperBound) {
            if carry == .none, isPlain(bytes, index..<newline) {
                index = takePlainLines(bytes, &breaks, in: index..<range.upperBound, into: &lines)
                continue
            }
            if let plain, isControl(bytes, at: index, carry), !plain.contains(index) { return index }
            takeLine(bytes, index..<newline, carry: carry, into: &lines)
            carry = .none
            index = newline + 1
        }
        guard index < range.upperBound else { return index }
        if let plain, isControl(bytes, at: index, carry), !plain.contains(index) { return index }
        if isEnd {
            takeUnterminated(bytes, index..<range.upperBound, carry: &carry, into: &lines)
            return range.upperBound
        }
        return takeExcess(bytes, from: index, upTo: range.upperBound, carry: &carry, into: &lines)
    }

    /// Whether a batch begins at `index`.
    @inline(__always)
    func isControl(_ bytes: Span<UInt8>, at index: Int, _ carry: LineCarry) -> Bool {
        // The third byte of the prefix is one that other lines do not have there.
        guard index + 2 < bytes.count, bytes[index + 2] == ControlLine.prefix[2] else { return false }
        return carry == .none && hasPrefix(bytes, index, ControlLine.prefix)
    }

    /// Whether a line is as nearly all are: not blank, without NULs in front, not too long, and no control line.
    @inline(__always)
    private func isPlain(_ bytes: Span<UInt8>, _ line: Range<Int>) -> Bool {
        guard let first = line.first, line.count <= maxLineBytes, bytes[first] > 0x20 else { return false }
        return !isControl(bytes, at: first, .none)
    }

    /// Takes the plain lines that a range begins with, at most some hundred of them.
    /// - Returns: where the first byte that was not taken is.
    private func takePlainLines(
        _ bytes: Span<UInt8>, _ breaks: inout LineBreaks, in range: Range<Int>, into lines: inout FramedLines
    ) -> Int {
        var start = range.lowerBound
        lines.appendLines(upTo: min(256, breaks.remaining)) {
            guard let newline = breaks.first(in: start..<range.upperBound), isPlain(bytes, start..<newline) else {
                return nil
            }
            let hasReturn = bytes[newline - 1] == 0x0D
            defer { start = newline + 1 }
            return (start..<(hasReturn ? newline - 1 : newline), separator: hasReturn ? 2 : 1)
        }
        return start
    }

    /// A line with its newline, which is at the end of `range`.
    private func takeLine(_ bytes: Span<UInt8>, _ range: Range<Int>, carry: LineCarry, into lines: inout FramedLines) {
        let newline = range.upperBound
        if let kind = refusal(of: carry) {
            return lines.append(range.isEmpty ? .nothing : kind, range, separator: 1)
        }
        let start = takeNULs(bytes, range, carry: carry, into: &lines)
        let followsNULs = start > range.lowerBound || carry == .nulRun
        let hasReturn = start < newline && bytes[newline - 1] == 0x0D
        let end = hasReturn ? newline - 1 : newline
        guard end - start <= maxLineBytes else { return lines.append(.tooLong, start..<newline, separator: 1) }
        take(bytes, start..<end, followsNULs: followsNULs, separator: newline + 1 - end, into: &lines)
    }

    /// The last line of an object that has ended.
    private func takeUnterminated(
        _ bytes: Span<UInt8>, _ range: Range<Int>, carry: inout LineCarry, into lines: inout FramedLines
    ) {
        if refusal(of: carry) != nil {
            let isLongLine = carry == .longLine
            _ = takeExcess(bytes, from: range.lowerBound, upTo: range.upperBound, carry: &carry, into: &lines)
            // A line that is too long ends here as any other does: what comes behind it does not belong to it.
            if isLongLine { carry = .sealedLine }
            return
        }
        let start = takeNULs(bytes, range, carry: carry, into: &lines)
        let followsNULs = start > range.lowerBound || carry == .nulRun
        carry = .sealedLine
        if range.upperBound - start > maxLineBytes { return lines.append(.tooLong, start..<range.upperBound) }
        take(bytes, start..<range.upperBound, followsNULs: followsNULs, separator: 0, into: &lines)
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

    private func take(
        _ bytes: Span<UInt8>, _ range: Range<Int>, followsNULs: Bool, separator: Int, into lines: inout FramedLines
    ) {
        if !isBlank(bytes, range) {
            lines.append(.line, range, separator: separator)
        } else if !range.isEmpty || !followsNULs {
            lines.append(.skip, range, separator: separator)
        } else if separator > 0 {
            lines.append(.nothing, range, separator: separator)
        }
    }

    /// Bytes without a newline: they wait, unless there are more of them than a line may have and a carriage return.
    private func takeExcess(
        _ bytes: Span<UInt8>, from start: Int, upTo end: Int, carry: inout LineCarry, into lines: inout FramedLines
    ) -> Int {
        if let kind = refusal(of: carry) {
            lines.append(kind, start..<end)
            carry = carry == .longLine ? .longLine : .continuation
            return end
        }
        // A run of NULs that has begun to be taken goes on being taken, so that the position is that of one piece.
        guard carry == .nulRun || end - start > maxLineBytes + 1 else { return start }
        let index = takeNULs(bytes, start..<end, carry: carry, into: &lines)
        if index > start { carry = .nulRun }
        guard end - index > maxLineBytes + 1 else { return index }
        lines.append(.tooLong, index..<end)
        carry = .longLine
        return end
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

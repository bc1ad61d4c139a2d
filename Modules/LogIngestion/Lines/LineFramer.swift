/// Cuts a growing object into lines, whatever pieces it arrives in.
///
/// A line ends at 0x0A; a carriage return before that belongs to the newline, whatever becomes of the line. A byte order
/// mark at the start of the object and runs of NULs in front of a line or behind it are skips. What has no newline yet is
/// left for the next piece, unless it is longer than a line may be: then it is given as the beginning of a line that is
/// too long and not kept. The same bytes give the same lines, whatever the pieces.
public struct LineFramer: Sendable {
    private let maxLineBytes: Int
    let rules: FramingRules

    /// Makes a framer of lines of up to `maxLineBytes` bytes, newline not counted, NULs behind the line counted.
    public init(maxLineBytes: Int, rules: FramingRules = .present) {
        precondition(maxLineBytes > 0, "lines must be allowed at least one byte")
        self.maxLineBytes = maxLineBytes
        self.rules = rules
    }

    /// Cuts `bytes` from `start` on and appends what it finds to `lines`.
    /// - Parameters:
    ///   - bytes: the buffer.
    ///   - breaks: where its newlines are.
    ///   - range: from the first byte that was not taken to where this ends.
    ///   - isEnd: whether nothing follows, so that a last line without a newline counts.
    ///   - carry: what the byte at the start goes on with; updated.
    ///   - last: the byte before the start, as far as it is known.
    ///   - lines: the columns to append to.
    ///   - plain: where a line begins that is taken as any other even when it looks like a control line; `nil` stops
    ///     at none of them.
    /// - Returns: where the first byte that was not taken is now; at a control line, which is left alone, or where a
    ///   line is unfinished.
    public func frame(
        _ bytes: Span<UInt8>, _ breaks: inout LineBreaks, in range: Range<Int>, isEnd: Bool, carry: inout LineCarry,
        behind last: UInt8? = nil, into lines: inout FramedLines, plain: PartialRangeThrough<Int>? = nil
    ) -> Int {
        var index = range.lowerBound
        let marked = hasMark(bytes, range, lines) ? index : -1
        while let newline = breaks.first(in: index..<range.upperBound) {
            if carry == .none, index != marked, isPlain(bytes, index..<newline) {
                index = takePlainLines(bytes, &breaks, in: index..<range.upperBound, into: &lines)
                continue
            }
            if let plain, isControl(bytes, at: index, carry), !plain.contains(index) { return index }
            takeLine(bytes, index..<newline, carry: carry, behind: last, into: &lines)
            carry = .none
            index = newline + 1
        }
        guard index < range.upperBound else { return index }
        if let plain, isControl(bytes, at: index, carry), !plain.contains(index) { return index }
        if isEnd {
            takeUnterminated(bytes, index..<range.upperBound, carry: &carry, behind: last, into: &lines)
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

    /// Whether a line is as nearly all are: not blank, without NULs at its ends, not too long, and no control line.
    @inline(__always)
    private func isPlain(_ bytes: Span<UInt8>, _ line: Range<Int>) -> Bool {
        guard let first = line.first, line.count <= maxLineBytes, bytes[first] > 0x20 else { return false }
        let last = bytes[line.upperBound - 1]
        // The first byte is none of the two, so there is one before a carriage return.
        guard last > 0x0D || (last != 0 && (last != 0x0D || bytes[line.upperBound - 2] != 0)) else {
            return false
        }
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
    private func takeLine(
        _ bytes: Span<UInt8>, _ range: Range<Int>, carry: LineCarry, behind last: UInt8?, into lines: inout FramedLines
    ) {
        let newline = range.upperBound
        if let kind = refusal(of: carry) {
            let rest = range.lowerBound..<refusedEnd(bytes, range)
            let skip = carry == .wholeLine ? skipKind(of: bytes, rest, behind: last) : nil
            return lines.append(rest.isEmpty ? .nothing : skip ?? kind, rest, separator: newline + 1 - rest.upperBound)
        }
        let start = takeLead(bytes, range, carry: carry, into: &lines)
        let followsSkip = start > range.lowerBound || carry == .nulRun
        let end = start < newline && bytes[newline - 1] == 0x0D ? newline - 1 : newline
        guard end - start <= maxLineBytes else {
            let refused = refusedEnd(bytes, start..<newline)
            return lines.append(.tooLong, start..<refused, separator: newline + 1 - refused)
        }
        take(bytes, start..<end, followsSkip: followsSkip, separator: newline + 1 - end, into: &lines)
    }

    /// The last line of an object that has ended.
    ///
    /// A carriage return at its end is the first byte of its newline, whether the other comes or not.
    private func takeUnterminated(
        _ bytes: Span<UInt8>, _ all: Range<Int>, carry: inout LineCarry, behind last: UInt8?,
        into lines: inout FramedLines
    ) {
        let range = all.lowerBound..<refusedEnd(bytes, all)
        defer {
            if range.upperBound < all.upperBound { lines.append(.separator, range.upperBound..<all.upperBound) }
        }
        if let kind = refusal(of: carry) {
            if carry == .wholeLine, let skip = skipKind(of: bytes, range, behind: last) {
                lines.append(skip, range)
                carry = .sealedLine
            } else if range.isEmpty {
                carry = carry == .continuation ? .continuation : .sealedLine
            } else {
                lines.append(kind, range)
                // A line that is too long ends here as any other does: what comes behind it does not belong to it.
                carry = carry == .longLine ? .sealedLine : .continuation
            }
            return
        }
        let start = takeLead(bytes, range, carry: carry, into: &lines)
        let followsSkip = start > range.lowerBound || carry == .nulRun
        carry = .sealedLine
        if range.upperBound - start > maxLineBytes { return lines.append(.tooLong, start..<range.upperBound) }
        take(bytes, start..<range.upperBound, followsSkip: followsSkip, separator: 0, into: &lines)
    }

    /// What bytes before the next newline are when they cannot be a line.
    private func refusal(of carry: LineCarry) -> FramedLines.Kind? {
        switch carry {
        case .none, .nulRun: nil
        case .longLine: .tooLongRest
        case .sealedLine, .wholeLine: .continuation
        case .continuation: .continuationRest
        }
    }

    /// What bytes behind a last line that became a record are when they belong to no line; `nil` when they are refused.
    private func skipKind(of bytes: Span<UInt8>, _ range: Range<Int>, behind last: UInt8?) -> FramedLines.Kind? {
        guard !range.isEmpty, range.count <= maxLineBytes, isBlank(bytes, range) else { return nil }
        // NULs behind the line were skipped with it.
        return last == 0 ? .skipRest : .skip
    }

    /// Where refused bytes end whose newline stands behind `range`.
    private func refusedEnd(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int {
        guard rules == .present, let last = range.last, bytes[last] == 0x0D else { return range.upperBound }
        return last
    }

    private func take(
        _ bytes: Span<UInt8>, _ range: Range<Int>, followsSkip: Bool, separator: Int, into lines: inout FramedLines
    ) {
        if isBlank(bytes, range) {
            if !range.isEmpty || !followsSkip {
                lines.append(.skip, range, separator: separator)
            } else if separator > 0 {
                lines.append(.nothing, range, separator: separator)
            }
            return
        }
        var end = range.upperBound
        if rules == .present {
            while bytes[end - 1] == 0 { end -= 1 }
        }
        lines.append(.line, range.lowerBound..<end, separator: end == range.upperBound ? separator : 0)
        if end < range.upperBound { lines.append(.skip, end..<range.upperBound, separator: separator) }
    }

    /// Bytes without a newline: they wait, unless there are more of them than a line may have and a carriage return.
    ///
    /// A carriage return at the end of refused bytes waits as well: the next byte tells whether it belongs to a newline.
    /// So do blanks and NULs behind a last line that became a record: what follows tells whether they are skipped.
    private func takeExcess(
        _ bytes: Span<UInt8>, from start: Int, upTo end: Int, carry: inout LineCarry, into lines: inout FramedLines
    ) -> Int {
        if let kind = refusal(of: carry) {
            if carry == .wholeLine, end - start <= maxLineBytes + 1, isBlank(bytes, start..<end) { return start }
            let taken = refusedEnd(bytes, start..<end)
            guard taken > start else { return start }
            lines.append(kind, start..<taken)
            carry = carry == .longLine ? .longLine : .continuation
            return taken
        }
        // A run of NULs that has begun to be taken goes on being taken, so that the position is that of one piece.
        let behindMark = hasMark(bytes, start..<end, lines) ? start + LineFramer.mark.count : start
        guard carry == .nulRun || end - behindMark > maxLineBytes + 1 else { return start }
        let index = takeLead(bytes, start..<end, carry: carry, into: &lines)
        if index > behindMark { carry = .nulRun }
        guard end - index > maxLineBytes + 1 else { return index }
        let taken = refusedEnd(bytes, index..<end)
        lines.append(.tooLong, index..<taken)
        carry = .longLine
        return taken
    }

    /// The byte order mark of UTF-8.
    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Whether a range begins with a byte order mark at the start of the object.
    private func hasMark(_ bytes: Span<UInt8>, _ range: Range<Int>, _ lines: FramedLines) -> Bool {
        guard rules == .present, lines.firstOffset == 0, range.lowerBound == Int(lines.firstStart),
            range.count >= LineFramer.mark.count
        else { return false }
        return hasPrefix(bytes, range.lowerBound, LineFramer.mark)
    }

    /// A byte order mark, and NULs in front of a line, which are what a crash or a preallocating writer leaves: they are
    /// no part of it.
    /// - Returns: where the line begins.
    private func takeLead(
        _ bytes: Span<UInt8>, _ range: Range<Int>, carry: LineCarry, into lines: inout FramedLines
    ) -> Int {
        var start = range.lowerBound
        if hasMark(bytes, range, lines) {
            lines.append(.skip, start..<start + LineFramer.mark.count)
            start += LineFramer.mark.count
        }
        var index = start
        while index < range.upperBound, bytes[index] == 0 { index += 1 }
        if index > start { lines.append(carry == .nulRun ? .skipRest : .skip, start..<index) }
        return index
    }

    /// Whether a line holds nothing but blanks, and NULs behind them.
    private func isBlank(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        for index in range {
            let byte = bytes[index]
            guard byte == 0x20 || byte == 0x09 || byte == 0x0D || (byte == 0 && rules == .present) else {
                return false
            }
        }
        return true
    }
}

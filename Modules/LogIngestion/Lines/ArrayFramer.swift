public import LogCursor

/// Cuts a JSON array (RFC 8259, section 5) into its elements, whatever pieces it arrives in.
///
/// Each element is one record, numbered from 1. An element that spans several lines is rendered without the white space
/// between its tokens, since a record is one line. Brackets, commas and white space around elements are separators. From
/// the first byte on that no array can have there, the rest is refused as one stretch, since nothing tells where the next
/// element begins. The same bytes give the same records, whatever the pieces.
public struct ArrayFramer: RecordFramer {
    private let maxElementBytes: Int

    /// Makes a framer of elements of up to `maxElementBytes` bytes of content each; it must be positive.
    public init(maxElementBytes: Int) {
        precondition(maxElementBytes > 0, "elements must be allowed at least one byte")
        self.maxElementBytes = maxElementBytes
    }

    /// Whether an array framer has left the state.
    public func reads(_ state: FramingState) -> Bool { ArrayPlace(state) != nil }

    /// Never: an element ends where it is seen to end.
    public func isBehindOpenEnd(_ state: FramingState) -> Bool { false }

    /// Cuts bytes into elements and separators.
    public mutating func frame(
        _ bytes: Span<UInt8>, from start: Int, until end: ContentEnd, behind last: UInt8?, state: inout FramingState,
        into lines: inout FramedLines
    ) -> FramedPiece {
        lines.separatorsAreMarks = true
        var place = ArrayPlace(state) ?? ArrayPlace(.broken)
        var index = start
        while index < bytes.count {
            let next =
                switch place.phase {
                case .broken: refuse(bytes, from: index, .malformedRest, into: &lines)
                case .longElement: takeRest(bytes, from: index, &place, into: &lines)
                case .beforeElement where place.mayBegin(with: bytes[index]):
                    takeElement(bytes, from: index, until: end, &place, into: &lines)
                default: takeSeparators(bytes, from: index, &place, into: &lines)
                }
            // An element that is not whole waits for its end.
            guard next > index else { break }
            index = next
        }
        if end == .closed, place.phase == .longElement {
            lines.append(.nothing, index..<index, separator: 1)
            place = ArrayPlace(.broken)
        }
        state = place.state
        if lines.hasLine(containing: bytes, isBreak) { lines.render(bytes, appendText) }
        return FramedPiece(consumed: index)
    }

    /// Takes brackets, commas and white space up to the next element, or refuses what cannot stand there.
    private func takeSeparators(
        _ bytes: Span<UInt8>, from start: Int, _ place: inout ArrayPlace, into lines: inout FramedLines
    ) -> Int {
        var index = start
        while index < bytes.count, place.step(over: bytes[index]) { index += 1 }
        if index > start { lines.append(.separator, start..<index) }
        guard index < bytes.count, !(place.phase == .beforeElement && place.mayBegin(with: bytes[index])) else {
            return index
        }
        place = ArrayPlace(.broken)
        return refuse(bytes, from: index, .malformed, into: &lines)
    }

    private func refuse(
        _ bytes: Span<UInt8>, from start: Int, _ kind: FramedLines.Kind, into lines: inout FramedLines
    ) -> Int {
        lines.append(kind, start..<bytes.count)
        return bytes.count
    }

    /// Takes the element that begins at `start`.
    /// - Returns: where the next byte is that was not taken: `start` when the element waits for its end.
    private func takeElement(
        _ bytes: Span<UInt8>, from start: Int, until end: ContentEnd, _ place: inout ArrayPlace,
        into lines: inout FramedLines
    ) -> Int {
        var scan = ElementScan()
        if let elementEnd = scan.end(of: bytes, from: start) {
            lines.append(elementEnd - start > maxElementBytes ? .tooLong : .line, start..<elementEnd, separator: 1)
            place = ArrayPlace(.behindElement)
            return elementEnd
        }
        let isTooLong = bytes.count - start > maxElementBytes
        guard isTooLong || end == .closed else { return start }
        lines.append(isTooLong ? .tooLong : .line, start..<bytes.count, separator: isTooLong ? 0 : 1)
        // What comes behind an element that was cut off belongs to none.
        place = isTooLong ? ArrayPlace(.longElement, scan) : ArrayPlace(.broken)
        return bytes.count
    }

    /// Takes what comes of an element whose beginning was refused as too long.
    private func takeRest(
        _ bytes: Span<UInt8>, from start: Int, _ place: inout ArrayPlace, into lines: inout FramedLines
    ) -> Int {
        var scan = place.scan
        let end = scan.end(of: bytes, from: start)
        if end != start { lines.append(.tooLongRest, start..<(end ?? bytes.count), separator: end == nil ? 0 : 1) }
        place = end == nil ? ArrayPlace(.longElement, scan) : ArrayPlace(.behindElement)
        guard end == start else { return end ?? bytes.count }
        // A scalar ends before what ends it: its last piece holds no byte.
        lines.append(.nothing, start..<start, separator: 1)
        return takeSeparators(bytes, from: start, &place, into: &lines)
    }
}

private func isBreak(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || isBreak(byte) }

/// Appends an element: as it stands, or when it spans lines without the white space between its tokens.
///
/// An element on one line stays as it is beside one that spans lines, so that pieces do not matter.
private func appendText(_ bytes: Span<UInt8>, _ range: Range<Int>, to text: inout [UInt8]) {
    let spansLines = range.contains { isBreak(bytes[$0]) }
    var (isInString, isEscaped) = (false, false)
    for index in range {
        let byte = bytes[index]
        if isInString {
            let isQuote = byte == UInt8(ascii: "\"") && !isEscaped
            isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
            isInString = !isQuote
        } else if isSpace(byte), spansLines {
            continue
        } else {
            isInString = byte == UInt8(ascii: "\"")
        }
        text.append(byte)
    }
}

/// Finds the end of an element, whatever pieces it comes in.
private struct ElementScan {
    /// How many containers are open.
    var depth: Int64 = 0
    var isInString = false
    var isEscaped = false

    /// The first byte behind the element; `nil` when it is not seen.
    mutating func end(of bytes: Span<UInt8>, from start: Int) -> Int? {
        for index in start..<bytes.count {
            let byte = bytes[index]
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                    if depth == 0 { return index + 1 }
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return index }
                depth -= 1
                if depth == 0 { return index + 1 }
            case UInt8(ascii: ","): if depth == 0 { return index }
            default: if depth == 0, isSpace(byte) { return index }
            }
        }
        return nil
    }
}

/// Where in an array the next byte stands; its state keeps the phase in the lowest four bits, what is known of a string in the
/// next two, and the depth from bit eight on.
private struct ArrayPlace {
    enum Phase: Int64 {
        /// In front of the opening bracket.
        case opening = 0
        /// Behind the opening bracket or a comma.
        case beforeElement = 1
        /// Behind an element.
        case behindElement = 2
        /// Behind the closing bracket.
        case closed = 3
        /// Behind a byte that no array can have there.
        case broken = 4
        /// Within an element whose beginning was refused as too long.
        case longElement = 5
    }

    let phase: Phase
    let scan: ElementScan
    /// Whether no element was seen, so that the array may end here.
    let isFirst: Bool

    init(_ phase: Phase, _ scan: ElementScan = ElementScan(), isFirst: Bool = false) {
        self.phase = phase
        self.scan = scan
        self.isFirst = isFirst
    }

    init?(_ state: FramingState) {
        let value = state.rawValue
        guard value >= 0, value & 0x80 == 0, let phase = Phase(rawValue: value & 0xF) else { return nil }
        self.init(
            phase, ElementScan(depth: value >> 8, isInString: value & 0x10 != 0, isEscaped: value & 0x20 != 0),
            isFirst: value & 0x40 != 0)
    }

    var state: FramingState {
        let flags: Int64 = (scan.isInString ? 0x10 : 0) | (scan.isEscaped ? 0x20 : 0) | (isFirst ? 0x40 : 0)
        return FramingState(rawValue: phase.rawValue | flags | scan.depth << 8)
    }

    /// Whether an element may begin with a byte.
    func mayBegin(with byte: UInt8) -> Bool {
        !isSpace(byte) && byte != UInt8(ascii: ",") && byte != UInt8(ascii: "]") && byte != UInt8(ascii: "}")
    }

    /// Steps over a byte between elements; `false` when it cannot stand there.
    mutating func step(over byte: UInt8) -> Bool {
        if isSpace(byte) { return true }
        switch (phase, byte) {
        case (.opening, UInt8(ascii: "[")): self = ArrayPlace(.beforeElement, isFirst: true)
        case (.behindElement, UInt8(ascii: ",")): self = ArrayPlace(.beforeElement)
        case (.behindElement, UInt8(ascii: "]")): self = ArrayPlace(.closed)
        case (.beforeElement, UInt8(ascii: "]")) where isFirst: self = ArrayPlace(.closed)
        default: return false
        }
        return true
    }
}

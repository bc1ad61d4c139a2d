import LogModel

/// One value of a line, made ready to be compared.
enum LineValue {
    case null
    case flag(Bool)
    /// A number, and its range in the line.
    case number(JSONNumber, Range<Int>)
    /// A text without escapes in this range of the line.
    case plain(Range<Int>)
    /// A text that was written with escapes.
    case decoded([UInt8])
    /// An object or an array; only its existence is known.
    case container

    /// Takes the value of a kind that is at a place of a line.
    init(_ kind: JSONReader.Kind, _ range: Range<Int>, in line: Span<UInt8>) {
        switch kind {
        case .null: self = .null
        case .yes: self = .flag(true)
        case .no: self = .flag(false)
        case .string:
            let letters = range.lowerBound + 1..<range.upperBound - 1
            self =
                hasEscape(line, in: letters) ? .decoded(TextValue(json: line, in: letters).bytes) : .plain(letters)
        case .number: self = .number(JSONNumber(written: line.extracting(range)), range)
        case .object, .array: self = .container
        }
    }

    func equals(_ operand: Operand, in line: Span<UInt8>) -> Bool {
        switch (self, operand) {
        case (.null, .null): true
        case (.flag(let own), .flag(let other)): own == other
        default: order(to: operand, in: line) == 0
        }
    }

    /// Below, at or above the operand as -1, 0 or 1; `nil` when the kinds differ or have no order.
    func order(to operand: Operand, in line: Span<UInt8>) -> Int? {
        switch (self, operand) {
        case (.number(let own, _), .number(let other)): own.order(to: other)
        case (.plain(let range), .text(let other)): compared(line.extracting(range), with: other.bytes)
        case (.decoded(let own), .text(let other)): compared(own.span, with: other.bytes)
        case (_, .time(let other)): moment(in: line).map { $0 == other ? 0 : $0 < other ? -1 : 1 }
        default: nil
        }
    }

    func contains(_ needle: TextNeedle?, in line: Span<UInt8>) -> Bool {
        guard let needle else { return false }
        switch self {
        case .plain(let range): return needle.occurs(in: line.extracting(range))
        case .decoded(let own): return needle.occurs(in: own.span)
        case .null, .flag, .number, .container: return false
        }
    }

    /// The moment that the value holds, by the rule that event times are read by.
    private func moment(in line: Span<UInt8>) -> Timestamp? {
        switch self {
        case .plain(let range): Timestamp(rfc3339: line.extracting(range))
        case .decoded(let own): Timestamp(rfc3339: own.span)
        case .number(_, let range): Timestamp(number: line.extracting(range))
        case .null, .flag, .container: nil
        }
    }
}

/// A path made ready to be followed in many lines.
struct PreparedPath: Sendable {
    private enum Step: Sendable {
        /// The member with a name, or the element of an array with an index, if the name is one.
        case name([UInt8], index: Int?)
        case anyElement
    }

    private let steps: [Step]

    init(_ path: FieldPath) {
        steps = path.steps.map { step in
            switch step {
            case .name(let name): .name(name.bytes, index: PreparedPath.index(name.bytes))
            case .anyElement: .anyElement
            }
        }
    }

    /// An index has one form: 0, or digits that do not begin with 0 (RFC 6901, section 4).
    private static func index(_ name: [UInt8]) -> Int? {
        guard name.allSatisfy({ (0x30...0x39).contains($0) }), name.first != 0x30 || name.count == 1 else { return nil }
        return Int(String(decoding: name, as: UTF8.self))
    }

    /// Whether one of the values at the path of a line meets a test; of members with one name the first counts.
    func leads(in line: Span<UInt8>, to test: (JSONReader.Kind, Range<Int>) -> Bool) -> Bool {
        let start = JSONReader.objectStart(of: line)
        return start < line.count && goesOn(0, .object, start..<line.count, line, test)
    }

    private func goesOn(
        _ step: Int, _ kind: JSONReader.Kind, _ range: Range<Int>, _ line: Span<UInt8>,
        _ test: (JSONReader.Kind, Range<Int>) -> Bool
    ) -> Bool {
        guard step < steps.count else { return test(kind, range) }
        var reader = JSONReader(at: range.lowerBound)
        var isMet = false
        switch (kind, steps[step]) {
        case (.object, .name(let name, _)):
            try? reader.members(line) { key, kind, value in
                guard isNamed(line, key, name) else { return true }
                isMet = goesOn(step + 1, kind, value, line, test)
                return false
            }
        case (.array, .name(_, let wanted?)):
            var index = 0
            try? reader.elements(line) { kind, value in
                if index == wanted { isMet = goesOn(step + 1, kind, value, line, test) }
                index += 1
                return index <= wanted
            }
        case (.array, .anyElement):
            try? reader.elements(line) { kind, value in
                isMet = goesOn(step + 1, kind, value, line, test)
                return !isMet
            }
        default: break
        }
        return isMet
    }
}

private func hasEscape(_ line: Span<UInt8>, in range: Range<Int>) -> Bool {
    for index in range where line[index] == UInt8(ascii: "\\") { return true }
    return false
}

/// Whether a key has a name; keys with escapes are decoded, others compared as they are.
private func isNamed(_ line: Span<UInt8>, _ key: Range<Int>, _ name: [UInt8]) -> Bool {
    if hasEscape(line, in: key) { return TextValue(json: line, in: key).bytes == name }
    guard key.count == name.count else { return false }
    for (index, position) in key.enumerated() where line[position] != name[index] { return false }
    return true
}

/// Orders two texts by their bytes, which is the order of their code points.
private func compared(_ left: Span<UInt8>, with right: [UInt8]) -> Int {
    for index in 0..<min(left.count, right.count) where left[index] != right[index] {
        return left[index] < right[index] ? -1 : 1
    }
    return left.count == right.count ? 0 : left.count < right.count ? -1 : 1
}

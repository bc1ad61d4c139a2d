import LogModel

/// The value of one member of a line.
enum LineValue {
    case null
    case flag(Bool)
    /// A number: as numbers are compared, and as the moment that it stands for if it can be one.
    case number(JSONNumber, Timestamp?)
    case text(String)
    /// An object or an array: it is there, and that is all that can be said of it.
    case container

    /// The value at a path of a line, `nil` when there is none; of duplicate members the first counts.
    init?(at path: [PathSegment], in line: Span<UInt8>) {
        guard let (kind, range) = find(path, in: line) else { return nil }
        switch kind {
        case .null: self = .null
        case .yes: self = .flag(true)
        case .no: self = .flag(false)
        case .string: self = .text(decodedJSONString(line, in: range.lowerBound + 1..<range.upperBound - 1))
        case .number:
            let digits = line.extracting(range)
            guard let number = JSONNumber(written: digits) else { return nil }
            self = .number(number, Timestamp(number: digits))
        case .object, .array: self = .container
        }
    }

    func equals(_ operand: Operand) -> Bool {
        switch (self, operand) {
        case (.null, .null): true
        case (.flag(let own), .flag(let other)): own == other
        default: order(to: operand) == 0
        }
    }

    /// Below, at or above the operand as -1, 0 or 1; `nil` when the kinds differ or have no order.
    func order(to operand: Operand) -> Int? {
        switch (self, operand) {
        case (.number(let own, _), .number(let other)): own == other ? 0 : own < other ? -1 : 1
        case (.text(let own), .text(let other)):
            // By bytes: Swift's own comparison would call a composed and a decomposed letter equal.
            own.utf8.elementsEqual(other.utf8) ? 0 : own.utf8.lexicographicallyPrecedes(other.utf8) ? -1 : 1
        case (_, .time(let other)): moment.map { $0 == other ? 0 : $0 < other ? -1 : 1 }
        default: nil
        }
    }

    func contains(_ needle: TextNeedle?) -> Bool {
        guard case .text(let own) = self, let needle else { return false }
        return needle.occurs(in: own)
    }

    /// The moment that the value holds, by the rule that event times are read by.
    private var moment: Timestamp? {
        switch self {
        case .text(let text): Timestamp(rfc3339: text)
        case .number(_, let moment): moment
        case .null, .flag, .container: nil
        }
    }
}

/// One name on a path, made ready to be compared with keys.
struct PathSegment: Sendable {
    let name: [UInt8]
    /// Which element of an array it is, from 0; `nil` when it can be none.
    let index: Int?

    init(_ name: String) {
        self.name = Array(name.utf8)
        index = Int(name).flatMap { $0 >= 0 ? $0 : nil }
    }
}

/// Kind and place of the value at a path.
private func find(_ path: [PathSegment], in line: Span<UInt8>) -> (kind: JSONReader.Kind, range: Range<Int>)? {
    var reader = JSONReader()
    reader.skipSpace(line)
    if line.count >= 3, line[0] == 0xEF { reader.index = 3 }
    var here: (kind: JSONReader.Kind, range: Range<Int>)?
    for segment in path {
        var next: (kind: JSONReader.Kind, range: Range<Int>)?
        let kind = here?.kind ?? .object
        reader.index = here?.range.lowerBound ?? reader.index
        switch kind {
        case .object:
            try? reader.members(line) { key, kind, value in
                guard isNamed(line, key, segment.name) else { return true }
                next = (kind, value)
                return false
            }
        case .array:
            guard let wanted = segment.index else { return nil }
            var index = 0
            try? reader.elements(line) { kind, value in
                if index == wanted { next = (kind, value) }
                index += 1
                return index <= wanted
            }
        default: return nil
        }
        guard let next else { return nil }
        here = next
    }
    return here
}

/// Whether a key has a name; keys with escapes are decoded, others compared as they are.
private func isNamed(_ line: Span<UInt8>, _ key: Range<Int>, _ name: [UInt8]) -> Bool {
    var hasEscape = false
    for position in key where line[position] == UInt8(ascii: "\\") { hasEscape = true }
    if hasEscape { return decodedJSONString(line, in: key).utf8.elementsEqual(name) }
    guard key.count == name.count else { return false }
    for (index, position) in key.enumerated() where line[position] != name[index] { return false }
    return true
}

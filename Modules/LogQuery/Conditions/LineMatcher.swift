import LogModel

/// Says whether a line meets the text and the conditions of a filter; the same for all stores.
struct LineMatcher: Sendable {
    private let needle: TextNeedle?
    private let conditions: [Condition]

    init(_ filter: LogFilter) {
        needle = (filter.text ?? "").isEmpty ? nil : TextNeedle(filter.text ?? "")
        conditions = filter.conditions
    }

    func matches(_ line: Span<UInt8>) -> Bool {
        if let needle, !needle.occurs(in: line) { return false }
        return conditions.allSatisfy { holds($0, in: line) }
    }

    private func holds(_ condition: Condition, in line: Span<UInt8>) -> Bool {
        let found = find(condition.path, in: line)
        switch condition.test {
        case .exists(let wanted): return (found != nil) == wanted
        case .notEqual(let operand): return !(found.map { equal($0, operand, line) } ?? false)
        case .noneOf(let operands):
            return !(found.map { value in operands.contains { equal(value, $0, line) } } ?? false)
        default: return found.map { holds(condition.test, of: $0, in: line) } ?? false
        }
    }

    private func holds(_ test: Condition.Test, of value: FoundValue, in line: Span<UInt8>) -> Bool {
        switch test {
        case .equal(let operand): equal(value, operand, line)
        case .oneOf(let operands): operands.contains { equal(value, $0, line) }
        case .greater(let operand): order(value, operand, line).map { $0 > 0 } ?? false
        case .greaterOrEqual(let operand): order(value, operand, line).map { $0 >= 0 } ?? false
        case .less(let operand): order(value, operand, line).map { $0 < 0 } ?? false
        case .lessOrEqual(let operand): order(value, operand, line).map { $0 <= 0 } ?? false
        case .between(let low, let high):
            (order(value, low, line).map { $0 >= 0 } ?? false) && (order(value, high, line).map { $0 <= 0 } ?? false)
        case .contains(let part):
            value.kind == .string && TextNeedle(part).occurs(in: text(value, line))
        case .exists, .notEqual, .noneOf: false
        }
    }

    private func equal(_ value: FoundValue, _ operand: Operand, _ line: Span<UInt8>) -> Bool {
        switch operand {
        case .null: value.kind == .null
        case .flag(let flag): value.kind == (flag ? .yes : .no)
        default: order(value, operand, line) == 0
        }
    }

    /// Below, at or above the operand as -1, 0 or 1; `nil` when the kinds differ or have no order.
    private func order(_ value: FoundValue, _ operand: Operand, _ line: Span<UInt8>) -> Int? {
        switch (value.kind, operand) {
        case (.number, .number(let other)):
            guard let number = JSONNumber(raw(value.range, line)) else { return nil }
            return number == other ? 0 : number < other ? -1 : 1
        case (.string, .text(let other)):
            // By bytes: Swift's own comparison would call a composed and a decomposed letter equal.
            let own = text(value, line)
            if own.utf8.elementsEqual(other.utf8) { return 0 }
            return own.utf8.lexicographicallyPrecedes(other.utf8) ? -1 : 1
        default: return nil
        }
    }

    private func text(_ value: FoundValue, _ line: Span<UInt8>) -> String {
        decodedJSONString(line, in: value.range.lowerBound + 1..<value.range.upperBound - 1)
    }

    private func raw(_ range: Range<Int>, _ line: Span<UInt8>) -> String {
        decodedJSONString(line, in: range)
    }
}

/// A value in a line.
private struct FoundValue {
    let kind: JSONReader.Kind
    let range: Range<Int>
}

/// The value at a path of a line; of duplicate members the first counts.
private func find(_ path: [String], in line: Span<UInt8>) -> FoundValue? {
    var reader = JSONReader()
    reader.skipSpace(line)
    if line.count >= 3, line[0] == 0xEF { reader.index = 3 }
    var here: FoundValue?
    for segment in path {
        var next: FoundValue?
        let kind = here?.kind ?? .object
        reader.index = here?.range.lowerBound ?? reader.index
        switch kind {
        case .object:
            let name = Array(segment.utf8)
            try? reader.members(line) { key, kind, value in
                guard isNamed(line, key, name) else { return true }
                next = FoundValue(kind: kind, range: value)
                return false
            }
        case .array:
            guard let wanted = Int(segment), wanted >= 0 else { return nil }
            var index = 0
            try? reader.elements(line) { kind, value in
                if index == wanted { next = FoundValue(kind: kind, range: value) }
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

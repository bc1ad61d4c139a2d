import LogModel

/// Says whether a line meets the text and the conditions of a filter; the same for all stores.
///
/// A line is walked once for each condition, unless its bytes show that it cannot meet them, and each text in it is
/// compared in time that grows with its length alone.
struct LineMatcher: Sendable {
    private let needle: TextNeedle?
    private let sieve: LineSieve
    private let conditions: [PreparedCondition]

    init(_ filter: LogFilter) {
        needle = (filter.text ?? "").isEmpty ? nil : TextNeedle(filter.text ?? "")
        var untold = filter
        untold.text = nil
        sieve = LineSieve(untold)
        conditions = filter.conditions.map(PreparedCondition.init)
    }

    func matches(_ line: Span<UInt8>) -> Bool {
        if let needle, !needle.occurs(in: line) { return false }
        return conditions.isEmpty || (sieve.admits(line) && conditions.allSatisfy { $0.holds(in: line) })
    }
}

/// A condition with what its test looks for made ready.
private struct PreparedCondition: Sendable {
    let path: [PathSegment]
    let test: Condition.Test
    let needle: TextNeedle?

    init(_ condition: Condition) {
        path = condition.path.map(PathSegment.init)
        test = condition.test
        if case .contains(let part) = test { needle = TextNeedle(part) } else { needle = nil }
    }

    func holds(in line: Span<UInt8>) -> Bool {
        let found = LineValue(at: path, in: line)
        switch test {
        case .exists(let wanted): return (found != nil) == wanted
        case .notEqual(let operand): return !(found?.equals(operand) ?? false)
        case .noneOf(let operands): return !(found.map { value in operands.contains { value.equals($0) } } ?? false)
        default: return found.map(holds) ?? false
        }
    }

    private func holds(of value: LineValue) -> Bool {
        switch test {
        case .equal(let operand): value.equals(operand)
        case .oneOf(let operands): operands.contains { value.equals($0) }
        case .greater(let operand): value.order(to: operand).map { $0 > 0 } ?? false
        case .greaterOrEqual(let operand): value.order(to: operand).map { $0 >= 0 } ?? false
        case .less(let operand): value.order(to: operand).map { $0 < 0 } ?? false
        case .lessOrEqual(let operand): value.order(to: operand).map { $0 <= 0 } ?? false
        case .between(let low, let high):
            (value.order(to: low).map { $0 >= 0 } ?? false) && (value.order(to: high).map { $0 <= 0 } ?? false)
        case .contains: value.contains(needle)
        case .exists, .notEqual, .noneOf: false
        }
    }
}

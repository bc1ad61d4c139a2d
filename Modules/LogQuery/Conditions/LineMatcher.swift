import LogModel

/// Says whether a line meets the text and the conditions of a filter; the same for all stores.
///
/// A line is walked once for each condition, unless its bytes show that it cannot meet them, and each text in it is
/// compared in time that grows with its length alone.
struct LineMatcher: Sendable {
    private let needle: TextNeedle?
    private let sieve: LineSieve
    private let conditions: [PreparedCondition]
    /// What a byte of a line costs, in bytes in which one text is looked for.
    let weight: Int

    init(_ filter: LogFilter) {
        let needles = filter.needles
        needle = needles.text
        sieve = LineSieve(filter, needles, skipsText: true)
        conditions = zip(filter.conditions, needles.parts).map(PreparedCondition.init)
        weight = conditions.reduce(1) { $0 + $1.weight }
    }

    func matches(_ line: Span<UInt8>) -> Bool {
        if let needle, !needle.occurs(inLine: line) { return false }
        return conditions.isEmpty || (sieve.admits(line) && conditions.allSatisfy { $0.holds(in: line) })
    }
}

/// A condition with what its test looks for made ready.
private struct PreparedCondition: Sendable {
    let path: PreparedPath
    let test: Condition.Test
    let needle: TextNeedle?

    init(_ condition: Condition, _ needle: TextNeedle?) {
        path = PreparedPath(condition.path)
        test = condition.test
        self.needle = needle
    }

    /// To find a value takes some times as long as to find a text, and each value that it is compared with takes time.
    var weight: Int {
        switch test {
        case .oneOf(let operands), .noneOf(let operands): 4 + operands.count / 8
        default: 4
        }
    }

    func holds(in line: Span<UInt8>) -> Bool {
        switch test {
        case .exists(let wanted): path.leads(in: line) { _, _ in true } == wanted
        case .notEqual, .noneOf: !path.leads(in: line) { isMet(LineValue($0, $1, in: line), in: line) }
        default: path.leads(in: line) { isMet(LineValue($0, $1, in: line), in: line) }
        }
    }

    /// Whether one value meets the test, or what the test denies.
    private func isMet(_ value: LineValue, in line: Span<UInt8>) -> Bool {
        switch test {
        case .equal(let operand), .notEqual(let operand): value.equals(operand, in: line)
        case .oneOf(let operands), .noneOf(let operands): operands.contains { value.equals($0, in: line) }
        case .greater(let operand): value.order(to: operand, in: line).map { $0 > 0 } ?? false
        case .greaterOrEqual(let operand): value.order(to: operand, in: line).map { $0 >= 0 } ?? false
        case .less(let operand): value.order(to: operand, in: line).map { $0 < 0 } ?? false
        case .lessOrEqual(let operand): value.order(to: operand, in: line).map { $0 <= 0 } ?? false
        case .between(let low, let high):
            (value.order(to: low, in: line).map { $0 >= 0 } ?? false)
                && (value.order(to: high, in: line).map { $0 <= 0 } ?? false)
        case .contains: value.contains(needle, in: line)
        case .exists: true
        }
    }
}

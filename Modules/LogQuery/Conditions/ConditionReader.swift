public import LogModel

/// Parses conditions of callers.
///
/// In the API conditions are a list of `{path, op, value}`, on the command line they are texts. Both share these rules
/// of operators and values.
public struct ConditionReader: Sendable {
    /// From when ages count back.
    let now: Timestamp

    /// The greatest number of conditions of a question.
    public static let limit = 50

    /// The greatest number of values of `in` and `not_in`.
    public static let valueLimit = 100

    /// The names of the operators.
    public static let operators = [
        "eq", "neq", "gt", "gte", "lt", "lte", "in", "not_in", "like", "exists", "between",
    ]

    /// Makes a parser of conditions whose ages count back from `now`.
    public init(now: Timestamp) { self.now = now }

    /// Parses the list of a question.
    /// - Throws: ``ConditionError`` when the value is no list of conditions, or has more than ``limit`` of them.
    public func conditions(_ node: JSONNode) throws(ConditionError) -> [Condition] {
        guard case .array(let nodes) = node, nodes.count <= ConditionReader.limit else {
            throw .invalid("\"where\" must be a list of at most \(ConditionReader.limit) conditions")
        }
        if let name = node.repeatedMember { throw .invalid("the member \"\(name)\" is there twice") }
        return try nodes.enumerated().map { (index, node) throws(ConditionError) in
            try condition(node, number: index + 1)
        }
    }

    private func condition(_ node: JSONNode, number: Int) throws(ConditionError) -> Condition {
        guard case .object(let members) = node else {
            throw .invalid("a condition must be an object {path, op, value}")
        }
        var path: JSONNode?
        var operation: JSONNode?
        var value: JSONNode?
        for member in members {
            switch member.name {
            case "path": path = member.value
            case "op": operation = member.value
            case "value": value = member.value
            default: throw .unknownMember(member.name, known: ["path", "op", "value"])
            }
        }
        guard case .text(let name)? = operation else { throw .invalid("a condition's \"op\" must be a string") }
        return Condition(path: try fieldPath(path, number), test: try test(name, value))
    }

    /// A text as ``FieldPath`` reads it, or a list of names, whatever is in them.
    private func fieldPath(_ node: JSONNode?, _ number: Int) throws(ConditionError) -> FieldPath {
        do throws(FieldPathFault) {
            switch node {
            case .text(let text)?: return try FieldPath(text)
            case .array(let nodes)?:
                let names = nodes.compactMap(\.textValue)
                if names.count == nodes.count { return try FieldPath(names: names) }
            default: break
            }
        } catch {
            throw .invalid("the \"path\" of condition \(number) is wrong \(error)")
        }
        throw .invalid("the \"path\" of condition \(number) must be a string or a list of strings")
    }

    /// A condition of a path, an operator and a value in the words of the API.
    func condition(path: FieldPath, operation: String, value: JSONNode?) throws(ConditionError) -> Condition {
        if let name = value?.repeatedMember { throw .invalid("the member \"\(name)\" is there twice") }
        return Condition(path: path, test: try test(operation, value))
    }

    private func test(_ name: String, _ value: JSONNode?) throws(ConditionError) -> Condition.Test {
        switch name {
        case "eq": return .equal(try operand(name, value))
        case "neq": return .notEqual(try operand(name, value))
        case "gt": return .greater(try ordered(name, value))
        case "gte": return .greaterOrEqual(try ordered(name, value))
        case "lt": return .less(try ordered(name, value))
        case "lte": return .lessOrEqual(try ordered(name, value))
        case "in": return .oneOf(try operands(name, value))
        case "not_in": return .noneOf(try operands(name, value))
        case "like":
            guard let text = value?.textValue else { throw .invalid("the value of \"like\" must be a string") }
            guard !text.isEmpty else {
                throw .invalid("the value of \"like\" is empty, which every string has in it; give it a text")
            }
            return .contains(text)
        case "exists":
            guard case .flag(let wanted)? = value ?? .flag(true) else {
                throw .invalid("the value of \"exists\" must be true or false")
            }
            return .exists(wanted)
        case "between": return try between(value)
        default:
            throw .invalid(
                "\"\(name)\" is no operator; known are \(ConditionReader.operators.joined(separator: ", "))")
        }
    }

    private func between(_ value: JSONNode?) throws(ConditionError) -> Condition.Test {
        guard case .array(let pair)? = value, pair.count == 2 else {
            throw .invalid("the value of \"between\" must be a list of two")
        }
        let low = try ordered("between", pair[0])
        let high = try ordered("between", pair[1])
        let isReversed =
            switch (low, high) {
            case (.text(let first), .text(let second)): second.bytes.lexicographicallyPrecedes(first.bytes)
            case (.number(let first), .number(let second)): first.order(to: second) > 0
            case (.time(let first), .time(let second)): first > second
            default: throw .invalid("the values of \"between\" must be two numbers, two strings or two times")
            }
        guard !isReversed else {
            throw .invalid(
                "the values of \"between\" are reversed, so that nothing is between them: the lesser one comes first, "
                    + "of times the earlier, of ages the longer")
        }
        return .between(low, high)
    }

    private func operands(_ name: String, _ value: JSONNode?) throws(ConditionError) -> [Operand] {
        guard case .array(let nodes)? = value, (1...ConditionReader.valueLimit).contains(nodes.count) else {
            throw .invalid("the value of \"\(name)\" must be a list of 1 to \(ConditionReader.valueLimit) values")
        }
        return try nodes.map { (node) throws(ConditionError) in try operand(name, node) }
    }

    private func ordered(_ name: String, _ value: JSONNode?) throws(ConditionError) -> Operand {
        let operand = try operand(name, value)
        switch operand {
        case .text, .number, .time: return operand
        case .flag, .null: throw .invalid("the value of \"\(name)\" must be a number, a string or a time")
        }
    }

    private func operand(_ name: String, _ value: JSONNode?) throws(ConditionError) -> Operand {
        switch value {
        case .text(let text)?: return .text(TextValue(text))
        case .brokenText(let text)?: return .text(text)
        case .flag(let flag)?: return .flag(flag)
        case .null?: return .null
        case .number(let text)?:
            guard let number = JSONNumber(text) else { throw .invalid("\(text) is not a number") }
            return .number(number)
        case .object(let members)?: return .time(try time(members))
        default: throw .invalid("the value of \"\(name)\" must be a string, a number, true, false, null or a time")
        }
    }

    /// `{"time": "2026-11-20T08:00:00Z"}`, a number in place of the text, or `{"age": "15m"}`: so long before now.
    private func time(_ members: [JSONNode.Member]) throws(ConditionError) -> Timestamp {
        guard members.count == 1 else { throw .invalid(ConditionReader.timeForm) }
        switch (members[0].name, members[0].value) {
        case ("time", .text(let text)):
            guard let moment = Timestamp(clampingRFC3339: text) else { break }
            return moment
        case ("time", .number(let text)):
            let digits = Array(text.utf8)
            guard let moment = Timestamp(number: digits.span) else { break }
            return moment
        case ("age", .text(let text)):
            // With a sign it could be meant either way.
            guard let age = Duration(span: text) else { break }
            return TimeArgument.span(age).before(now)
        case ("time", _), ("age", _): break
        default: throw .unknownMember(members[0].name, known: ["time", "age"])
        }
        throw .invalid(ConditionReader.timeForm)
    }

    private static let timeForm =
        "a time is {\"time\": \"2026-11-20T08:00:00Z\"}, or {\"age\": \"15m\"} for so long before now"
}

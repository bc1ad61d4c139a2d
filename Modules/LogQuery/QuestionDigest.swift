import LogModel

/// Bytes that tell questions apart, each part of them with its kind and length in front.
///
/// Positions in answers hold a digest of them and live on in clients, so the bytes of a question never change: they
/// name no types and cases of the program.
struct QuestionDigest {
    private var bytes: [UInt8] = []

    /// The digest of a question in an order.
    static func value(of filter: LogFilter, in order: LogOrder) -> UInt64 {
        var digest = QuestionDigest()
        digest.add("app", filter.app.text)
        digest.add("from", filter.from?.nanoseconds)
        digest.add("to", filter.to?.nanoseconds)
        digest.add("level", filter.level.map { Int64($0.rawValue) })
        digest.add("minLevel", filter.minLevel.map { Int64($0.rawValue) })
        digest.add("timeIsReceipt", filter.timeIsReceipt.map { $0 ? 1 : 0 })
        if let text = filter.text { digest.add("q", text.bytes) }
        for condition in filter.conditions { digest.add(condition) }
        let name =
            switch order {
            case .newestFirst: "desc"
            case .oldestFirst: "asc"
            case .stored: "stored"
            }
        digest.add("order", name)
        return XXH64.value(of: digest.bytes.span)
    }

    private mutating func add(_ name: String, _ value: some Sequence<UInt8>) {
        let value = Array(value)
        bytes.append(contentsOf: "\(name)=\(value.count):".utf8)
        bytes.append(contentsOf: value)
    }

    private mutating func add(_ name: String, _ text: String) { add(name, text.utf8) }

    private mutating func add(_ name: String, _ number: Int64?) {
        if let number { add(name, String(number)) }
    }

    private mutating func add(_ condition: Condition) {
        for step in condition.path.steps {
            switch step {
            case .name(let name): add("name", name.bytes)
            case .anyElement: add("any", "")
            }
        }
        switch condition.test {
        case .equal(let operand): add("eq", [operand])
        case .notEqual(let operand): add("neq", [operand])
        case .greater(let operand): add("gt", [operand])
        case .greaterOrEqual(let operand): add("gte", [operand])
        case .less(let operand): add("lt", [operand])
        case .lessOrEqual(let operand): add("lte", [operand])
        case .oneOf(let operands): add("in", operands)
        case .noneOf(let operands): add("not_in", operands)
        case .contains(let text): add("like", text.bytes)
        case .exists(let isThere): add("exists", isThere ? 1 : 0)
        case .between(let low, let high): add("between", [low, high])
        }
    }

    private mutating func add(_ name: String, _ operands: [Operand]) {
        add(name, Int64(operands.count))
        for operand in operands {
            switch operand {
            case .text(let text): add("text", text.bytes)
            case .number(let number): add("number", number.canonicalBytes)
            case .flag(let flag): add("flag", flag ? 1 : 0)
            case .null: add("null", "")
            case .time(let moment): add("time", moment.nanoseconds)
            }
        }
    }
}

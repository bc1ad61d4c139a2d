import LogQuery

/// What must be in the bytes of a line that meets a filter's text and conditions.
///
/// It narrows down what leaves the server and decides nothing: each line that is given is judged by the domain. A string
/// of JSON may be written with escapes, so a line that may hold one for a character of the text is always given.
struct LineNarrowing {
    /// Texts of which at least one must be in the line; each group stands for itself.
    private var groups: [Group] = []

    private struct Group {
        let texts: [String]
        let ignoresCase: Bool
        /// What is in a line in which one of the texts is written with escapes.
        let escape: String
    }

    /// How many texts one group may hold; with more, looking costs as much as giving the line.
    private static let groupLimit = 8

    init(_ filter: LogFilter) {
        if let text = filter.text, !text.isEmpty { add([text], ignoresCase: true) }
        for condition in filter.conditions { add(condition) }
    }

    /// Whether nothing is known that must be in a line.
    var isEmpty: Bool { groups.isEmpty }

    /// Adds the texts to what must hold.
    func narrow(_ condition: inout RecordCondition) {
        for group in groups {
            let line = group.ignoresCase ? "lower(r.line)" : "r.line"
            let tests = group.texts.map { _ in "strpos(\(line), ?) > 0" }
            condition.add(
                "(\(tests.joined(separator: " OR ")) OR strpos(r.line, ?) > 0)",
                group.texts.map { .text($0) } + [.text(group.escape)])
        }
    }

    private mutating func add(_ condition: Condition) {
        switch condition.test {
        case .notEqual, .noneOf, .exists(false): return
        case .equal(let operand): add(texts(of: [operand]), ignoresCase: false)
        case .oneOf(let operands): add(texts(of: operands), ignoresCase: false)
        case .contains(let part): add([part], ignoresCase: true)
        case .exists(true), .greater, .greaterOrEqual, .less, .lessOrEqual, .between: break
        }
        // The member itself must be there; a line is an object, so what comes first on its path is a name.
        if let name = condition.path.first { add([name], ignoresCase: false, quote: "\"") }
    }

    /// The operands when all of them are texts; else nothing is known.
    private func texts(of operands: [Operand]) -> [String] {
        let texts = operands.compactMap { operand in
            if case .text(let text) = operand { text } else { nil }
        }
        return texts.count == operands.count ? texts : []
    }

    private mutating func add(_ texts: [String], ignoresCase: Bool, quote: String = "") {
        // The server's `lower` in the order of bytes changes A to Z alone, as the domain does for a text of ASCII. It can
        // take no NUL, which can stand in a line as an escape only.
        guard !texts.isEmpty, texts.count <= LineNarrowing.groupLimit,
            texts.allSatisfy({ !$0.isEmpty && !$0.utf8.contains(0) }),
            !ignoresCase || texts.allSatisfy({ $0.utf8.allSatisfy { $0 < 0x80 } })
        else { return }
        // Most characters have no other escape than `\u` and their number.
        let hasOther = texts.contains { $0.utf8.contains { $0 < 0x20 || $0 == 0x22 || $0 == 0x2F || $0 == 0x5C } }
        let wanted = texts.map { quote + (ignoresCase ? $0.lowercased() : $0) + quote }
        groups.append(Group(texts: wanted, ignoresCase: ignoresCase, escape: hasOther ? "\\" : "\\u"))
    }
}

import LogModel

/// What must be in the bytes of a line that meets a filter's text and conditions.
///
/// It lets through every line that meets them, and most others not: it is for stores, to give fewer lines to be judged,
/// and decides nothing. A string of JSON may be written with escapes, so a line that may hold one for a character of
/// what is looked for is let through.
public struct LineSieve: Sendable {
    /// What must be there; each group stands for itself.
    public let groups: [Group]

    /// Texts of which at least one must be in the line, unless one of them may be there in another form.
    public struct Group: Sendable {
        /// The texts, in lower case if case does not matter; none is empty, and none holds a NUL.
        public let texts: [String]
        /// Whether A to Z are met by their upper and lower case alike; all texts are ASCII then.
        public let ignoresCase: Bool
        /// What is in a line in which one of the texts is written with escapes.
        public let escape: String

        private let searches: [ByteSearch]
        private let escapeSearch: ByteSearch

        init(_ texts: [String], ignoresCase: Bool, escape: String) {
            self.texts = texts
            self.ignoresCase = ignoresCase
            self.escape = escape
            searches = texts.map { ByteSearch(Array($0.utf8), ignoresCase: ignoresCase) }
            escapeSearch = ByteSearch(Array(escape.utf8))
        }

        fileprivate func admits(_ line: Span<UInt8>) -> Bool {
            for search in searches where search.occurs(in: line) ?? true { return true }
            return escapeSearch.occurs(in: line) ?? true
        }
    }

    /// How many texts one group may hold; with more, looking costs as much as judging the line.
    private static let groupLimit = 8

    /// What must be in lines that meet a filter.
    public init(_ filter: LogFilter) {
        var groups: [Group] = []
        if let text = filter.text, !text.isEmpty {
            groups += [LineSieve.group([text], ignoresCase: true)].compactMap { $0 }
        }
        for condition in filter.conditions { groups += LineSieve.groups(of: condition) }
        self.groups = groups
    }

    /// Whether nothing is known that must be in a line.
    public var isEmpty: Bool { groups.isEmpty }

    /// Whether a line may meet the filter.
    public func admits(_ line: Span<UInt8>) -> Bool { groups.allSatisfy { $0.admits(line) } }

    private static func groups(of condition: Condition) -> [Group] {
        var groups: [Group?] = []
        switch condition.test {
        case .notEqual, .noneOf, .exists(false): return []
        case .equal(let operand): groups.append(group(texts(of: [operand]), ignoresCase: false))
        case .oneOf(let operands): groups.append(group(texts(of: operands), ignoresCase: false))
        case .contains(let part): groups.append(group([part], ignoresCase: true))
        case .exists(true), .greater, .greaterOrEqual, .less, .lessOrEqual, .between: break
        }
        // The member itself must be there; a line is an object, so what comes first on its path is a name.
        if case .name(let name)? = condition.path.steps.first { groups.append(group([name], ignoresCase: false, quote: "\"")) }
        return groups.compactMap { $0 }
    }

    /// The operands when all of them are texts; else nothing is known.
    private static func texts(of operands: [Operand]) -> [TextValue] {
        let texts = operands.compactMap { operand in
            if case .text(let text) = operand { text } else { nil }
        }
        return texts.count == operands.count ? texts : []
    }

    /// A group, if something is known by it.
    private static func group(_ texts: [TextValue], ignoresCase: Bool, quote: String = "") -> Group? {
        // A NUL can stand in a line as an escape only, and letters beyond ASCII have more than two cases.
        guard !texts.isEmpty, texts.count <= groupLimit,
            texts.allSatisfy({ !$0.isEmpty && !$0.bytes.contains(0) }),
            !ignoresCase || texts.allSatisfy({ $0.bytes.allSatisfy { $0 < 0x80 } })
        else { return nil }
        let strings = texts.compactMap(\.string)
        guard strings.count == texts.count else { return nil }
        let wanted = strings.map { quote + (ignoresCase ? $0.lowercased() : $0) + quote }
        return Group(wanted, ignoresCase: ignoresCase, escape: escape(of: texts))
    }

    /// What is in a line in which a character of the texts is written as an escape.
    static func escape(of texts: [TextValue]) -> String {
        // Most characters have no other escape than `\u` and their number.
        let hasOther = texts.contains { $0.bytes.contains { $0 < 0x20 || $0 == 0x22 || $0 == 0x2F || $0 == 0x5C } }
        return hasOther ? "\\" : "\\u"
    }
}

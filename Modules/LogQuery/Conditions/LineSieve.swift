import LogModel

/// What must be in the bytes of a line that meets a filter's text and conditions.
///
/// It lets through every line that meets them, and most others not: it is for stores, to give fewer lines to be judged,
/// and decides nothing. A string of JSON may be written with escapes, so a line that may hold one for a character of
/// what is looked for is let through.
public struct LineSieve: Sendable {
    /// What must be there; each group stands for itself.
    public let groups: [Group]
    private let finders: [Finder]

    /// Texts of which at least one must be in the line, unless one of them may be there in another form.
    public struct Group: Sendable {
        /// The texts, A to Z in lower case if case does not matter; none is empty, and none holds a NUL.
        public let texts: [String]
        /// Whether A to Z are met by their upper and lower case alike; of other letters each case is a text of its own.
        public let ignoresCase: Bool
        /// What is in a line, as it is written here, in which one of the texts has another form: escapes of JSON, and
        /// rare letters that are alike (ſ for s).
        public let otherForms: [String]

        fileprivate let finder: Finder

        /// Texts that are looked for as they are.
        init(_ texts: [String], escape: String) {
            self.texts = texts
            ignoresCase = false
            otherForms = [escape]
            finder = Finder(searches: (texts + [escape]).map { ByteSearch(Array($0.utf8)) }, needle: nil)
        }

        /// A text that is looked for in any case.
        init(_ text: TextValue, escape: String) {
            let fragment = CaselessFragment(of: Letters(text))
            texts = fragment.texts
            ignoresCase = fragment.ignoresCase
            otherForms = [escape] + fragment.strays
            finder = Finder(searches: [], needle: TextNeedle(text))
        }

    }

    /// What looks for a group in this process; a class, since it is handed from line to line.
    fileprivate final class Finder: Sendable {
        private let searches: [ByteSearch]
        /// Looks for all of a text, of which a store's own language looks for a part.
        private let needle: TextNeedle?

        init(searches: [ByteSearch], needle: TextNeedle?) {
            self.searches = searches
            self.needle = needle
        }

        func admits(_ line: Span<UInt8>) -> Bool {
            if let needle { return needle.mayOccur(inLine: line) }
            for search in searches where search.occurs(in: line) ?? true { return true }
            return false
        }
    }

    /// How many texts one group may hold; with more, looking costs as much as judging the line.
    private static let groupLimit = 8

    /// What must be in lines that meet a filter.
    public init(_ filter: LogFilter) {
        var groups: [Group] = []
        if let text = filter.text, !text.isEmpty {
            groups += [LineSieve.group(inAnyCase: text)].compactMap { $0 }
        }
        for condition in filter.conditions { groups += LineSieve.groups(of: condition) }
        self.groups = groups
        finders = groups.map(\.finder)
    }

    /// Whether nothing is known that must be in a line.
    public var isEmpty: Bool { groups.isEmpty }

    /// Whether a line may meet the filter.
    public func admits(_ line: Span<UInt8>) -> Bool {
        for finder in finders where !finder.admits(line) { return false }
        return true
    }

    private static func groups(of condition: Condition) -> [Group] {
        var groups: [Group?] = []
        switch condition.test {
        case .notEqual, .noneOf, .exists(false): return []
        case .equal(let operand): groups.append(group(texts(of: [operand])))
        case .oneOf(let operands): groups.append(group(texts(of: operands)))
        case .contains(let part): groups.append(group(inAnyCase: part))
        case .exists(true), .greater, .greaterOrEqual, .less, .lessOrEqual, .between: break
        }
        // The member itself must be there; a line is an object, so what comes first on its path is a name.
        if case .name(let name)? = condition.path.steps.first { groups.append(group([name], quote: "\"")) }
        return groups.compactMap { $0 }
    }

    /// The operands when all of them are texts; else nothing is known.
    private static func texts(of operands: [Operand]) -> [TextValue] {
        let texts = operands.compactMap { operand in
            if case .text(let text) = operand { text } else { nil }
        }
        return texts.count == operands.count ? texts : []
    }

    /// A group of texts that are looked for as they are, if something is known by it.
    private static func group(_ texts: [TextValue], quote: String = "") -> Group? {
        guard !texts.isEmpty, texts.count <= groupLimit, texts.allSatisfy(canBeWritten) else { return nil }
        return Group(texts.compactMap(\.string).map { quote + $0 + quote }, escape: escape(of: texts))
    }

    /// A group of a text that is looked for in any case, if something is known by it.
    private static func group(inAnyCase text: TextValue) -> Group? {
        canBeWritten(text) ? Group(text, escape: escape(of: [text])) : nil
    }

    /// Whether a text can stand in a line without escapes: a NUL cannot, and neither can half of a surrogate pair.
    private static func canBeWritten(_ text: TextValue) -> Bool {
        !text.isEmpty && !text.bytes.contains(0) && text.string != nil
    }

    /// What is in a line in which a character of the texts is written as an escape.
    static func escape(of texts: [TextValue]) -> String {
        // Most characters have no other escape than `\u` and their number.
        let hasOther = texts.contains { $0.bytes.contains { $0 < 0x20 || $0 == 0x22 || $0 == 0x2F || $0 == 0x5C } }
        return hasOther ? "\\" : "\\u"
    }
}

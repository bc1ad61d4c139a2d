import LogModel

/// A necessary condition on the bytes of lines that meet a filter's text and conditions.
///
/// It admits every line that meets them, and few others. Stores use it to return fewer lines; it does not decide which
/// lines match. A JSON string may contain escapes, so a line that may contain an escape of a wanted character is
/// admitted.
public struct LineSieve: Sendable {
    private let finders: [Finder]

    /// Texts of which at least one must be in the line, unless one of them may be in it in another form.
    public struct Group: Sendable {
        /// The texts, A to Z in lower case if case does not matter.
        ///
        /// None is empty, and none contains a NUL.
        public let texts: [String]
        /// Whether the case of A to Z is ignored; of other letters each case is a text of its own.
        public let ignoresCase: Bool
        /// The texts that are in a line in which one of the texts has another form: escapes of JSON, and rare letters
        /// that are equal without regard to case (ſ for s).
        public let otherForms: [String]
    }

    /// The groups; a line must meet each of them.
    ///
    /// They are for stores that search in a language of their own. They are made with each call, and the choice of
    /// texts suits such a language.
    public var groups: [Group] { finders.map(\.group) }

    /// What looks for a group in this process; a class, since it is handed from line to line.
    private final class Finder: Sendable {
        private enum Wanted: Sendable {
            /// One of some texts, with their case.
            case texts([String], [ByteSearch])
            /// A whole text without regard to case; a store's own language searches for a part of it.
            case needle(TextNeedle)
        }

        private let wanted: Wanted
        private let escape: String

        /// Looks for texts as they are.
        init(_ texts: [String], escape: String) {
            wanted = .texts(texts, (texts + [escape]).map { ByteSearch(Array($0.utf8)) })
            self.escape = escape
        }

        /// Looks for a text in any case.
        init(_ needle: TextNeedle, escape: String) {
            wanted = .needle(needle)
            self.escape = escape
        }

        var group: Group {
            switch wanted {
            case .texts(let texts, _): return Group(texts: texts, ignoresCase: false, otherForms: [escape])
            case .needle(let needle):
                let fragment = CaselessFragment(of: needle.letters)
                return Group(
                    texts: fragment.texts, ignoresCase: fragment.ignoresCase, otherForms: [escape] + fragment.strays)
            }
        }

        func admits(_ line: Span<UInt8>) -> Bool {
            switch wanted {
            case .needle(let needle): return needle.mayOccur(inLine: line)
            case .texts(_, let searches):
                for search in searches where search.occurs(in: line) ?? true { return true }
                return false
            }
        }
    }

    /// How many texts one group may hold; with more, looking costs as much as judging the line.
    private static let groupLimit = 8

    /// Makes the sieve of a filter.
    public init(_ filter: LogFilter) { self.init(filter, filter.needles, skipsText: false) }

    /// What must be in lines that meet a filter, or its conditions alone.
    init(_ filter: LogFilter, _ needles: Needles, skipsText: Bool) {
        var finders: [Finder] = []
        if !skipsText, let text = filter.text, let finder = LineSieve.finder(inAnyCase: text, needles.text) {
            finders.append(finder)
        }
        for (condition, needle) in zip(filter.conditions, needles.parts) {
            finders += LineSieve.finders(of: condition, needle)
        }
        self.finders = finders
    }

    /// The number of searches in a line.
    public var weight: Int { finders.count }

    /// Whether the sieve admits every line.
    public var isEmpty: Bool { finders.isEmpty }

    /// Tells whether a line may meet the filter.
    public func admits(_ line: Span<UInt8>) -> Bool {
        for finder in finders where !finder.admits(line) { return false }
        return true
    }

    private static func finders(of condition: Condition, _ needle: TextNeedle?) -> [Finder] {
        var finders: [Finder?] = []
        switch condition.test {
        case .notEqual, .noneOf, .exists(false): return []
        case .equal(let operand): finders.append(finder(texts(of: [operand])))
        case .oneOf(let operands): finders.append(finder(texts(of: operands)))
        case .contains(let part): finders.append(finder(inAnyCase: part, needle))
        case .exists(true), .greater, .greaterOrEqual, .less, .lessOrEqual, .between: break
        }
        // The member itself must be there; a line is an object, so what comes first on its path is a name.
        if case .name(let name)? = condition.path.steps.first { finders.append(finder([name], quote: "\"")) }
        return finders.compactMap { $0 }
    }

    /// The operands when all of them are texts; else nothing is known.
    private static func texts(of operands: [Operand]) -> [TextValue] {
        let texts = operands.compactMap { operand in
            if case .text(let text) = operand { text } else { nil }
        }
        return texts.count == operands.count ? texts : []
    }

    /// What looks for texts that are looked for as they are, if something is known by them.
    private static func finder(_ texts: [TextValue], quote: String = "") -> Finder? {
        guard !texts.isEmpty, texts.count <= groupLimit, texts.allSatisfy(canBeWritten) else { return nil }
        return Finder(texts.compactMap(\.string).map { quote + $0 + quote }, escape: escape(of: texts))
    }

    /// What looks for a text that is looked for in any case, if something is known by it.
    private static func finder(inAnyCase text: TextValue, _ needle: TextNeedle?) -> Finder? {
        guard let needle, canBeWritten(text) else { return nil }
        return Finder(needle, escape: escape(of: [text]))
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

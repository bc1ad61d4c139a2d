import LogModel

extension ConditionReader {
    /// The symbols of operators on a command line; a symbol that begins with another one comes before it.
    public static let symbols = [
        ("==", "eq"), ("!=", "neq"), (">=", "gte"), ("<=", "lte"), ("<>", "neq"), ("=", "eq"), (">", "gt"), ("<", "lt"),
        ("~", "like"),
    ]

    /// Parses conditions of a command line, one in each text: `status >= 500`.
    ///
    /// A condition is a path, an operator and a value. Operators are `=`, `!=`, `>`, `>=`, `<`, `<=`, `~` or `like`,
    /// `in (a, b)`, `not in (a, b)`, `between a and b`, `exists` and `not exists`, or the names of the API. A value is
    /// JSON, a text in single quotes, `time(2026-11-20T08:00:00Z)`, `age(15m)`, or a bare word, which is a text unless
    /// it is a number, `true`, `false` or `null`.
    /// - Throws: ``ConditionTextError``, which contains the place of the error.
    public func conditions(texts: [String]) throws(ConditionTextError) -> [Condition] {
        guard texts.count <= ConditionReader.limit else {
            throw ConditionTextError("there may be at most \(ConditionReader.limit) conditions", in: "", at: 0)
        }
        return try texts.map { (text) throws(ConditionTextError) in
            var parser = ConditionTextParser(text, reader: self)
            return try parser.condition()
        }
    }
}

/// The reason why a condition is invalid, and the place of the error.
public struct ConditionTextError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The problem.
    public let problem: String
    /// The text of the condition.
    public let text: String
    /// The place of the error: the number of terminal columns before it.
    public let column: Int

    init(_ problem: String, in text: String, at offset: Int) {
        self.problem = problem
        self.text = visibleText(text)
        column = displayWidth(visibleText(String(decoding: text.utf8.prefix(offset), as: UTF8.self)))
    }

    /// The problem, the condition, and a mark below the place of the error.
    public var description: String {
        text.isEmpty ? problem : "\(problem)\n  \(text)\n  \(String(repeating: " ", count: column))^"
    }
}

/// A position in the text of a condition.
private struct ConditionTextParser {
    private let text: String
    private let bytes: [UInt8]
    private let reader: ConditionReader
    private var index = 0

    private static let words = Set(ConditionReader.operators)
    private static let operators =
        "=, !=, >, >=, <, <=, ~, like, in (…), not in (…), between … and …, exists or not exists"

    init(_ text: String, reader: ConditionReader) {
        self.text = text
        self.reader = reader
        bytes = Array(text.utf8)
    }

    private func fault(_ problem: String, at offset: Int) -> ConditionTextError {
        ConditionTextError(problem, in: text, at: offset)
    }

    mutating func condition() throws(ConditionTextError) -> Condition {
        skipSpace()
        let path = try path()
        skipSpace()
        let (name, isNegated) = try operation()
        skipSpace()
        let valueStart = index
        var value: JSONNode?
        switch name {
        case "exists": value = .flag(!isNegated)
        case "in", "not_in": value = try list()
        case "between": value = try between()
        default:
            let isOrdered = ["gt", "gte", "lt", "lte"].contains(name)
            value = try self.value(inList: false, isText: name == "like", isOrdered: isOrdered)
        }
        skipSpace()
        guard index == bytes.count else { throw fault(wordsAboutRest, at: index) }
        do {
            return try reader.condition(path: path, operation: name, value: value)
        } catch {
            throw fault(error.description, at: valueStart)
        }
    }

    /// Why nothing may follow the value, by what follows it.
    private var wordsAboutRest: String {
        let rest = String(decoding: bytes[index...], as: UTF8.self).lowercased()
        func begins(_ words: [String]) -> Bool {
            words.contains { word in rest.hasPrefix(word) && rest.dropFirst(word.count).first?.isLetter != true }
        }
        if begins(["or", "||"]) {
            return "there is no \"or\": of one member ask with in, such as status in (500, 501); of several one by one"
        }
        if begins(["and", "&&"]) { return "a condition has one test: give the next one a --where of its own" }
        return "nothing may follow the value; a text with blanks needs quotes"
    }

    // MARK: - Path and operator

    /// All up to a blank or an operator outside of brackets, as ``FieldPath`` reads it.
    private mutating func path() throws(ConditionTextError) -> FieldPath {
        let start = index
        let rest = String(decoding: bytes[start...], as: UTF8.self)
        do {
            let (path, behind) = try FieldPath.leading(rest) { scalar in
                scalar.value <= 0x20 || "=!<>~(),".unicodeScalars.contains(scalar)
            }
            index = bytes.count - behind.utf8.count
            return path
        } catch {
            let place = rest.unicodeScalars.prefix(error.position - 1).reduce(0) { $0 + UTF8.width($1) }
            throw fault("\(error.reason); a condition begins with a path such as status or user.id", at: start + place)
        }
    }

    /// The name of the operator, and whether `not` is in front of `exists`.
    private mutating func operation() throws(ConditionTextError) -> (name: String, isNegated: Bool) {
        for (symbol, name) in ConditionReader.symbols where bytes[index...].starts(with: symbol.utf8) {
            let behind = bytes[(index + symbol.utf8.count)...].prefix { "=~<>".utf8.contains($0) }
            guard behind.isEmpty else {
                let given = String(decoding: bytes[index..<behind.endIndex], as: UTF8.self)
                throw fault(
                    "there is no operator \(given); use \(ConditionTextParser.operators) (~ and like look for a part of a "
                        + "text, not for a pattern); a text that begins with one of =~<> needs quotes", at: index)
            }
            index += symbol.utf8.count
            return (name, false)
        }
        let start = index
        let word = word().lowercased()
        if word == "not" {
            skipSpace()
            let negated = self.word().lowercased()
            if negated == "in" { return ("not_in", false) }
            if negated == "exists" { return ("exists", true) }
        } else if ConditionTextParser.words.contains(word) {
            return (word, false)
        }
        guard start < bytes.count else {
            throw fault(
                "an operator is missing: \(ConditionTextParser.operators); quote the whole condition, since a shell takes "
                    + "> and < for itself", at: start)
        }
        throw fault("this is no operator; use \(ConditionTextParser.operators)", at: start)
    }

    private mutating func word() -> String {
        let start = index
        while index < bytes.count, (0x61...0x7A).contains(bytes[index] | 0x20) || bytes[index] == UInt8(ascii: "_") {
            index += 1
        }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    // MARK: - Values

    /// `(a, b)`, or a list of JSON.
    private mutating func list() throws(ConditionTextError) -> JSONNode {
        if index < bytes.count, bytes[index] == UInt8(ascii: "[") { return try json() }
        guard take("(") else { throw fault("values in parentheses are missing, such as (500, 502)", at: index) }
        var values: [JSONNode] = []
        repeat {
            skipSpace()
            values.append(try value(inList: true, isText: false))
            skipSpace()
        } while take(",")
        guard take(")") else { throw fault("a , or a ) is missing", at: index) }
        return .array(values)
    }

    private mutating func between() throws(ConditionTextError) -> JSONNode {
        if index < bytes.count, bytes[index] == UInt8(ascii: "[") { return try json() }
        let low = try value(inList: false, isText: false)
        skipSpace()
        let place = index
        guard word().lowercased() == "and" else {
            throw fault("\"and\" is missing between the two values", at: place)
        }
        skipSpace()
        return .array([low, try value(inList: false, isText: false)])
    }

    /// One value; where only a text will do, a bare word is one whatever it looks like.
    ///
    /// Where an order is asked for, a bare word that is a span of time is none: it would be compared letter by letter,
    /// and an age is meant.
    private mutating func value(
        inList: Bool, isText: Bool, isOrdered: Bool = false
    ) throws(ConditionTextError) -> JSONNode {
        guard index < bytes.count else { throw fault("a value is missing", at: index) }
        switch bytes[index] {
        case UInt8(ascii: "\""): return try json()
        case UInt8(ascii: "{") where !isText: return try json()
        case UInt8(ascii: "'"): return try quoted()
        default: break
        }
        if !isText, let time = try time() { return time }
        let start = index
        while index < bytes.count, bytes[index] > 0x20 {
            if inList, bytes[index] == UInt8(ascii: ",") || bytes[index] == UInt8(ascii: ")") { break }
            index += 1
        }
        guard index > start else { throw fault("a value is missing", at: start) }
        let word = String(decoding: bytes[start..<index], as: UTF8.self)
        if isText { return .text(word) }
        guard !isOrdered || Duration(span: word) == nil else {
            throw fault(
                "\(word) would be compared as a text: write age(\(word)) for so long before now, or \"\(word)\" for the "
                    + "text", at: start)
        }
        switch word {
        case "true": return .flag(true)
        case "false": return .flag(false)
        case "null": return .null
        default: return JSONNumber(word) == nil ? .text(word) : .number(word)
        }
    }

    /// A value as JSON writes it.
    private mutating func json() throws(ConditionTextError) -> JSONNode {
        var reader = JSONReader(at: index)
        do {
            let node = try JSONNode.read(&reader, bytes.span)
            index = reader.index
            return node
        } catch {
            throw fault(
                "this is not JSON; a text in double quotes needs its end, and \\ in front of \" and \\", at: index)
        }
    }

    /// A text in single quotes; `\'` and `\\` stand for a quote and a backslash.
    private mutating func quoted() throws(ConditionTextError) -> JSONNode {
        let start = index
        var letters: [UInt8] = []
        index += 1
        while index < bytes.count, bytes[index] != UInt8(ascii: "'") {
            if bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count,
                bytes[index + 1] == UInt8(ascii: "'") || bytes[index + 1] == UInt8(ascii: "\\")
            {
                index += 1
            }
            letters.append(bytes[index])
            index += 1
        }
        guard take("'") else { throw fault("the quote that begins here has no end", at: start) }
        return .text(String(decoding: letters, as: UTF8.self))
    }

    /// `time(…)` or `age(…)`; `nil` when a value begins otherwise.
    private mutating func time() throws(ConditionTextError) -> JSONNode? {
        for name in ["time", "age"] where bytes[index...].starts(with: "\(name)(".utf8) {
            let start = index + name.utf8.count + 1
            guard let end = bytes[start...].firstIndex(of: UInt8(ascii: ")")) else {
                throw fault("a ) is missing", at: bytes.count)
            }
            let inner = String(decoding: bytes[start..<end], as: UTF8.self)
            let isNumber = name == "time" && JSONNumber(inner) != nil
            index = end + 1
            return .object([.init(name: name, value: isNumber ? .number(inner) : .text(inner))])
        }
        return nil
    }

    // MARK: - Letters

    private mutating func skipSpace() {
        while index < bytes.count, bytes[index] <= 0x20 { index += 1 }
    }

    private mutating func take(_ letter: Unicode.Scalar) -> Bool {
        guard index < bytes.count, bytes[index] == UInt8(ascii: letter) else { return false }
        index += 1
        return true
    }
}

/// Reads JSON text (RFC 8259) in place, byte by byte, and allocates nothing.
///
/// It is a position in a text; the text is passed to each call, since a span cannot be kept. It checks the grammar
/// fully; that the text is UTF-8 is checked apart, see ``isUTF8(_:)``.
public struct JSONReader {
    /// Where the next byte is read.
    public var index: Int

    /// How deep arrays and objects may be nested.
    public static let depthLimit = 64

    /// A reader at a position.
    public init(at index: Int = 0) {
        self.index = index
    }

    /// Where the object of a stored line begins, behind what may stand before it: byte order marks, NULs and spaces.
    ///
    /// Every reader of a line begins here, so that all see the same members; the scanner alone says which of those a line
    /// may begin with. It is the end of the line when there is no object.
    public static func objectStart(of line: Span<UInt8>) -> Int {
        for index in line.indices where line[index] == UInt8(ascii: "{") { return index }
        return line.count
    }

    /// What kind a value is of.
    public enum Kind: UInt8, Sendable {
        /// `null`.
        case null
        /// `true`.
        case yes
        /// `false`.
        case no
        /// A number.
        case number
        /// A string.
        case string
        /// An array.
        case array
        /// An object.
        case object
    }

    /// What is wrong with a text.
    public enum Fault: Error, Sendable {
        /// It is not JSON.
        case syntax
        /// It nests more than ``JSONReader/depthLimit`` deep.
        case tooDeep
    }

    /// Steps over spaces, tabs, line feeds and carriage returns.
    @inline(__always)
    public mutating func skipSpace(_ text: Span<UInt8>) {
        while index < text.count {
            let byte = text[index]
            guard byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D else { return }
            index += 1
        }
    }

    /// Steps over one value, at `depth` containers deep, and tells its kind.
    public mutating func skipValue(_ text: Span<UInt8>, depth: Int = 0) throws(Fault) -> Kind {
        guard index < text.count else { throw .syntax }
        switch text[index] {
        case UInt8(ascii: "{"):
            try skipObject(text, depth: depth)
            return .object
        case UInt8(ascii: "["):
            try skipArray(text, depth: depth)
            return .array
        case UInt8(ascii: "\""):
            try skipString(text)
            return .string
        case UInt8(ascii: "t"):
            try skipWord("true", text)
            return .yes
        case UInt8(ascii: "f"):
            try skipWord("false", text)
            return .no
        case UInt8(ascii: "n"):
            try skipWord("null", text)
            return .null
        default:
            try skipNumber(text)
            return .number
        }
    }

    /// Reads an object and shows each member: the key's bytes between its quotes, the value's kind and its bytes.
    ///
    /// Keys are as they stand in the text, escapes and all. `visit` answers whether to go on; when it does not, the
    /// reader stops where it is.
    public mutating func members(
        _ text: Span<UInt8>, depth: Int = 0, _ visit: (Range<Int>, Kind, Range<Int>) -> Bool
    ) throws(Fault) {
        try open(UInt8(ascii: "{"), text, depth: depth)
        guard try !closes(UInt8(ascii: "}"), text) else { return }
        repeat {
            skipSpace(text)
            let key = index + 1
            try skipString(text)
            let keyRange = key..<index - 1
            skipSpace(text)
            try expect(UInt8(ascii: ":"), text)
            skipSpace(text)
            let start = index
            let kind = try skipValue(text, depth: depth + 1)
            guard visit(keyRange, kind, start..<index) else { return }
        } while try goesOn(until: UInt8(ascii: "}"), text)
    }

    /// Reads an array and shows each element: its kind and its bytes; `visit` answers whether to go on.
    public mutating func elements(
        _ text: Span<UInt8>, depth: Int = 0, _ visit: (Kind, Range<Int>) -> Bool
    ) throws(Fault) {
        try open(UInt8(ascii: "["), text, depth: depth)
        guard try !closes(UInt8(ascii: "]"), text) else { return }
        repeat {
            skipSpace(text)
            let start = index
            let kind = try skipValue(text, depth: depth + 1)
            guard visit(kind, start..<index) else { return }
        } while try goesOn(until: UInt8(ascii: "]"), text)
    }

    // MARK: - Containers

    private mutating func skipObject(_ text: Span<UInt8>, depth: Int) throws(Fault) {
        try members(text, depth: depth) { _, _, _ in true }
    }

    private mutating func skipArray(_ text: Span<UInt8>, depth: Int) throws(Fault) {
        try elements(text, depth: depth) { _, _ in true }
    }

    private mutating func open(_ bracket: UInt8, _ text: Span<UInt8>, depth: Int) throws(Fault) {
        try expect(bracket, text)
        guard depth < JSONReader.depthLimit else { throw .tooDeep }
    }

    /// Whether an empty container ends here.
    private mutating func closes(_ bracket: UInt8, _ text: Span<UInt8>) throws(Fault) -> Bool {
        skipSpace(text)
        guard index < text.count else { throw .syntax }
        guard text[index] == bracket else { return false }
        index += 1
        return true
    }

    /// Whether another member or element follows.
    private mutating func goesOn(until bracket: UInt8, _ text: Span<UInt8>) throws(Fault) -> Bool {
        skipSpace(text)
        guard index < text.count else { throw .syntax }
        let byte = text[index]
        index += 1
        if byte == UInt8(ascii: ",") { return true }
        guard byte == bracket else { throw .syntax }
        return false
    }

    // MARK: - Scalars

    private mutating func expect(_ byte: UInt8, _ text: Span<UInt8>) throws(Fault) {
        guard index < text.count, text[index] == byte else { throw .syntax }
        index += 1
    }

    private mutating func skipWord(_ word: StaticString, _ text: Span<UInt8>) throws(Fault) {
        let length = word.utf8CodeUnitCount
        guard index + length <= text.count else { throw .syntax }
        let matches = word.withUTF8Buffer { letters in
            for position in 0..<length where text[index + position] != letters[position] { return false }
            return true
        }
        guard matches else { throw .syntax }
        index += length
    }

    /// Steps over a string, its quotes included.
    private mutating func skipString(_ text: Span<UInt8>) throws(Fault) {
        try expect(UInt8(ascii: "\""), text)
        while index < text.count {
            let byte = text[index]
            index += 1
            if byte == UInt8(ascii: "\"") { return }
            if byte == UInt8(ascii: "\\") { try skipEscape(text) } else if byte < 0x20 { throw .syntax }
        }
        throw .syntax
    }

    private mutating func skipEscape(_ text: Span<UInt8>) throws(Fault) {
        guard index < text.count else { throw .syntax }
        let byte = text[index]
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return
        case UInt8(ascii: "u"):
            guard index + 4 <= text.count else { throw .syntax }
            for position in index..<index + 4 where hexadecimal(text[position]) == nil { throw .syntax }
            index += 4
        default:
            throw .syntax
        }
    }

    private mutating func skipNumber(_ text: Span<UInt8>) throws(Fault) {
        if index < text.count, text[index] == UInt8(ascii: "-") { index += 1 }
        if index < text.count, text[index] == UInt8(ascii: "0") {
            index += 1
        } else {
            try skipDigits(text)
        }
        if index < text.count, text[index] == UInt8(ascii: ".") {
            index += 1
            try skipDigits(text)
        }
        guard index < text.count, text[index] | 0x20 == UInt8(ascii: "e") else { return }
        index += 1
        if index < text.count, text[index] == UInt8(ascii: "+") || text[index] == UInt8(ascii: "-") { index += 1 }
        try skipDigits(text)
    }

    private mutating func skipDigits(_ text: Span<UInt8>) throws(Fault) {
        let start = index
        while index < text.count, text[index] >= 0x30, text[index] <= 0x39 { index += 1 }
        guard index > start else { throw .syntax }
    }
}

/// The value of a hexadecimal digit.
@inline(__always)
func hexadecimal(_ byte: UInt8) -> UInt32? {
    switch byte {
    case 0x30...0x39: UInt32(byte - 0x30)
    case 0x41...0x46: UInt32(byte - 0x41 + 10)
    case 0x61...0x66: UInt32(byte - 0x61 + 10)
    default: nil
    }
}

/// Whether bytes are well-formed UTF-8 (Unicode 15, table 3-7).
public func isUTF8(_ bytes: Span<UInt8>) -> Bool {
    do {
        _ = try UTF8Span(validating: bytes)
        return true
    } catch {
        return false
    }
}

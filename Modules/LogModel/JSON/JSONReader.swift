/// Reads JSON text (RFC 8259) in place, byte by byte, without allocating memory.
///
/// The reader is a position in a text. The text is passed to each call, because a span cannot be stored. The reader
/// checks the full grammar, and does not check that the text is UTF-8: see ``isUTF8(_:)``.
public struct JSONReader {
    /// The position of the next byte.
    public var index: Int

    /// The greatest depth of nested arrays and objects.
    public static let depthLimit = 64

    /// Makes a reader at a position.
    public init(at index: Int = 0) {
        self.index = index
    }

    /// Finds the start of the object in a stored line, behind byte order marks, NULs and spaces.
    ///
    /// Every reader of a line begins here, so that all see the same members. Only the scanner decides which of these
    /// bytes a line may begin with. Without an object the result is the end of the line.
    public static func objectStart(of line: Span<UInt8>) -> Int {
        for index in line.indices where line[index] == UInt8(ascii: "{") { return index }
        return line.count
    }

    /// The kind of a value.
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

    /// The reason why a text cannot be read.
    public enum Fault: Error, Sendable {
        /// It is not JSON.
        case syntax
        /// It nests more than ``JSONReader/depthLimit`` deep.
        case tooDeep
    }

    /// Skips spaces, tabs, line feeds and carriage returns.
    @inline(__always)
    public mutating func skipSpace(_ text: Span<UInt8>) {
        while index < text.count {
            let byte = text[index]
            guard byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D else { return }
            index += 1
        }
    }

    /// Skips one value, which is nested `depth` containers deep, and returns its kind.
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

    /// Reads an object and passes each member to `visit`: the range of the key between its quotes, the value's kind and
    /// its range.
    ///
    /// Keys are not decoded. `visit` returns whether to continue; if not, the reader stops at its position.
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

    /// Reads an array and passes each element to `visit`: its kind and its range.
    ///
    /// `visit` returns whether to continue.
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

/// Writes JSON text into an array of bytes.
///
/// The text never holds a newline, so it can be a line.
public struct JSONText: Sendable {
    /// The text so far.
    public var bytes: [UInt8]

    /// Goes on in an array, whose room is used.
    public init(into bytes: consuming [UInt8] = []) { self.bytes = bytes }

    /// Appends one byte.
    @inline(__always)
    public mutating func append(_ byte: Unicode.Scalar) { bytes.append(UInt8(ascii: byte)) }

    /// Appends text that is JSON already.
    public mutating func append(raw text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// Appends text that is JSON already.
    public mutating func append(raw text: borrowing [UInt8]) {
        // An array that is handed to another one's append is retained for it: an atomic step on a count that all
        // threads share.
        text.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
    }

    /// Appends a string with its quotes; what is no Unicode became U+FFFD before.
    public mutating func append(string text: String) {
        append("\"")
        append(letters: text)
        append("\"")
    }

    /// Appends a string without its quotes, which stand in the text before and behind it.
    public mutating func append(letters text: String) {
        var text = text
        text.withUTF8 { letters in
            // Nearly no string of a log needs an escape, and a look without a branch is one for many bytes at once.
            var escapes: UInt8 = 0
            for byte in letters { escapes |= JSONText.needsEscape(byte) ? 1 : 0 }
            if escapes == 0 { bytes.append(contentsOf: letters) } else { append(escaping: letters) }
        }
    }

    /// Appends a whole number.
    public mutating func append(integer value: some BinaryInteger) {
        if let small = UInt64(exactly: value) { return append(digits: small) }
        if let small = Int64(exactly: value) {
            append("-")
            return append(digits: small.magnitude)
        }
        var digits = value.description
        digits.withUTF8 { bytes.append(contentsOf: $0) }
    }

    /// Appends a whole number, without a string in between.
    public mutating func append(digits value: UInt64) {
        var rest = value
        var first = bytes.count
        repeat {
            bytes.append(0x30 + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        var last = bytes.count - 1
        while first < last {
            bytes.swapAt(first, last)
            first += 1
            last -= 1
        }
    }

    /// Appends the shortest text that reads back as the same number; what is no number becomes a string.
    public mutating func append(number value: Double) {
        append(float: value.description, isFinite: value.isFinite, isNaN: value.isNaN, isNegative: value < 0)
    }

    /// Appends the shortest text that reads back as the same number; what is no number becomes a string.
    public mutating func append(number value: Float) {
        append(float: value.description, isFinite: value.isFinite, isNaN: value.isNaN, isNegative: value < 0)
    }

    /// Appends `true` or `false`.
    public mutating func append(boolean value: Bool) { append(raw: value ? "true" : "false") }

    /// Appends `null`.
    public mutating func appendNull() { append(raw: "null") }

    /// Appends a value of the settings' metadata.
    public mutating func append(_ value: MetadataValue, depth: Int = 1) {
        guard depth < JSONLineEncoder.depthLimit else { return append(string: JSONLineEncoder.depthMarker) }
        switch value {
        case .string(let text): append(string: text)
        case .integer(let number): append(integer: number)
        case .number(let number): append(number: number)
        case .boolean(let flag): append(boolean: flag)
        case .array(let values):
            append("[")
            for (index, value) in values.enumerated() {
                if index > 0 { append(",") }
                append(value, depth: depth + 1)
            }
            append("]")
        case .object(let members):
            append("{")
            for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { append(",") }
                append(string: member.key)
                append(":")
                append(member.value, depth: depth + 1)
            }
            append("}")
        }
    }

    private mutating func append(float text: String, isFinite: Bool, isNaN: Bool, isNegative: Bool) {
        guard isFinite else {
            if isNaN { return append(raw: "\"NaN\"") }
            return append(raw: isNegative ? "\"-Infinity\"" : "\"Infinity\"")
        }
        bytes.append(contentsOf: text.utf8)
    }

    @inline(__always)
    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func append(escaping letters: UnsafeBufferPointer<UInt8>) {
        var start = 0
        for index in letters.indices where JSONText.needsEscape(letters[index]) {
            bytes.append(contentsOf: letters[start..<index])
            escape(letters[index])
            start = index + 1
        }
        bytes.append(contentsOf: letters[start...])
    }

    private mutating func escape(_ byte: UInt8) {
        append("\\")
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case 0x0A: append("n")
        case 0x0D: append("r")
        case 0x09: append("t")
        default:
            append(raw: "u00")
            bytes.append(JSONText.digit(byte >> 4))
            bytes.append(JSONText.digit(byte & 15))
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }
}

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

    /// Appends a string with its quotes; what is no Unicode became U+FFFD before.
    public mutating func append(string text: String) {
        var text = text
        append("\"")
        text.withUTF8 { letters in
            var start = 0
            for index in letters.indices {
                let byte = letters[index]
                guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
                bytes.append(contentsOf: letters[start..<index])
                escape(byte)
                start = index + 1
            }
            bytes.append(contentsOf: letters[start...])
        }
        append("\"")
    }

    /// Appends a whole number.
    public mutating func append(integer value: some BinaryInteger) {
        var digits = value.description
        digits.withUTF8 { bytes.append(contentsOf: $0) }
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

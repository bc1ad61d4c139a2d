import LogModel

/// Writes JSON text into an array of bytes.
///
/// The text never holds a newline, so it can be a line.
package struct JSONText: Sendable {
    /// The text so far.
    package var bytes: [UInt8]

    /// Goes on in an array, whose room is used.
    package init(into bytes: consuming [UInt8] = []) { self.bytes = bytes }

    /// Appends one byte.
    @inline(__always)
    package mutating func append(_ byte: Unicode.Scalar) { bytes.append(UInt8(ascii: byte)) }

    /// Appends text that is JSON already.
    package mutating func append(raw text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// Appends text that is JSON already.
    package mutating func append(raw text: borrowing [UInt8]) {
        // An array that is handed to another one's append is retained for it: an atomic step on a count that all
        // threads share.
        text.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
    }

    /// Appends a string with its quotes; what is no Unicode became U+FFFD before.
    package mutating func append(string text: String) { appendJSONString(text, to: &bytes) }

    /// Appends a string without its quotes, which stand in the text before and behind it.
    package mutating func append(letters text: String) { appendJSONLetters(text, to: &bytes) }

    // Not generic: what is for this package alone is not specialised in other modules of it.

    /// Appends a whole number.
    package mutating func append(integer value: Int64) {
        if value < 0 { append("-") }
        append(digits: value.magnitude)
    }

    /// Appends a whole number, without a string in between.
    package mutating func append(digits value: UInt64) {
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
    package mutating func append(number value: Double) {
        append(float: value.description, isFinite: value.isFinite, isNaN: value.isNaN, isNegative: value < 0)
    }

    /// Appends the shortest text that reads back as the same number; what is no number becomes a string.
    package mutating func append(number value: Float) {
        append(float: value.description, isFinite: value.isFinite, isNaN: value.isNaN, isNegative: value < 0)
    }

    /// Appends `true` or `false`.
    package mutating func append(boolean value: Bool) { append(raw: value ? "true" : "false") }

    /// Appends `null`.
    package mutating func appendNull() { append(raw: "null") }

    /// Appends a value of the settings' metadata.
    package mutating func append(_ value: MetadataValue, depth: Int = 1) {
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
}

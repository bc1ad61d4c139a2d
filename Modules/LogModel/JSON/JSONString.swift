// Strings of JSON text, decoded.

/// Decodes the content of a validated JSON string, for people to read.
///
/// Unpaired surrogates, which JSON can write and Unicode text cannot hold, become U+FFFD. Texts for comparison are
/// decoded as ``TextValue``, which keeps them.
public func decodedJSONString(_ text: Span<UInt8>, in range: Range<Int>) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(range.count)
    appendDecodedJSON(text, in: range, keepsHalves: false, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
}

/// Appends the decoded content of a validated JSON string.
func appendDecodedJSON(_ text: Span<UInt8>, in range: Range<Int>, keepsHalves: Bool, to bytes: inout [UInt8]) {
    var index = range.lowerBound
    while index < range.upperBound {
        let byte = text[index]
        index += 1
        guard byte == UInt8(ascii: "\\"), index < range.upperBound else {
            bytes.append(byte)
            continue
        }
        let letter = text[index]
        index += 1
        if letter == UInt8(ascii: "u") {
            let value = escapedCodePoint(text, &index, before: range.upperBound)
            appendUTF8(keepsHalves || Unicode.Scalar(value) != nil ? value : 0xFFFD, to: &bytes)
        } else {
            bytes.append(unescaped(letter))
        }
    }
}

private func unescaped(_ letter: UInt8) -> UInt8 {
    switch letter {
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    default: letter
    }
}

/// Reads `XXXX`, and the low half behind it when it is a high surrogate.
private func escapedCodePoint(_ text: Span<UInt8>, _ index: inout Int, before end: Int) -> UInt32 {
    let value = fourDigits(text, index)
    index += 4
    guard (0xD800..<0xDC00).contains(value), index + 6 <= end, text[index] == UInt8(ascii: "\\"),
        text[index + 1] == UInt8(ascii: "u"), (0xDC00..<0xE000).contains(fourDigits(text, index + 2))
    else { return value }
    defer { index += 6 }
    return 0x10000 + (value - 0xD800) << 10 + (fourDigits(text, index + 2) - 0xDC00)
}

/// Appends a code point in generalised UTF-8, which encodes unpaired surrogates as any other code point.
public func appendUTF8(_ codePoint: UInt32, to bytes: inout [UInt8]) {
    let last = UInt8(truncatingIfNeeded: 0x80 | codePoint & 0x3F)
    switch codePoint {
    case ..<0x80: bytes.append(UInt8(truncatingIfNeeded: codePoint))
    case ..<0x800:
        bytes.append(UInt8(truncatingIfNeeded: 0xC0 | codePoint >> 6))
        bytes.append(last)
    case ..<0x10000:
        bytes.append(UInt8(truncatingIfNeeded: 0xE0 | codePoint >> 12))
        bytes.append(UInt8(truncatingIfNeeded: 0x80 | codePoint >> 6 & 0x3F))
        bytes.append(last)
    default:
        bytes.append(UInt8(truncatingIfNeeded: 0xF0 | codePoint >> 18))
        bytes.append(UInt8(truncatingIfNeeded: 0x80 | codePoint >> 12 & 0x3F))
        bytes.append(UInt8(truncatingIfNeeded: 0x80 | codePoint >> 6 & 0x3F))
        bytes.append(last)
    }
}

private func fourDigits(_ text: Span<UInt8>, _ start: Int) -> UInt32 {
    var value: UInt32 = 0
    for position in start..<min(start + 4, text.count) { value = value << 4 | (hexadecimal(text[position]) ?? 0) }
    return value
}

/// Encodes a text as a JSON string, quotes included: `"`, `\` and control characters are escaped, all others are kept.
public func encodedJSONString(_ text: String) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count + 2)
    appendJSONString(text, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
}

/// Appends the result of ``encodedJSONString(_:)``.
public func appendJSONString(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    appendJSONLetters(text, to: &bytes)
    bytes.append(UInt8(ascii: "\""))
}

/// Appends a text as the content of a JSON string, without quotes.
public func appendJSONLetters(_ text: String, to bytes: inout [UInt8]) {
    var text = text
    text.withUTF8 { letters in
        // Nearly no string of a log needs an escape, and a look without a branch is one for many bytes at once.
        var escapes: UInt8 = 0
        for byte in letters { escapes |= needsEscape(byte) ? 1 : 0 }
        guard escapes != 0 else { return bytes.append(contentsOf: letters) }
        var start = 0
        for index in letters.indices where needsEscape(letters[index]) {
            bytes.append(contentsOf: letters[start..<index])
            appendEscape(letters[index], to: &bytes)
            start = index + 1
        }
        bytes.append(contentsOf: letters[start...])
    }
}

@inline(__always)
private func needsEscape(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
}

private func appendEscape(_ byte: UInt8, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\\"))
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
    case 0x0A: bytes.append(UInt8(ascii: "n"))
    case 0x0D: bytes.append(UInt8(ascii: "r"))
    case 0x09: bytes.append(UInt8(ascii: "t"))
    default:
        bytes.append(contentsOf: "u00".utf8)
        bytes.append(hexadecimalDigit(byte >> 4))
        bytes.append(hexadecimalDigit(byte & 15))
    }
}

private func hexadecimalDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
}

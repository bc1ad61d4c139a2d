import LogModel

/// A text that is looked for in others, upper and lower case alike.
///
/// Every character stands for itself: there are no patterns. Looking takes time that grows with the length of the line
/// and never with its product with the text's, whatever both are made of.
struct TextNeedle: Sendable {
    private let lower: [UInt8]
    /// `nil` for the empty text, which is in every other.
    private let search: ByteSearch?
    /// Finds what is in a line in which the text may be written with escapes.
    private let escape: ByteSearch
    /// For each beginning of the text the length of the longest shorter beginning that it ends with, so that no byte is
    /// looked at again after a mismatch (the algorithm of Knuth, Morris and Pratt).
    private let borders: [Int]
    private let isASCII: Bool

    init(_ value: TextValue) {
        let text = String(decoding: value.bytes, as: UTF8.self)
        lower = Array(text.lowercased().utf8)
        search = lower.isEmpty ? nil : ByteSearch(lower, ignoresCase: true)
        escape = ByteSearch(Array(LineSieve.escape(of: [value]).utf8))
        borders = TextNeedle.borders(of: lower)
        isASCII = lower.allSatisfy { $0 < 0x80 }
    }

    func occurs(in text: String) -> Bool {
        let bytes = Array(isASCII ? text.utf8 : text.lowercased().utf8)
        return occurs(inBytes: bytes.span)
    }

    func occurs(in text: Span<UInt8>) -> Bool {
        occurs(inBytes: text) || !isASCII && occurs(in: decodedJSONString(text, in: text.indices))
    }

    /// Whether the text is in a line as it is written, or in one of its strings when they are decoded.
    func occurs(inLine line: Span<UInt8>) -> Bool {
        if occurs(inBytes: line) { return true }
        if !isASCII, hasHighByte(line), occurs(in: decodedJSONString(line, in: line.indices)) { return true }
        return (escape.occurs(in: line) ?? true) && occursInEscapedStrings(of: line)
    }

    private func hasHighByte(_ line: Span<UInt8>) -> Bool {
        for index in line.indices where line[index] >= 0x80 { return true }
        return false
    }

    /// Strings without escapes need not be looked at again.
    private func occursInEscapedStrings(of line: Span<UInt8>) -> Bool {
        var index = 0
        while index < line.count {
            guard line[index] == UInt8(ascii: "\"") else {
                index += 1
                continue
            }
            let start = index + 1
            var hasEscape = false
            index = start
            while index < line.count, line[index] != UInt8(ascii: "\"") {
                let isEscape = line[index] == UInt8(ascii: "\\")
                hasEscape = hasEscape || isEscape
                index += isEscape ? 2 : 1
            }
            if hasEscape, occurs(in: decodedJSONString(line, in: start..<min(index, line.count))) { return true }
            index += 1
        }
        return false
    }

    private func occurs(inBytes bytes: Span<UInt8>) -> Bool {
        guard let search else { return true }
        return search.occurs(in: bytes) ?? occursByBorders(in: bytes)
    }

    private func occursByBorders(in bytes: Span<UInt8>) -> Bool {
        var matched = 0
        for index in bytes.indices {
            let byte = folded(bytes[index])
            while matched > 0, lower[matched] != byte { matched = borders[matched - 1] }
            if lower[matched] == byte { matched += 1 }
            if matched == lower.count { return true }
        }
        return false
    }

    private static func borders(of text: [UInt8]) -> [Int] {
        var borders = [Int](repeating: 0, count: text.count)
        var length = 0
        for index in text.indices.dropFirst() {
            while length > 0, text[index] != text[length] { length = borders[length - 1] }
            if text[index] == text[length] { length += 1 }
            borders[index] = length
        }
        return borders
    }

    @inline(__always)
    private func folded(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }
}

import LogModel

/// A text that is looked for in others, upper and lower case alike.
///
/// Every character stands for itself: there are no patterns. Looking takes time that grows with the length of the line
/// and never with its product with the text's, whatever both are made of.
struct TextNeedle: Sendable {
    private let lower: [UInt8]
    /// For each beginning of the text the length of the longest shorter beginning that it ends with, so that no byte is
    /// looked at again after a mismatch (the algorithm of Knuth, Morris and Pratt).
    private let borders: [Int]
    private let isASCII: Bool

    init(_ text: String) {
        lower = Array(text.lowercased().utf8)
        borders = TextNeedle.borders(of: lower)
        isASCII = lower.allSatisfy { $0 < 0x80 }
    }

    func occurs(in text: String) -> Bool {
        let bytes = Array(isASCII ? text.utf8 : text.lowercased().utf8)
        return occurs(inBytes: bytes.span)
    }

    /// Whether the text is in a line as it is written, or in one of its strings when they are decoded.
    func occurs(in line: Span<UInt8>) -> Bool {
        var hasEscape = false
        var hasHighByte = false
        for index in line.indices {
            if line[index] == UInt8(ascii: "\\") { hasEscape = true }
            if line[index] >= 0x80 { hasHighByte = true }
        }
        if occurs(inBytes: line) { return true }
        if !isASCII, hasHighByte, occurs(in: decodedJSONString(line, in: line.indices)) { return true }
        return hasEscape && occursInStrings(of: line)
    }

    private func occursInStrings(of line: Span<UInt8>) -> Bool {
        var index = 0
        while index < line.count {
            guard line[index] == UInt8(ascii: "\"") else {
                index += 1
                continue
            }
            let start = index + 1
            index = start
            while index < line.count, line[index] != UInt8(ascii: "\"") {
                index += line[index] == UInt8(ascii: "\\") ? 2 : 1
            }
            if occurs(in: decodedJSONString(line, in: start..<min(index, line.count))) { return true }
            index += 1
        }
        return false
    }

    private func occurs(inBytes bytes: Span<UInt8>) -> Bool {
        guard !lower.isEmpty else { return true }
        guard bytes.count >= lower.count else { return false }
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

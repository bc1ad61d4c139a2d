import LogModel

/// A text that is looked for in others, upper and lower case alike.
struct TextNeedle: Sendable {
    private let lower: [UInt8]
    private let isASCII: Bool

    init(_ text: String) {
        lower = Array(text.lowercased().utf8)
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
        guard let first = lower.first else { return true }
        guard bytes.count >= lower.count else { return false }
        for start in 0...bytes.count - lower.count where folded(bytes[start]) == first {
            var length = 1
            while length < lower.count, folded(bytes[start + length]) == lower[length] { length += 1 }
            if length == lower.count { return true }
        }
        return false
    }

    @inline(__always)
    private func folded(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }
}

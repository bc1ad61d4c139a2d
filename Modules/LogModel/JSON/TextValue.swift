/// The text of a JSON string; it may contain unpaired surrogates.
///
/// JSON can write unpaired surrogates (`"\ud800"`), Unicode text cannot hold them. So the text is kept in generalised
/// UTF-8, in which a surrogate is encoded as any other code point in three bytes. Two texts are equal when their code
/// points are: a surrogate equals neither U+FFFD nor another surrogate, and a composed letter does not equal a
/// decomposed one.
public struct TextValue: Sendable, Hashable, ExpressibleByStringLiteral {
    /// The text in generalised UTF-8.
    public let bytes: [UInt8]

    /// Makes a value from a text.
    public init(_ text: some StringProtocol) { bytes = Array(text.utf8) }

    /// Makes a value from a literal.
    public init(stringLiteral text: String) { self.init(text) }

    /// Decodes the content of a validated JSON string.
    public init(json text: Span<UInt8>, in range: Range<Int>) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count)
        appendDecodedJSON(text, in: range, keepsHalves: true, to: &bytes)
        self.bytes = bytes
    }

    /// Whether the text is empty.
    public var isEmpty: Bool { bytes.isEmpty }

    /// The text; `nil` when it contains an unpaired surrogate.
    public var string: String? { isUTF8(bytes.span) ? String(decoding: bytes, as: UTF8.self) : nil }

    /// Appends the text as a JSON string, quotes included; unpaired surrogates are written as escapes.
    public func appendJSON(to json: inout [UInt8]) {
        json.append(UInt8(ascii: "\""))
        var start = 0
        for index in bytes.indices where isHalf(at: index) {
            appendJSONLetters(String(decoding: bytes[start..<index], as: UTF8.self), to: &json)
            let value = 0xD000 | UInt32(bytes[index + 1] & 0x3F) << 6 | UInt32(bytes[index + 2] & 0x3F)
            json.append(contentsOf: "\\u".utf8)
            json.append(contentsOf: String(value, radix: 16).utf8)
            start = index + 3
        }
        appendJSONLetters(String(decoding: bytes[start...], as: UTF8.self), to: &json)
        json.append(UInt8(ascii: "\""))
    }

    private func isHalf(at index: Int) -> Bool {
        bytes[index] == 0xED && index + 2 < bytes.count && bytes[index + 1] >= 0xA0
    }
}

extension TextValue: Comparable {
    /// Orders texts by their code points; surrogates are between U+D7FF and U+E000.
    public static func < (left: TextValue, right: TextValue) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}

extension TextValue: CustomStringConvertible {
    /// The text as a JSON string.
    public var description: String {
        var json: [UInt8] = []
        appendJSON(to: &json)
        return String(decoding: json, as: UTF8.self)
    }
}

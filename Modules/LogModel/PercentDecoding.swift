/// Decodes percent-encoded parts of request targets and header values (RFC 3986 section 2.1).
public enum PercentDecoding {
    /// Decodes a segment of a path (RFC 3986 section 2.1); `+` stands for itself.
    /// - Returns: the text, or `nil` when an escape is malformed or the bytes are not UTF-8.
    public static func segment(_ text: some StringProtocol) -> String? { decode(text, plusIsBlank: false) }

    /// Decodes a name or a value of a query string in WHATWG's `application/x-www-form-urlencoded`, in which `+` is a
    /// blank: curl, Python and `URLSearchParams` write this form.
    ///
    /// Unlike in WHATWG's rules, malformed escapes and bytes that are not UTF-8 are errors: a question must not be
    /// changed by decoding.
    /// - Returns: the text, or `nil` when it is malformed.
    public static func formText(_ text: some StringProtocol) -> String? { decode(text, plusIsBlank: true) }

    private static func decode(_ text: some StringProtocol, plusIsBlank: Bool) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var rest = text.utf8.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(digit), let low = rest.next().flatMap(digit) else { return nil }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsBlank: bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

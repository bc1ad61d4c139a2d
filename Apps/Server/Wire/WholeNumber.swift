/// Reads whole numbers from requests.
enum WholeNumber {
    /// Reads a number of decimal digits; no sign, no blank, at most 18 digits.
    static func read(digits text: some StringProtocol) -> Int? {
        guard (1...18).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }

    /// Reads a number of JSON by its value: `70`, `70.0` and `7e1` are the same number (RFC 8259 section 6).
    /// - Returns: the number, or `nil` when it is not whole, negative, or has more than 18 digits.
    static func read(json text: String) -> Int? {
        let parts = text.split(whereSeparator: { $0 == "e" || $0 == "E" })
        let mantissa = (parts.first ?? "").split(separator: ".", omittingEmptySubsequences: false)
        guard let whole = mantissa.first, parts.count <= 2, mantissa.count <= 2 else { return nil }
        let fraction = mantissa.count == 2 ? mantissa[1] : ""
        guard let exponent = parts.count == 2 ? Int(parts[1]) : 0, (-1000...1000).contains(exponent) else { return nil }
        var digits = Array((whole + fraction).utf8)
        let point = whole.utf8.count + exponent
        while point < digits.count, digits.last == UInt8(ascii: "0") { digits.removeLast() }
        if digits.allSatisfy({ $0 == UInt8(ascii: "0") }) { return 0 }
        guard point >= digits.count, point <= 30 else { return nil }
        while digits.count < point { digits.append(UInt8(ascii: "0")) }
        let leading = digits.prefix { $0 == UInt8(ascii: "0") }.count
        return read(digits: String(decoding: digits[leading...], as: UTF8.self))
    }
}

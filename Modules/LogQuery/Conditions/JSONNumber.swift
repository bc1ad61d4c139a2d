import LogModel

/// A JSON number, which is compared by its exact value, of any length and spelling.
///
/// `1`, `1.0` and `10e-1` are equal, and so are `0` and `-0`. Exponents beyond ±10^17 are clamped to that.
public struct JSONNumber: Sendable, Hashable {
    private var isNegative = false
    /// Where the point stands before the first digit that is not zero: the value is 0.DIGITS × 10^`magnitude`.
    private var magnitude = Int.min
    /// The first 19 digits from the first one that is not zero, filled up with zeros; 0 for zero.
    private var leading: UInt64 = 0
    /// The digits behind those, without zeros at the end.
    private var others: [UInt8] = []

    /// How many digits always fit into 64 bits.
    private static let leadingCount = 19
    private static let exponentLimit = 100_000_000_000_000_000

    /// The value in one form, the same for all ways to write it: sign, power of ten and digits.
    var canonicalBytes: [UInt8] { Array("\(isNegative ? "-" : "")\(magnitude):\(leading)".utf8) + others }

    /// Makes a number from an integer.
    public init(_ value: Int64) {
        let digits = Array(String(value).utf8)
        self.init(written: digits.span)
    }

    /// Parses a JSON number; `nil` when the text is none.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        // Swift itself reads more than JSON does: `nan`, `+1`, hexadecimal digits.
        var reader = JSONReader()
        guard (try? reader.skipValue(bytes.span)) == .number, reader.index == bytes.count else { return nil }
        self.init(written: bytes.span)
    }

    /// Takes a number that was checked, as it is written.
    init(written text: Span<UInt8>) {
        var index = 0
        var count = 0
        var point = 0
        var isBehindPoint = false
        if index < text.count, text[index] == UInt8(ascii: "-") {
            isNegative = true
            index += 1
        }
        while index < text.count {
            let byte = text[index]
            if byte == UInt8(ascii: ".") {
                isBehindPoint = true
            } else if byte >= 0x30, byte <= 0x39 {
                if count > 0 || byte != 0x30 {
                    if count < JSONNumber.leadingCount {
                        leading = leading * 10 + UInt64(byte - 0x30)
                    } else {
                        others.append(byte)
                    }
                    count += 1
                    if !isBehindPoint { point += 1 }
                } else if isBehindPoint {
                    point -= 1
                }
            } else {
                break
            }
            index += 1
        }
        guard count > 0 else {
            isNegative = false
            return
        }
        for _ in min(count, JSONNumber.leadingCount)..<JSONNumber.leadingCount { leading *= 10 }
        while others.last == 0x30 { others.removeLast() }
        magnitude = point + JSONNumber.exponent(text, from: index + 1)
    }

    /// The power of ten behind the `e`, 0 when there is none.
    private static func exponent(_ text: Span<UInt8>, from start: Int) -> Int {
        guard start < text.count else { return 0 }
        var value = 0
        for index in start..<text.count where text[index] >= 0x30 && text[index] <= 0x39 {
            value = min(value * 10 + Int(text[index] - 0x30), exponentLimit)
        }
        return text[start] == UInt8(ascii: "-") ? -value : value
    }
}

extension JSONNumber: Comparable {
    /// Orders numbers by value.
    public static func < (left: JSONNumber, right: JSONNumber) -> Bool { left.order(to: right) < 0 }

    /// Below, at or above another as -1, 0 or 1.
    func order(to other: JSONNumber) -> Int {
        guard isNegative == other.isNegative else { return isNegative ? -1 : 1 }
        return isNegative ? other.sizeOrder(to: self) : sizeOrder(to: other)
    }

    private func sizeOrder(to other: JSONNumber) -> Int {
        if magnitude != other.magnitude { return magnitude < other.magnitude ? -1 : 1 }
        if leading != other.leading { return leading < other.leading ? -1 : 1 }
        if others == other.others { return 0 }
        return others.lexicographicallyPrecedes(other.others) ? -1 : 1
    }
}

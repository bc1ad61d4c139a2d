/// Universally unique, lexicographically sortable identifiers: 48 bits of milliseconds, 80 random bits, written as
/// 26 characters of Crockford's base 32, here in lower case.
public enum ULID {
    /// Mints a ULID for a moment; moments before 1970 count as 1970.
    public static func mint(at now: Timestamp, from entropy: any Entropy) -> String {
        let milliseconds = UInt64(max(0, now.milliseconds))
        let random = entropy.bytes(10)
        var bytes = (0..<6).map { UInt8(truncatingIfNeeded: milliseconds >> (40 - 8 * $0)) }
        bytes.append(contentsOf: random)
        return encode(bytes)
    }

    /// Formats 16 bytes as a ULID.
    public static func text(of bytes: [UInt8]) -> String {
        precondition(bytes.count == 16, "a ULID has 128 bits")
        return encode(bytes)
    }

    /// Tells whether a text has the length and the alphabet of a lower-case ULID.
    public static func isWellFormed(_ text: some StringProtocol) -> Bool {
        text.utf8.count == length && text.utf8.allSatisfy(isInAlphabet)
    }

    /// The number of characters of a ULID.
    public static let length = 26

    /// Tells whether a byte is a digit, or a lower-case letter other than i, l, o and u.
    public static func isInAlphabet(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "i"), UInt8(ascii: "l"), UInt8(ascii: "o"), UInt8(ascii: "u"): false
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
        default: false
        }
    }

    /// The character of each value of five bits.
    public static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    /// 16 bytes, most significant first, behind two zero bits that fill up 26 × 5 bits.
    private static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        var buffer: UInt32 = 0
        var bits = 2
        for byte in bytes {
            buffer = buffer << 8 | UInt32(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                text.append(alphabet[Int(buffer >> UInt32(bits) & 31)])
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}

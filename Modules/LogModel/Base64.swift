/// Encodes bytes in base 64 with padding (RFC 4648 section 4).
public func base64(_ bytes: [UInt8]) -> String {
    let text = encodedBase64(bytes, last: "+/")
    return text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
}

/// Encodes bytes in base 64 with the alphabet for URLs and file names, without padding (RFC 4648 section 5).
public func base64URL(_ bytes: [UInt8]) -> String {
    encodedBase64(bytes, last: "-_")
}

/// Decodes the output of ``base64URL(_:)``; `nil` when a character is outside its alphabet or the end is not canonical.
public func bytes(ofBase64URL text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count / 4 * 3)
    var buffer: UInt32 = 0
    var bits: UInt32 = 0
    for letter in text.utf8 {
        guard let value = base64URLValue(letter) else { return nil }
        buffer = buffer << 6 | value
        bits += 6
        guard bits >= 8 else { continue }
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: buffer >> bits))
        buffer &= (1 << bits) - 1
    }
    // Bits that are left over are padding: fewer than six, and all of them zero.
    return bits < 6 && buffer == 0 ? bytes : nil
}

private func base64URLValue(_ letter: UInt8) -> UInt32? {
    switch letter {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(letter - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(letter - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(letter - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "-"): 62
    case UInt8(ascii: "_"): 63
    default: nil
    }
}

/// Six bits a letter; `last` are the letters for 62 and 63.
private func encodedBase64(_ bytes: [UInt8], last: String) -> String {
    let alphabet = Array(("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + last).utf8)
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    var buffer: UInt32 = 0
    var bits: UInt32 = 0
    for byte in bytes {
        buffer = buffer << 8 | UInt32(byte)
        bits += 8
        while bits >= 6 {
            bits -= 6
            text.append(alphabet[Int(buffer >> bits & 63)])
        }
    }
    if bits > 0 { text.append(alphabet[Int(buffer << (6 - bits) & 63)]) }
    return String(decoding: text, as: UTF8.self)
}

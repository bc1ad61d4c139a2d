/// Base 64 with padding (RFC 4648 section 4).
public func base64(_ bytes: [UInt8]) -> String {
    let text = encodedBase64(bytes, last: "+/")
    return text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
}

/// Base 64 with the alphabet for URLs and file names, without padding (RFC 4648 section 5).
public func base64URL(_ bytes: [UInt8]) -> String {
    encodedBase64(bytes, last: "-_")
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

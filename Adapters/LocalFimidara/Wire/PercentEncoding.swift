import LogModel

/// Percent-encoding as RFC 3986 has it.
enum PercentEncoding {
    /// The text with every byte escaped that RFC 5987 does not let stand in an extended header value.
    static func encode(_ text: String) -> String {
        let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$&+-.^_`|~".utf8)
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if plain.contains(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The first value of each name in a query.
    static func query(_ text: String) -> [String: String] {
        var values: [String: String] = [:]
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentDecoding.formText(parts[0]),
                let value = PercentDecoding.formText(parts.count > 1 ? parts[1] : ""), values[name] == nil
            else { continue }
            values[name] = value
        }
        return values
    }
}

internal import LogModel

/// Names the bytes of one file on the disk: 32 hexadecimal digits that have nothing to do with names from outside.
struct BlobID: Sendable, Hashable, CustomStringConvertible {
    let text: String

    /// Takes a name from the disk or the catalog, or gives `nil` when it is none of ours.
    init?(_ text: String) {
        guard text.utf8.count == 32, text.utf8.allSatisfy({ BlobID.digits.contains($0) }) else { return nil }
        self.text = text
    }

    private init(bytes: [UInt8]) {
        text = bytes.hexadecimal
    }

    static func mint(from entropy: any Entropy) -> BlobID {
        BlobID(bytes: entropy.bytes(16))
    }

    /// The two folders that hold it, from the outside in.
    var folders: (outer: String, inner: String) {
        (String(text.prefix(2)), String(text.dropFirst(2).prefix(2)))
    }

    var description: String { text }

    private static let digits = Array("0123456789abcdef".utf8)
}

extension [UInt8] {
    /// Two lower-case digits for each byte.
    var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

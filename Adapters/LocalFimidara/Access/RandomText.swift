internal import LogModel

/// Text that nobody can guess, of `A–Z a–z 0–9 _ -`: six bits for each character.
enum RandomText {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-".utf8)

    static func mint(_ length: Int, from entropy: any Entropy) -> String {
        String(decoding: entropy.bytes(length).map { alphabet[Int($0 & 63)] }, as: UTF8.self)
    }
}

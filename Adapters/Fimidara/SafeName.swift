/// The names that mean the same to us and to the server.
///
/// fimidara compares names without case and reads them as unescaped regular expressions, so that a dot matches any
/// character and other signs never match themselves.
enum SafeName {
    /// The rule in words, for error details.
    static let rule = "1 to 70 letters, digits, - and _"

    /// How many segments a path may have, the root name included.
    static let depthLimit = 10

    static func isSafe(_ name: some StringProtocol) -> Bool {
        (1...70).contains(name.utf8.count) && name.utf8.allSatisfy(isSafe)
    }

    /// Whether text can be a resource id, and so be put into a URL as it is.
    static func isResourceID(_ text: String) -> Bool {
        (1...50).contains(text.utf8.count) && text.utf8.allSatisfy(isSafe)
    }

    /// Whether two safe names are one name to the server.
    static func isSame(_ left: some StringProtocol, _ right: some StringProtocol) -> Bool {
        left.lowercased() == right.lowercased()
    }

    private static func isSafe(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

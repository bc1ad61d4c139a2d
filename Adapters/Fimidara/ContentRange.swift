/// The `Content-Range` of an answer with one range: `bytes 0-3/29`.
struct ContentRange: Hashable {
    /// Position of the first byte.
    let first: Int64
    /// Position of the last byte.
    let last: Int64
    /// How many bytes the whole has.
    let size: Int64

    /// How many bytes the range has.
    var count: Int64 { last - first + 1 }

    /// Reads a header's value; `nil` unless it names a range within a known size.
    init?(_ text: String?) {
        guard let parts = ContentRange.parts(text), let size = ContentRange.number(parts.size) else { return nil }
        let ends = parts.range.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let first = ContentRange.number(ends[0]), let last = ContentRange.number(ends[1]),
            first <= last, last < size
        else { return nil }
        self.first = first
        self.last = last
        self.size = size
    }

    /// The size in the `bytes */N` of a 416; `nil` when it is something else.
    static func size(ofUnsatisfied text: String?) -> Int64? {
        guard let parts = parts(text), parts.range == "*" else { return nil }
        return number(parts.size)
    }

    private static func parts(_ text: String?) -> (range: Substring, size: Substring)? {
        guard let text, text.lowercased().hasPrefix("bytes ") else { return nil }
        let parts = text.dropFirst(6).split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2 ? (parts[0], parts[1]) : nil
    }

    private static func number(_ text: Substring) -> Int64? {
        let isDecimal = (1...18).contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        return isDecimal ? Int64(text) : nil
    }
}

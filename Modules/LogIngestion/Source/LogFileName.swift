public import LogModel

/// The name of a log file as SDKs write it.
///
/// | form | what it is |
/// |---|---|
/// | `<prefix>-<YYYY-MM-DD>.ndjson` | the first day file of a writer; it grows |
/// | `<prefix>-<YYYY-MM-DD>-<n>.ndjson` | the `n`th day file of that writer, `n` from 2; it grows |
/// | `<prefix>-<YYYY-MM-DD>-s<8 digits>.ndjson` | a segment: one upload, never changed |
public struct LogFileName: Sendable, Hashable {
    /// What stands before the day; ours are minted at init, other SDKs use what they like.
    public let prefix: String
    /// The UTC day in the name.
    public let day: CivilDay
    /// 1 for the first day file, `n` for later ones, the number of a segment.
    public let index: Int
    /// Whether it is a segment.
    public let isSegment: Bool

    /// Reads a file name; `nil` when it has none of the forms.
    public init?(_ name: String) {
        let suffix = ".ndjson"
        guard name.hasSuffix(suffix) else { return nil }
        var stem = Substring(name.dropLast(suffix.count))
        var index = 1
        var isSegment = false
        if CivilDay(text: stem.suffix(10)) == nil {
            guard let dash = stem.lastIndex(of: "-") else { return nil }
            var digits = stem[stem.index(after: dash)...]
            if digits.hasPrefix("s") {
                digits = digits.dropFirst()
                guard digits.utf8.count == 8 else { return nil }
                isSegment = true
            }
            guard (1...8).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = Int(digits), isSegment || number >= 1
            else { return nil }
            index = number
            stem = stem[..<dash]
        }
        guard let day = CivilDay(text: stem.suffix(10)), stem.utf8.count > 11, stem.dropLast(10).hasSuffix("-") else {
            return nil
        }
        prefix = String(stem.dropLast(11))
        self.day = day
        self.index = index
        self.isSegment = isSegment
    }
}

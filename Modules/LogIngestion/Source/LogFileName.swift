public import LogModel

/// The name of a log file as SDKs write it.
///
/// | form | what it is |
/// |---|---|
/// | `<prefix>-<YYYY-MM-DD>.ndjson` | the first day file of a writer; it grows |
/// | `<prefix>-<YYYY-MM-DD>-<n>.ndjson` | the `n`th day file of that writer, `n` from 2; it grows |
/// | `<prefix>-<YYYY-MM-DD>-s<8 digits>.ndjson` | a segment: one upload, never changed |
///
/// Names are read byte by byte: what Swift's strings take for one character may be several.
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
        guard case .success(let read) = LogFileName.read(name) else { return nil }
        self = read
    }

    private init(prefix: Substring.UTF8View, day: CivilDay, index: Int, isSegment: Bool) {
        self.prefix = String(Substring(prefix))
        self.day = day
        self.index = index
        self.isSegment = isSegment
    }

    /// What a name that has none of the forms lacks.
    public struct Refusal: Error, Sendable, Hashable {
        /// Why the file is not read.
        public let reason: ForeignReason

        /// Makes a refusal.
        public init(reason: ForeignReason) { self.reason = reason }
    }

    private static let suffix = ".ndjson"

    /// Reads a file name, or says why it has none of the forms.
    public static func read(_ name: String) -> Result<LogFileName, Refusal> {
        func refuse(_ reason: ForeignReason) -> Result<LogFileName, Refusal> { .failure(Refusal(reason: reason)) }
        let bytes = name[...].utf8
        guard !bytes.contains(0) else { return refuse(.nulInName) }
        let end = bytes.suffix(suffix.utf8.count)
        guard end.elementsEqual(suffix.utf8) else {
            let isUpper = end.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }.elementsEqual(suffix.utf8)
            return refuse(isUpper ? .upperCaseExtension : .otherExtension)
        }
        var stem = bytes.dropLast(suffix.utf8.count)
        var index = 1
        var isSegment = false
        if !hasFormOfDay(stem.suffix(10)) {
            guard let dash = stem.lastIndex(of: UInt8(ascii: "-")), hasFormOfDay(stem[..<dash].suffix(10)) else {
                return refuse(.noDay)
            }
            guard let found = number(stem[stem.index(after: dash)...]) else { return refuse(.badIndex) }
            (index, isSegment) = found
            stem = stem[..<dash]
        }
        guard let day = CivilDay(text: Substring(stem.suffix(10))) else { return refuse(.impossibleDay) }
        guard stem.count > 11, stem.dropLast(10).last == UInt8(ascii: "-") else { return refuse(.noPrefix) }
        return .success(LogFileName(prefix: stem.dropLast(11), day: day, index: index, isSegment: isSegment))
    }

    /// Whether bytes look like `YYYY-MM-DD`, whatever day that would be.
    private static func hasFormOfDay(_ bytes: Substring.UTF8View) -> Bool {
        bytes.count == 10
            && bytes.enumerated().allSatisfy { place, byte in
                place == 4 || place == 7 ? byte == UInt8(ascii: "-") : (0x30...0x39).contains(byte)
            }
    }

    /// What stands behind the day: the number of a day file, or an `s` and that of a segment.
    private static func number(_ bytes: Substring.UTF8View) -> (index: Int, isSegment: Bool)? {
        let isSegment = bytes.first == UInt8(ascii: "s")
        let digits = isSegment ? bytes.dropFirst() : bytes
        guard isSegment ? digits.count == 8 : (1...8).contains(digits.count),
            digits.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(Substring(digits)),
            isSegment || number >= 1
        else { return nil }
        return (number, isSegment)
    }
}

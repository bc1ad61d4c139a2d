public import LogModel

/// A refused range of bytes of an object, also called a dead letter.
public struct Reject: Sendable, Hashable {
    /// Where the bytes are in the object, the newline not counted.
    public let range: ByteRange
    /// The line's number in its object, from 1.
    public let lineNumber: Int64
    /// Why they were refused.
    public let reason: RejectReason
    /// The first bytes of the range, at most ``sampleLimit``.
    public let sample: [UInt8]
    /// Whether the range goes on where the object's previous reject ended: both are one reject.
    public let continues: Bool

    /// How many bytes of a reject are kept.
    public static let sampleLimit = 1024
    /// How many rejects before its cursor are kept as rows per generation; further ones are counted only.
    public static let rowLimit = 10_000

    /// Makes a reject; `sample` is cut to ``sampleLimit``.
    public init(range: ByteRange, lineNumber: Int64, reason: RejectReason, sample: [UInt8], continues: Bool = false) {
        self.range = range
        self.lineNumber = lineNumber
        self.reason = reason
        self.sample = sample.count <= Reject.sampleLimit ? sample : Array(sample.prefix(Reject.sampleLimit))
        self.continues = continues
    }
}

/// Why bytes were refused.
///
/// The words are what stores keep and answers show, so they never change.
public enum RejectReason: String, Sendable, Hashable, CaseIterable {
    /// The line is longer than `ingest.max_line_bytes`.
    case lineTooLong = "line_too_long"
    /// The line is not UTF-8.
    case invalidUTF8 = "invalid_utf8"
    /// The line is not JSON.
    case invalidJSON = "invalid_json"
    /// The line is JSON, but no object.
    case notAnObject = "not_an_object"
    /// The line nests more than 64 deep.
    case tooDeep = "too_deep"
    /// A batch of an SDK that is not whole: its checksum or its count of lines does not hold.
    case tornBatch = "torn_batch"
    /// The bytes were appended to a sealed object that ended without a newline.
    case continuationAfterSeal = "continuation_after_seal"

    /// Whether the bytes may become records when they are judged again, by another limit or a later version.
    ///
    /// The others were never one line of their writer.
    public var mayBecomeRecord: Bool { self != .tornBatch && self != .continuationAfterSeal }

    /// Whether the rest of an append that broke, and what was appended behind it, looks like this.
    var mayComeOfBrokenAppend: Bool {
        switch self {
        case .invalidUTF8, .invalidJSON, .tornBatch: true
        case .lineTooLong, .notAnObject, .tooDeep, .continuationAfterSeal: false
        }
    }
}

/// What a case went through.
///
/// A figure counts only beside another of the same tally: a bench that reads less is none.
struct Tally: Codable, Sendable, Equatable, CustomStringConvertible {
    /// Bytes that were read.
    var bytes: Int64 = 0
    /// Lines that are not blank.
    var lines: Int64 = 0
    /// Lines that are records; 0 where lines are not judged.
    var records: Int64 = 0

    /// The counts in words.
    var description: String { "\(bytes) bytes, \(lines) lines, \(records) records" }
}

/// What the process of a case says of itself when it is done, as one line of JSON.
struct CaseReport: Codable, Sendable {
    /// What it went through.
    let tally: Tally
    /// Nanoseconds from the start of the work to its end.
    let wall: Int64
    /// Nanoseconds of processor time that the process had used when the work began.
    let processorBefore: Int64
    /// Bytes of memory that were resident at most.
    let peakMemory: Int64
    /// How often memory was asked for during the work; `nil` where that is not counted.
    let allocations: Int64?
}

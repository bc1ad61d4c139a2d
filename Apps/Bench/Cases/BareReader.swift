import CBenchLimits

/// Readers in C and C++ that keep nothing of what they read.
enum BareReader {
    /// Counts newlines.
    static func newlines(_ task: CaseTask) -> CaseWork {
        { try Tally(limit: { logferry_limit_frame(task.input, benchedPiece, $0, $1) }) }
    }

    /// Parses lines with simdjson.
    static func scan(_ task: CaseTask) -> CaseWork {
        { try Tally(limit: { logferry_limit_scan(task.input, benchedPiece, $0, $1) }) }
    }
}

extension Tally {
    /// What a limit counted.
    /// - Throws: ``BenchError`` with what it says when it could not go on.
    init(
        limit: (UnsafeMutablePointer<logferry_limit_counts>, UnsafeMutablePointer<logferry_limit_error>) -> Bool
    ) throws {
        var counts = logferry_limit_counts()
        var error = logferry_limit_error()
        guard limit(&counts, &error) else { throw BenchError(String(cString: logferry_limit_words(&error))) }
        self.init(
            bytes: Int64(clamping: counts.bytes), lines: Int64(clamping: counts.lines),
            records: Int64(clamping: counts.records))
    }
}

public import LogCursor
public import LogIngestion
import LogModel

/// Finds generations of one object that hold the same lines: an older state of the object was taken for another content.
public struct SameLines: Sendable {
    private let taken: any TakenLines

    /// Compares lines that a store holds.
    public init(in taken: any TakenLines) { self.taken = taken }

    /// How many bytes of each object are compared at a time.
    private static let window: Int64 = 256 << 10

    /// How many lines two generations of one object hold both, if they begin as one content does.
    ///
    /// They do when the lines with which both begin, each at its place, are more than half of the lines of one of them.
    /// Contents that share a first line or two, as a banner, are two contents.
    /// - Returns: how many lines both hold; 0 when they are two contents.
    /// - Throws: what the store says when it cannot be read.
    public func count(of earlier: Cursor, and later: Cursor) async throws -> Int64 {
        let fewest = min(earlier.progress.counts.records, later.progress.counts.records)
        let end = min(earlier.progress.position, later.progress.position)
        // What retention has removed from one of them is not held by both.
        guard fewest > 0, try await taken.lineCount(of: earlier.generation) > 0 else { return 0 }
        var same: Int64 = 0
        var start: Int64 = 0
        while start < end {
            try Task.checkCancellation()
            let range = ByteRange(start, min(end, start + SameLines.window))
            let left = try await taken.lines(of: earlier.generation, in: range)
            let right = try await taken.lines(of: later.generation, in: range)
            let shared = zip(left, right).prefix { $0 == $1 }.count
            same += Int64(shared)
            if shared < max(left.count, right.count) { break }
            start = range.upper
        }
        return same * 2 > fewest ? same : 0
    }
}

public import LogCursor
public import LogIngestion
import LogModel

/// Compares generations of one object, to find those that hold the same lines.
///
/// Such generations come about when an older state of the object was taken for another content.
public struct SameLines: Sendable {
    private let taken: any TakenLines

    /// Makes a comparison of the lines that a store holds.
    public init(in taken: any TakenLines) { self.taken = taken }

    /// How many bytes of each object are compared at a time.
    private static let window: Int64 = 256 << 10

    /// Counts the lines that two generations of one object have in common, if they begin as one content does.
    ///
    /// They begin as one content when their equal first lines, each at the same offset, are more than half of the lines
    /// of one of them. Contents that share only a first line or two, such as a banner, are two contents.
    /// - Returns: the number of common lines; 0 when they are two contents.
    /// - Throws: the store's error when it cannot be read.
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

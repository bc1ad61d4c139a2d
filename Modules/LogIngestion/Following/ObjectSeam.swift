import LogCursor

/// The evidence that an object is not what the cursor had taken.
struct Rewritten: Error, CustomStringConvertible {
    let reason: GenerationReason
    var description: String { "the object was \(reason.rawValue) again while it was read" }
}

/// The last bytes of a chunk, which the next range begins with again.
///
/// So an object that is written over between two reads is noticed before bytes of both contents are taken for one, and a
/// line that the ranges cut in two stands whole in the second, where it can be read without being put together.
struct ObjectSeam {
    /// Position of the first byte.
    let start: Int64
    /// The bytes, at most ``limit`` and a sixteenth of a range.
    let bytes: [UInt8]

    /// How long a seam is; longer than most lines.
    static let limit = 8 << 10

    private var end: Int64 { start + Int64(bytes.count) }

    /// The seam between a chunk and the next range of `limit` bytes.
    init(endOf chunk: ObjectChunk, limit: Int) {
        bytes = Array(chunk.bytes.suffix(min(ObjectSeam.limit, limit / 16)))
        start = chunk.end - Int64(bytes.count)
    }

    /// Where the fresh bytes begin in a range that begins at ``start``; `nil` when there are none.
    /// - Throws: ``Rewritten`` when the object is shorter now, or has other bytes at the seam.
    func freshStart(in next: ObjectChunk) throws(Rewritten) -> Int? {
        if next.size < end { throw Rewritten(reason: .truncated) }
        guard next.bytes.starts(with: bytes) else {
            // An answer that ends within the seam proves nothing unless it differs.
            guard bytes.starts(with: next.bytes) else { throw Rewritten(reason: .rewritten) }
            return nil
        }
        return next.bytes.count > bytes.count ? bytes.count : nil
    }
}

import LogCursor

/// The evidence that an object is not what the cursor had taken.
struct Rewritten: Error, CustomStringConvertible {
    let reason: GenerationReason
    var description: String { "the object was \(reason.rawValue) again while it was read" }
}

/// The last bytes of a chunk, which the next range begins with again: an object that is written over between two reads
/// is noticed before bytes of both contents are taken for one.
struct ObjectSeam {
    /// Position of the first byte.
    let start: Int64
    /// The bytes, at most ``TailMark/limit`` and a sixteenth of a range.
    let bytes: [UInt8]

    private var end: Int64 { start + Int64(bytes.count) }

    /// The seam between a chunk and the next range of `limit` bytes.
    init(endOf chunk: ObjectChunk, limit: Int) {
        bytes = Array(chunk.bytes.suffix(min(TailMark.limit, limit / 16)))
        start = chunk.end - Int64(bytes.count)
    }

    /// What a range that begins at ``start`` holds behind the seam; `nil` when there is nothing.
    /// - Throws: ``Rewritten`` when the object is shorter now, or has other bytes at the seam.
    func cut(_ next: ObjectChunk) throws(Rewritten) -> ObjectChunk? {
        if next.size < end { throw Rewritten(reason: .truncated) }
        guard next.bytes.starts(with: bytes) else {
            // An answer that ends within the seam proves nothing unless it differs.
            guard bytes.starts(with: next.bytes) else { throw Rewritten(reason: .rewritten) }
            return nil
        }
        guard next.bytes.count > bytes.count else { return nil }
        return ObjectChunk(offset: end, bytes: Array(next.bytes.dropFirst(bytes.count)), size: next.size)
    }
}

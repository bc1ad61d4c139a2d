import LogCursor

/// The evidence that an object is not what the cursor had taken.
struct Rewritten: Error, CustomStringConvertible {
    let reason: GenerationReason
    /// How many bytes the object showed.
    let size: Int64
    var description: String { "the object was \(reason.rawValue) again while it was read" }
}

/// The last bytes of a chunk, which the next range begins with again.
///
/// So an object that is written over between two reads is noticed before bytes of both contents are taken for one, and a
/// line that the ranges cut in two stands whole in the second, where it can be read without being put together.
struct ObjectSeam {
    /// Position of the first byte.
    let start: Int64
    /// The bytes, at most ``ObjectAssembler/usefulSeam`` and a sixteenth of a range.
    let bytes: [UInt8]

    private var end: Int64 { start + Int64(bytes.count) }

    /// The seam between a chunk and the next range of `limit` bytes.
    init(endOf chunk: ObjectChunk, limit: Int) {
        bytes = Array(chunk.bytes.suffix(min(ObjectAssembler.usefulSeam, limit / 16)))
        start = chunk.end - Int64(bytes.count)
    }

    /// Where the fresh bytes begin in a range that begins at ``start``; `nil` when there are none.
    /// - Throws: ``Rewritten`` when the object is shorter now, or has other bytes at the seam.
    func freshStart(in next: ObjectChunk) throws(Rewritten) -> Int? {
        if next.size < end { throw Rewritten(reason: .truncated, size: next.size) }
        let shared = min(bytes.count, next.bytes.count)
        guard areEqual(next.bytes.span.bytes, bytes.span.bytes, count: shared) else {
            throw Rewritten(reason: .rewritten, size: next.size)
        }
        // An answer that ends within the seam proves nothing unless it differs.
        return next.bytes.count > bytes.count ? bytes.count : nil
    }
}

/// Whether the first `count` bytes are the same, looked at eight at a time.
private func areEqual(_ left: RawSpan, _ right: RawSpan, count: Int) -> Bool {
    var index = 0
    while index + 8 <= count {
        let difference =
            left.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
            ^ right.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
        if difference != 0 { return false }
        index += 8
    }
    while index < count {
        if left.unsafeLoad(fromByteOffset: index, as: UInt8.self)
            != right.unsafeLoad(fromByteOffset: index, as: UInt8.self)
        {
            return false
        }
        index += 1
    }
    return true
}

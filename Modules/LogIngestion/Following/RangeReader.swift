import LogModel

/// Reads ranges of one object, beyond the end that its place shows where bytes are known to lie there.
public struct RangeReader: Sendable {
    let source: any ObjectSource
    let object: SourceObject
    /// Whether the place keeps bytes behind the end that it shows.
    let behindEnd: Bool

    /// Makes a reader.
    /// - Parameters:
    ///   - source: where to read.
    ///   - object: the object, as a listing of `source` showed it.
    ///   - behindEnd: whether the place keeps bytes behind the end that it shows.
    public init(source: any ObjectSource, object: SourceObject, behindEnd: Bool) {
        self.source = source
        self.object = object
        self.behindEnd = behindEnd
    }

    /// Bytes that were read, and how long that took.
    struct Arrival: Sendable {
        let chunk: ObjectChunk
        let time: Duration
    }

    /// Reads as ``read(from:limit:)`` does, and measures it; without `ticks` it took no time.
    func read(
        from offset: Int64, limit: Int, by ticks: (any Clock<Duration>)?
    ) async throws(SourceError) -> Arrival {
        let passed = ticks?.stopwatch()
        let chunk = try await read(from: offset, limit: limit)
        return Arrival(chunk: chunk, time: passed?() ?? .zero)
    }

    /// Reads up to `limit` bytes from `offset` on.
    /// - Returns: the bytes; none when the object has no byte at `offset`.
    /// - Throws: ``SourceError``, `.gone` when the object is no longer there.
    public func read(from offset: Int64, limit: Int) async throws(SourceError) -> ObjectChunk {
        // Ranges well before the end that is shown cost least as they are.
        guard behindEnd, offset + Int64(limit) >= object.size else {
            return try await source.read(object, from: offset, limit: limit)
        }
        return try await source.readBehindEnd(object, from: offset, limit: limit)
    }
}

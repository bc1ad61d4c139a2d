import LogModel

/// Reads ranges of one object, beyond the end that its place shows where bytes are known to lie there.
struct RangeReader: Sendable {
    let source: any ObjectSource
    let object: SourceObject
    /// Whether the place keeps bytes behind the end that it shows.
    let behindEnd: Bool

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
    func read(from offset: Int64, limit: Int) async throws(SourceError) -> ObjectChunk {
        // Ranges well before the end that is shown cost least as they are.
        guard behindEnd, offset + Int64(limit) >= object.size else {
            return try await source.read(object, from: offset, limit: limit)
        }
        return try await source.readBehindEnd(object, from: offset, limit: limit)
    }
}

import LogModel

/// Reads ranges of one object, beyond the end that its place shows where bytes are known to lie there.
struct RangeReader: Sendable {
    let source: any ObjectSource
    let object: SourceObject
    /// Whether the place keeps bytes behind the end that it shows.
    let behindEnd: Bool

    /// Reads up to `limit` bytes from `offset` on.
    func read(from offset: Int64, limit: Int) async throws(SourceError) -> ObjectChunk {
        // Ranges well before the end that is shown cost least as they are.
        guard behindEnd, offset + Int64(limit) >= object.size else {
            return try await source.read(object, from: offset, limit: limit)
        }
        return try await source.readBehindEnd(object, from: offset, limit: limit)
    }
}

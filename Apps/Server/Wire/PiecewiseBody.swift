import Hummingbird
import NIOCore

extension ResponseBodyWriter {
    /// Writes bytes in pieces of at most 64 KiB; returns when the connection has room for more.
    ///
    /// Whether a client takes an answer fast enough is judged by the pieces that its system has taken, so a large one
    /// would look like a client that stands still.
    /// - Parameters:
    ///   - bytes: what to write.
    ///   - isAllowed: is asked in front of each piece, and throws when nothing more may be written.
    /// - Throws: when the connection is closed, by the client or because it took too long; what `isAllowed` throws.
    @concurrent mutating func write(
        inPieces bytes: ByteBuffer, while isAllowed: () async throws -> Void = {}
    ) async throws {
        var rest = bytes
        while let piece = rest.readSlice(length: min(rest.readableBytes, 64 << 10)), piece.readableBytes > 0 {
            try await isAllowed()
            try await write(piece)
        }
    }
}

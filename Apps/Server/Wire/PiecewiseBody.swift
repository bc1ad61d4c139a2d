import Hummingbird
import NIOCore

extension ResponseBodyWriter {
    /// Writes bytes in pieces of at most 64 KiB; returns when the connection has room for more.
    ///
    /// Whether a client takes an answer fast enough is judged by the pieces that its system has taken, so a large one
    /// would look like a client that stands still.
    /// - Throws: when the connection is closed, by the client or because it took too long.
    @concurrent mutating func write(inPieces bytes: ByteBuffer) async throws {
        var rest = bytes
        while let piece = rest.readSlice(length: min(rest.readableBytes, 64 << 10)), piece.readableBytes > 0 {
            try await write(piece)
        }
    }
}

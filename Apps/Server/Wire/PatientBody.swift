import Hummingbird
import NIOCore

/// Writes a streamed body piece by piece, and closes the connection of a client that does not take the next piece in
/// time, so that one which stops reading holds nothing for long.
struct PatientBody: Sendable {
    let channel: any Channel
    let limit: Duration

    /// No more than this is handed to the connection at a time, so that a slow client has the limit for each piece.
    private static let piece = 64 << 10

    /// Writes bytes; returns when the connection has room for more.
    /// - Throws: when the connection is closed, by the client or because it took too long.
    @concurrent func write(_ bytes: ByteBuffer, to writer: inout any ResponseBodyWriter) async throws {
        var rest = bytes
        while let piece = rest.readSlice(length: min(rest.readableBytes, PatientBody.piece)), piece.readableBytes > 0 {
            let end = channel.eventLoop.scheduleTask(in: TimeAmount(limit)) { [channel] in
                channel.close(promise: nil)
            }
            defer { end.cancel() }
            try await writer.write(piece)
        }
    }
}

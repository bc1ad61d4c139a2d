import BlockingExecutor

/// The body of a response, pulled piece by piece by one reader.
///
/// It is an object so that its end of life says something: when nobody holds it any more, the transfer is given up
/// and its connection closed.
public final class HTTPResponseBody: Sendable {
    private let pull: @Sendable (_ least: Int) async throws(HTTPTransportError) -> [UInt8]?
    private let abandon: @Sendable () -> Void

    /// Makes a body from how to get its next piece and how to give it up.
    /// - Parameters:
    ///   - next: gives the next bytes, at least so many as it is asked for unless the body ends or breaks before, and
    ///     never none; `nil` at the end, and again after it.
    ///   - abandon: called once, when the body is let go; from any thread.
    public init(
        next: @escaping @Sendable (_ least: Int) async throws(HTTPTransportError) -> [UInt8]?,
        abandon: @escaping @Sendable () -> Void = {}
    ) {
        pull = next
        self.abandon = abandon
    }

    /// Makes a body of bytes that are there already.
    public convenience init(_ bytes: [UInt8]) {
        let rest = Locked<[UInt8]?>(bytes.isEmpty ? nil : bytes)
        self.init(next: { _ in
            rest.withLock { rest in
                defer { rest = nil }
                return rest
            }
        })
    }

    deinit { abandon() }

    /// The next bytes of the body.
    ///
    /// What came before a transfer broke is handed out before the error is. There may be one call at a time.
    /// - Parameter least: how many bytes are waited for, which are held meanwhile; fewer come only where the body ends
    ///   or breaks. Who wants much of a body is woken once for all of it so, instead of with each packet.
    /// - Returns: as many bytes as have come, `nil` at the end.
    /// - Throws: ``HTTPTransportError``.
    public func next(atLeast least: Int = 1) async throws(HTTPTransportError) -> [UInt8]? {
        try await pull(least)
    }

    /// The rest of the body in one piece.
    /// - Throws: ``HTTPTransportError`` `.tooLarge` when there are more than `limit` bytes; no more than a piece
    ///   beyond the limit is held.
    public func collect(upTo limit: Int) async throws(HTTPTransportError) -> [UInt8] {
        var bytes: [UInt8] = []
        while let piece = try await next() {
            guard bytes.count + piece.count <= limit else {
                throw HTTPTransportError(
                    .tooLarge, detail: "the body has more than \(limit) bytes", mayHaveReachedServer: true)
            }
            bytes.append(contentsOf: piece)
        }
        return bytes
    }
}

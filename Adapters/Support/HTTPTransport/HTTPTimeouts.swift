/// How long a request may take.
public struct HTTPTimeouts: Sendable, Hashable {
    /// From the look-up of the host's name to a connection that is ready for the request, TLS included.
    public var connect: Duration
    /// The longest time on a connection without a byte in either direction.
    ///
    /// Time in which the reader of the body leaves a full buffer standing does not count.
    public var idle: Duration
    /// From the call to the last byte of the body, the wait for a free connection and the reader's pauses included.
    public var total: Duration?

    /// Sets the three; without `total` a transfer lasts as long as it goes on.
    public init(connect: Duration = .seconds(5), idle: Duration = .seconds(30), total: Duration? = nil) {
        self.connect = connect
        self.idle = idle
        self.total = total
    }
}

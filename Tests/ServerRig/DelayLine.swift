import Glibc

/// Bytes that are on their way for a while, in their order.
struct DelayLine {
    /// As many pieces are on their way at most.
    private static let room = 256
    private var pieces: [(due: ContinuousClock.Instant, bytes: ArraySlice<UInt8>)] = []

    /// When the first piece arrives; `nil` when there is none.
    var due: ContinuousClock.Instant? { pieces.first?.due }

    /// Whether another piece may be sent off.
    var hasRoom: Bool { pieces.count < DelayLine.room }

    /// Sends bytes off; none arrive before those in front of them.
    mutating func add(_ bytes: ArraySlice<UInt8>, for delay: Duration) {
        pieces.append((max(.now + delay, pieces.last?.due ?? .now), bytes))
    }

    /// Takes the first piece off; empty when there is none.
    mutating func next() -> ArraySlice<UInt8> { pieces.isEmpty ? [] : pieces.removeFirst().bytes }
}

/// Waits until a socket can be read from.
/// - Returns: `false` when it cannot at that moment.
func isReadable(_ socket: Int32, until moment: ContinuousClock.Instant) -> Bool {
    var poller = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
    let left = max(.zero, moment - .now)
    return poll(&poller, 1, Int32(clamping: Int64(left / .milliseconds(1)))) > 0
}

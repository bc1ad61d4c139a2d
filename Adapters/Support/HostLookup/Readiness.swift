internal import Glibc

/// Waits until one of some descriptors is ready, or the time is over.
/// - Returns: which are ready, in their order; none when the time is over.
public func waitFor(_ descriptors: [(descriptor: Int32, events: Int32)], until end: ContinuousClock.Instant) -> [Bool] {
    while true {
        let (seconds, attoseconds) = min(max(.zero, end - .now), .seconds(86_400)).components
        let milliseconds = Int32(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
        var entries = descriptors.map { pollfd(fd: $0.descriptor, events: Int16($0.events), revents: 0) }
        let ready = unsafe poll(&entries, nfds_t(entries.count), milliseconds)
        if ready > 0 { return entries.map { $0.revents != 0 } }
        // poll(2) ends as well when a signal was handled on this thread.
        let wasInterrupted = ready < 0 && errno == EINTR
        guard ContinuousClock.now < end, wasInterrupted || ready == 0 else { return descriptors.map { _ in false } }
    }
}

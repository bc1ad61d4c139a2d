public import LogModel

/// Takes log lines from any thread and delivers them: each line once, in order, whatever the network does.
///
/// Lines wait in a bounded buffer and are sent in batches in the background. No function throws or blocks; what cannot
/// be kept is counted by reason, see ``statistics()``. Call ``shutdown(within:)`` before the process ends.
public final class LogShipper: Sendable {
    /// Whether this task is a shipper's own, whose log entries are left out.
    @TaskLocal package static var isShipping = false

    /// Encodes values as this shipper does.
    package let encoder: JSONLineEncoder
    private let buffer: any BufferGuard
    private let wallClock: any WallClock
    private let now: @Sendable () -> Duration
    private let loop: ShippingLoop
    private let signals: AsyncStream<Void>.Continuation
    private let task: Task<Void, Never>

    /// Designated initializer, with everything from outside given; nothing is sent before the first line is there.
    ///
    /// - Parameters:
    ///   - settings: what to do; numbers outside their range are brought into it.
    ///   - transport: carries requests.
    ///   - guarding: puts the buffer behind a lock.
    ///   - clock: measures waits.
    ///   - wallClock: dates lines that have no time of their own.
    ///   - entropy: makes names and spreads waits.
    ///   - journal: keeps batches on disk until they are delivered.
    ///   - observer: is told what happens.
    package init<C: Clock>(
        settings: ShipperSettings, transport: any SdkTransport, guarding: (LineBuffer) -> any BufferGuard, clock: C,
        wallClock: any WallClock, entropy: any Entropy, journal: (any BatchJournal)? = nil,
        observer: (any ShipperObserver)? = nil
    ) where C.Duration == Duration {
        let settings = settings.bounded()
        let time = ShipperTime(clock)
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        buffer = guarding(LineBuffer(LineBuffer.Limits(settings)))
        encoder = JSONLineEncoder(metadata: settings.metadata)
        self.wallClock = wallClock
        now = time.now
        signals = continuation
        let loop = ShippingLoop(
            settings: settings,
            ports: ShippingLoop.Ports(
                transport: transport, buffer: buffer, time: time, wallClock: wallClock, entropy: entropy,
                journal: journal, observer: observer))
        self.loop = loop
        task = Task { await LogShipper.$isShipping.withValue(true) { await loop.run(stream) } }
    }

    /// If released without ``shutdown(within:)``, the shipper still tries to send pending lines for
    /// ``ShipperSettings/releaseGracePeriod``.
    deinit { signals.finish() }

    // MARK: - Logging

    /// Logs a value: its members become the line's, and what is no object becomes the line's `message`.
    public func log(_ value: some Encodable, level: Level? = nil) {
        submit(encoder.encode(value, level: level, now: wallClock.now()))
    }

    /// Logs a message with an error: its type, its description and, where it has any, its members.
    public func log(_ message: String, error: any Error, level: Level = .error) {
        log(ErrorEntry(message: message, error: ErrorRecord(error)), level: level)
    }

    /// Logs a line that is JSON already; what is no JSON object becomes the line's `message`.
    public func log(json line: [UInt8], level: Level? = nil) {
        submit(encoder.encode(json: line, level: level, now: wallClock.now()))
    }

    /// Logs a value, and waits for room when the policy is ``OverflowPolicy/wait``.
    ///
    /// A caller that is cancelled while it waits loses its line, which is counted.
    public func logWhenThereIsRoom(_ value: some Encodable, level: Level? = nil) async {
        await loop.admit(encoder.encode(value, level: level, now: wallClock.now()))
    }

    /// Takes a line that is encoded.
    package func submit(_ line: EncodedLine) {
        wake(after: buffer.withBuffer { $0.append(line.bytes, day: line.day, now: now) })
    }

    /// Takes a line that `compose` writes as one JSON object into memory that is used again.
    ///
    /// `compose` runs outside of any lock, so it may itself log.
    package func write(at moment: Timestamp, _ compose: (inout JSONText) -> Void) {
        let day = CivilDay(of: moment)
        let admission = buffer.withMemory { memory in
            var text = JSONText()
            swap(&text.bytes, &memory)
            compose(&text)
            let admission = text.bytes.withUnsafeBufferPointer { line in
                buffer.withBuffer { $0.append(line, day: day, now: now) }
            }
            swap(&text.bytes, &memory)
            return admission
        }
        wake(after: admission)
    }

    private func wake(after admission: LineBuffer.Admission) {
        switch admission {
        case .accepted(wakes: true), .dropped(_, wakes: true): signals.yield()
        case .accepted, .dropped, .full: break
        }
    }

    // MARK: - Delivery

    /// Returns when every line that was logged before this call is stored or dropped, or when the caller is cancelled.
    public func flush() async { _ = await loop.flush(within: nil) }

    /// Tries to bring out every line that was logged before this call, and tells whether none is waiting any more.
    public func flush(within limit: Duration) async -> Bool { await loop.flush(within: limit) }

    /// Takes no more lines, delivers what there is within the limit, and ends.
    ///
    /// What is still undelivered then stays in the disk buffer, or is counted as dropped when there is none.
    @discardableResult
    public func shutdown(within limit: Duration) async -> ShipperStatistics {
        await loop.shutdown(within: limit)
        task.cancel()
        return await loop.statistics()
    }

    /// How the shipper fares.
    public func statistics() async -> ShipperStatistics { await loop.statistics() }
}

private struct ErrorEntry: Encodable {
    let message: String
    let error: ErrorRecord
}

import BlockingExecutor
public import Logging

/// Lets a notice, warning or error about the same thing through once in a while, and says how many it held back.
///
/// Two entries are about the same thing when level, message and metadata are equal, save what changes from one time to
/// the next anyhow: ids of requests and runs, counts, durations and the words of an error.
public struct RepeatLimiter: LogHandler {
    private struct Key: Hashable, Sendable {
        let level: Logger.Level
        let message: String
        let things: [String]
    }

    /// How long a thing is not said again.
    public static let window: Duration = .seconds(10)
    private static let limit = 1000
    private static let volatile: Set<String> = [
        "apps", "bytes", "count", "duration_ms", "error", "generation", "objects", "previous_position", "records",
        "rejects", "request_id", "retry_after", "run", "trace_id",
    ]

    private var output: LogOutput
    private let now: @Sendable () -> Duration
    private let memory: Locked<RepeatMemory<Key, LogEvent>>

    /// Limits what an output gets.
    /// - Parameters:
    ///   - output: what writes.
    ///   - window: how long a thing is not said again.
    ///   - now: a time that never steps back.
    public init(
        _ output: LogOutput, window: Duration = RepeatLimiter.window, now: @Sendable @escaping () -> Duration
    ) {
        self.output = output
        self.now = now
        memory = Locked(RepeatMemory(length: window, limit: RepeatLimiter.limit))
    }

    /// The lowest level that is written.
    public var logLevel: Logger.Level {
        get { output.logLevel }
        set { output.logLevel = newValue }
    }

    /// What every entry carries.
    public var metadata: Logger.Metadata {
        get { output.metadata }
        set { output.metadata = newValue }
    }

    /// A value that every entry carries.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { output[metadataKey: key] }
        set { output[metadataKey: key] = newValue }
    }

    /// Writes an entry, unless the same was written lately.
    public func log(event: LogEvent) {
        let moment = now()
        for (entry, more) in memory.withLock({ $0.takeOverdue(at: moment) }) { write(entry, heldBack: more) }
        guard event.level >= .notice, event.level < .critical else { return output.log(event: event) }
        let key = key(of: event)
        guard let held = memory.withLock({ $0.admit(event, like: key, at: moment) }) else { return }
        write(event, heldBack: held)
    }

    private func write(_ event: LogEvent, heldBack: Int) {
        var event = event
        if heldBack > 0 { event.metadata = (event.metadata ?? [:]).merging(["held_back": "\(heldBack)"]) { $1 } }
        output.log(event: event)
    }

    private func key(of event: LogEvent) -> Key {
        let all = output.metadata.merging(event.metadata ?? [:]) { $1 }
        let things = all.filter { !RepeatLimiter.volatile.contains($0.key) }.map { "\($0.key)=\($0.value)" }
        return Key(level: event.level, message: event.message.description, things: things.sorted())
    }
}

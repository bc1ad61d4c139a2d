import BlockingExecutor
public import Logging

/// Lets a notice, warning or error about the same thing through once in a while, and says how many it held back.
///
/// Two entries are about the same thing when level, message and metadata are equal, save what changes from one time to
/// the next anyhow: ids of requests and runs, counts, durations and the words of an error.
///
/// What was held back last is written when something else is, with the time at which it happened: by then its cause may
/// be over.
public struct RepeatLimiter: LogHandler {
    private struct Key: Hashable, Sendable {
        let level: Logger.Level
        let message: String
        let things: [String]
    }

    /// How long a thing is not said again.
    public static let window: Duration = .seconds(10)
    /// An entry, and what time it was.
    private struct Moment: Sendable {
        let event: LogEvent
        let time: String
    }

    private static let limit = 1000
    private static let volatile: Set<String> = [
        "apps", "bytes", "count", "duration_ms", "error", "generation", "late_ms", "left_ms", "objects",
        "previous_position", "records", "rejects", "request_id", "retry_after", "run", "threads_held", "trace_id",
    ]

    private var output: LogOutput
    private let now: @Sendable () -> Duration
    private let memory: Locked<RepeatMemory<Key, Moment>>

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
        let (present, moment) = (now(), Moment(event: event, time: output.time))
        let isLimited = event.level >= .notice && event.level < .critical
        // First of all: an entry that is written tells what was held back before it.
        let key = isLimited ? key(of: event) : nil
        let held = key.map { key in memory.withLock { $0.admit(moment, like: key, at: present) } } ?? 0
        for (entry, more) in memory.withLock({ $0.takeOverdue(at: present) }) { write(entry, heldBack: more) }
        if let held { write(moment, heldBack: held) }
    }

    private func write(_ moment: Moment, heldBack: Int) {
        var event = moment.event
        if heldBack > 0 { event.metadata = (event.metadata ?? [:]).merging(["held_back": "\(heldBack)"]) { $1 } }
        output.log(event: event, time: moment.time)
    }

    private func key(of event: LogEvent) -> Key {
        let all = output.metadata.merging(event.metadata ?? [:]) { $1 }
        let things = all.filter { !RepeatLimiter.volatile.contains($0.key) }.map { "\($0.key)=\(lasting($0.value))" }
        return Key(level: event.level, message: event.message.description, things: things.sorted())
    }

    /// A value without figures that stand alone among words, such as how long something lasts already.
    private func lasting(_ value: Logger.MetadataValue) -> String {
        let text = value.description
        guard text.utf8.contains(UInt8(ascii: " ")) else { return text }
        let words = text.split(separator: " ").map { word in
            word.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") } ? "#" : word
        }
        return words.joined(separator: " ")
    }
}

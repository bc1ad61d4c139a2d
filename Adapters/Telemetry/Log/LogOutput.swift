public import Logging

/// Where the service's own log goes: one line per entry to standard error, as text or as JSON.
public struct LogOutput: LogHandler {
    /// The lowest level that is written.
    public var logLevel: Logger.Level
    /// What every entry carries.
    public var metadata: Logger.Metadata = [:]
    private let label: String
    private let isJSON: Bool
    private let write: @Sendable (String) -> Void
    private let now: @Sendable () -> String

    /// Makes an output.
    /// - Parameters:
    ///   - label: the component that logs.
    ///   - level: the lowest level that is written.
    ///   - isJSON: whether lines are JSON objects.
    ///   - now: the time of an entry, RFC 3339.
    ///   - write: writes a line, which has its newline.
    public init(
        label: String, level: Logger.Level, isJSON: Bool, now: @Sendable @escaping () -> String,
        write: @Sendable @escaping (String) -> Void
    ) {
        self.label = label
        logLevel = level
        self.isJSON = isJSON
        self.now = now
        self.write = write
    }

    /// A value that every entry carries.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes an entry.
    public func log(event: LogEvent) { log(event: event, time: time) }

    /// What time it is.
    var time: String { now() }

    /// Writes an entry of another time.
    func log(event: LogEvent, time: String) {
        var all = metadata.merging(event.metadata ?? [:]) { _, newer in newer }
        if let error = event.error { all["error"] = "\(error)" }
        let pairs = all.sorted { $0.key < $1.key }
        write(isJSON ? json(event, time, pairs) : text(event, time, pairs))
    }

    private func json(
        _ event: LogEvent, _ time: String, _ pairs: [(key: String, value: Logger.Metadata.Value)]
    ) -> String {
        var line = "{\"time\":\"\(time)\",\"level\":\"\(event.level)\",\"component\":\(quoted(label)),"
        line += "\"message\":\(quoted(event.message.description))"
        for (key, value) in pairs { line += ",\(quoted(key)):\(quoted(value.description))" }
        return line + "}\n"
    }

    private func text(
        _ event: LogEvent, _ time: String, _ pairs: [(key: String, value: Logger.Metadata.Value)]
    ) -> String {
        var line = "\(time) \(event.level.rawValue.uppercased()) [\(label)] \(printable(event.message.description))"
        for (key, value) in pairs { line += " \(key)=\(printable(value.description))" }
        return line + "\n"
    }
}

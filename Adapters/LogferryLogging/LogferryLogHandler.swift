package import LogModel
package import Logferry
public import Logging

/// A backend for swift-log that hands entries to a `LogShipper`.
///
/// An entry becomes one line with `timestamp`, `level`, `message`, `logger`, `source`, `file`, `function`, `line`, and
/// `metadata` and `error` where there are any. It is encoded at once, into memory that is used again; nothing is sent,
/// written or waited for in the caller.
public struct LogferryLogHandler: LogHandler {
    /// The lowest level that is logged.
    public var logLevel: Logger.Level
    /// What every entry carries.
    public var metadata: Logger.Metadata = [:]
    /// Gives each entry more metadata, which the handler's own does not override.
    public var metadataProvider: Logger.MetadataProvider?
    private let shipper: LogShipper
    private let clock: any WallClock
    /// What stands between the message and the source.
    private let labelText: [UInt8]
    /// The settings' members that every entry gets, each behind a comma.
    private let settingsText: [UInt8]

    /// Designated initializer.
    ///
    /// - Parameters:
    ///   - label: the logger's label.
    ///   - shipper: takes the lines.
    ///   - level: the lowest level that is logged.
    ///   - metadataProvider: gives each entry more metadata.
    ///   - clock: dates the entries.
    package init(
        label: String, shipper: LogShipper, level: Logger.Level = .info,
        metadataProvider: Logger.MetadataProvider? = nil, clock: any WallClock
    ) {
        self.shipper = shipper
        self.clock = clock
        self.metadataProvider = metadataProvider
        logLevel = level
        var text = JSONText()
        text.append(raw: "\",\"logger\":")
        text.append(string: label)
        text.append(raw: ",\"source\":\"")
        labelText = text.bytes
        var settings = JSONText()
        shipper.encoder.appendMetadata(to: &settings) { LogferryLogHandler.members.contains($0) }
        settingsText = settings.bytes
    }

    /// A value that every entry carries.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Logs an entry, unless it comes out of the shipper's own work.
    public func log(event: LogEvent) {
        guard !LogShipper.isShipping else { return }
        let now = clock.now()
        shipper.write(at: now) { line in
            line.append(raw: "{\"timestamp\":\"")
            line.append(timestamp: now)
            line.append(raw: event.level.text)
            line.append(letters: event.message.description)
            line.append(raw: labelText)
            line.append(letters: event.source)
            line.append(raw: "\",\"file\":\"")
            line.append(letters: event.file)
            line.append(raw: "\",\"function\":\"")
            line.append(letters: event.function)
            line.append(raw: "\",\"line\":")
            line.append(digits: UInt64(event.line))
            if let error = event.error { append(error, to: &line) }
            appendMetadata(of: event, to: &line)
            line.append(raw: settingsText)
            line.append("}")
        }
    }

    /// The members that an entry has of itself.
    private static let members: Set<String> = [
        "timestamp", "level", "message", "logger", "source", "file", "function", "line", "error", "metadata",
    ]

    private func append(_ error: any Error, to line: inout JSONText) {
        line.append(raw: ",\"error\":{\"type\":")
        line.append(string: String(reflecting: type(of: error)))
        line.append(raw: ",\"message\":")
        line.append(string: String(describing: error))
        line.append("}")
    }

    /// The entry's own values win over the handler's, and those over the provider's.
    private func appendMetadata(of event: LogEvent, to line: inout JSONText) {
        let own = event.metadata ?? [:]
        let provided = metadataProvider?.get() ?? [:]
        guard !own.isEmpty || !metadata.isEmpty || !provided.isEmpty else { return }
        line.append(raw: ",\"metadata\":{")
        var isFirst = true
        for (key, value) in own { line.append(key, value, isFirst: &isFirst) }
        for (key, value) in metadata where own[key] == nil { line.append(key, value, isFirst: &isFirst) }
        for (key, value) in provided where own[key] == nil && metadata[key] == nil {
            line.append(key, value, isFirst: &isFirst)
        }
        line.append("}")
    }
}

extension Logger.Level {
    /// What stands between the timestamp and the message.
    fileprivate var text: StaticString {
        switch self {
        case .trace: "\",\"level\":\"trace\",\"message\":\""
        case .debug: "\",\"level\":\"debug\",\"message\":\""
        case .info: "\",\"level\":\"info\",\"message\":\""
        case .notice: "\",\"level\":\"notice\",\"message\":\""
        case .warning: "\",\"level\":\"warn\",\"message\":\""
        case .error: "\",\"level\":\"error\",\"message\":\""
        case .critical: "\",\"level\":\"fatal\",\"message\":\""
        }
    }
}

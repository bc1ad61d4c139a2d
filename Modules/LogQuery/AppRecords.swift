/// Records of one app, among those of several.
public struct AppRecords: Sendable {
    /// The app's name.
    public let app: String
    /// Its records.
    public let rows: RecordRows

    /// Puts them together.
    public init(app: String, rows: RecordRows) {
        self.app = app
        self.rows = rows
    }
}

/// A question about one app of several.
public struct AppQuestion: Sendable {
    /// The app's name.
    public let app: String
    /// What is asked of its records.
    public let filter: LogFilter

    /// Puts it together.
    public init(app: String, filter: LogFilter) {
        self.app = app
        self.filter = filter
    }
}

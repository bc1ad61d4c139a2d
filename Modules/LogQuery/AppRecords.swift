/// Records of one app, in an answer about several apps.
public struct AppRecords: Sendable {
    /// The app's name.
    public let app: String
    /// Its records.
    public let rows: RecordRows

    /// Makes the records of an app.
    public init(app: String, rows: RecordRows) {
        self.app = app
        self.rows = rows
    }
}

/// A question about one of several apps.
public struct AppQuestion: Sendable {
    /// The app's name.
    public let app: String
    /// The filter of its records.
    public let filter: LogFilter

    /// Makes a question.
    public init(app: String, filter: LogFilter) {
        self.app = app
        self.filter = filter
    }
}

import ArgumentParser

/// A way of log bytes through the engine, as far as it is measured.
enum PathName: String, Codable, Sendable, CaseIterable, ExpressibleByArgument {
    /// A file, cut into lines.
    case frame
    /// A file, cut into lines that are judged.
    case scan
    /// The whole engine over a local file, into a store that keeps nothing.
    case follow
    /// The same over the batches of our SDKs.
    case batches
    /// The whole engine over a local file, into SQLite.
    case sqlite
    /// The whole engine over a local file, into PostgreSQL.
    case postgres
    /// The whole engine over a local file, into MongoDB.
    case mongo
    /// A file of a file store, read range by range over HTTP.
    case range
    /// Requests of a hundred lines, taken by a handler of our HTTP server that cuts and judges them.
    case post
}

/// Who goes the way.
enum Side: String, Codable, Sendable, CaseIterable {
    /// Our code.
    case ours
    /// The least that a program must do to come to the same end.
    case limit
}

/// What a process of its own does.
enum CaseName: String, Sendable, CaseIterable, ExpressibleByArgument {
    case frame
    case newlines
    case scan
    case bareScan = "bare-scan"
    case follow
    case sqlite
    case bareSQLite = "bare-sqlite"
    case postgres
    case mongo
    case bareMongo = "bare-mongo"
    case range
    case post
}

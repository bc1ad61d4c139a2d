/// Limits and sizes of ingestion.
public struct IngestionSettings: Sendable, Hashable {
    /// How long a line may be in bytes, newline not counted (`ingest.max_line_bytes`).
    public var maxLineBytes = 1 << 20
    /// How many bytes may be read and not yet committed, over all objects (`ingest.bytes_in_flight`).
    public var bytesInFlight = 16 << 20
    /// How many bytes one read asks for.
    public var chunkBytes = 2 << 20
    /// How many objects of one source are followed at the same time.
    public var parallelObjects = 8
    /// How many apps are worked on at the same time.
    public var parallelApps = 4
    /// How many bytes one object may bring before others get a turn.
    public var fairShareBytes = 64 << 20
    /// How long a claim lasts without being prolonged.
    public var claimLease: Duration = .seconds(30)
    /// How long an object may be read in one turn before others get theirs.
    ///
    /// One that is slow comes back after as long as its turn took.
    public var turnTime: Duration = .seconds(10)
    /// How long a run waits for apps that are slow before it visits the others again.
    public var revisitAfter: Duration = .seconds(10)
    /// How long a past day's object must not have grown before its last line counts without a newline (`seal.grace`).
    public var sealGrace: Duration = .seconds(3600)
    /// How long an object must go on showing other bytes than those that were taken before it is read from its start
    /// (`consume.replace_after`).
    public var replaceAfter: Duration = .seconds(30)

    /// The defaults.
    public init() {}
}

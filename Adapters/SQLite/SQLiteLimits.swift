/// How long each thing may take and how large it may be; `Docs/Operations.md` lists the same ones.
struct SQLiteLimits: Sendable {
    /// What one call may wait in all: for its turn, and for other processes that hold a lock on the file.
    var wait: Duration = .seconds(10)
    /// The statements of one call; they are ended then.
    var call: Duration = .seconds(60)
    /// What a thread gets to come back from SQLite, on top of what its call may take.
    var stuck: Duration = .seconds(5)
    /// The turn of a read that takes long, of which few are made at a time.
    var longTurn: Duration = .seconds(60)
    /// Reads at a time.
    var readers = 6
    /// Reads that take long at a time.
    var longReaders = 3
    /// Calls that may wait for their turn, of each kind.
    var waiting = 1024
    /// Records that a count or a histogram looks at before it lets its view of the file go and takes another one.
    var viewedRows = 2_000_000
    /// Bytes of the file of the write-ahead log that are kept for later use.
    var walBytes = 16 << 20
    /// Pause between two attempts to cut a log that is longer, which doubles each time.
    var walPause: Duration = .seconds(1)
    /// The longest one of these pauses.
    var longestWalPause: Duration = .seconds(30)
    /// How long a read may keep the log from being cut before that is said.
    var walPatience: Duration = .seconds(30)
}

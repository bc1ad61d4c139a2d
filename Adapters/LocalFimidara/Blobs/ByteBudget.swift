internal import BlockingExecutor

/// Keeps all files together, and what uploads in flight have taken in, below a limit.
final class ByteBudget: Sendable {
    private let limit: Int64
    private let taken: Locked<Int64>

    init(limit: Int64, used: Int64) {
        self.limit = limit
        taken = Locked(used)
    }

    /// Takes bytes before they are written.
    /// - Throws: a failure with status 403 when there are not as many left.
    func take(_ count: Int64) throws {
        let fits = taken.withLock { taken in
            guard taken + count <= limit else { return false }
            taken += count
            return true
        }
        guard fits else { throw StorageFailure.usageLimit("The store is full") }
    }

    /// Gives bytes back: of an upload that was rolled back, or of a file that is gone.
    func giveBack(_ count: Int64) {
        taken.withLock { $0 -= count }
    }

    /// Bytes of all files and of uploads in flight.
    var used: Int64 { taken.withLock { $0 } }
}

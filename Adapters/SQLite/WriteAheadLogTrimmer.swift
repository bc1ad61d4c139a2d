import BlockingExecutor
import CallLedger
import Foundation
import GRDB
import StoreSupport

/// Cuts the file of the write-ahead log when it is longer than what is kept.
///
/// A transaction that reads for long keeps what is written meanwhile in the log, which grows. SQLite takes it up into the
/// file with the first commit after that, but the log's file stays as long as it was. The connection that writes cuts it when
/// it begins the log anew. This does so where nothing more is written, or somebody reads at each such moment.
final class WriteAheadLogTrimmer: Sendable {
    private struct State {
        var lookedAt: ContinuousClock.Instant?
        var isAtWork = false
    }

    private let state = Locked(State())
    private let path: String
    private let pool: DatabasePool
    private let desk: CallDesk
    private let observe: @Sendable (StoreEvent) -> Void

    /// - Parameters:
    ///   - pool: the database.
    ///   - desk: where its calls take turns.
    ///   - observe: is told when the log cannot be cut.
    init(_ pool: DatabasePool, _ desk: CallDesk, observe: @escaping @Sendable (StoreEvent) -> Void) {
        path = pool.path + "-wal"
        self.pool = pool
        self.desk = desk
        self.observe = observe
    }

    /// Looks at the log now and again, and has it cut when it is too long.
    ///
    /// Called at the end of each call, on the call's thread: the disk may hang.
    func look() {
        let isDue = state.withLock { state in
            let now = ContinuousClock.now
            if state.isAtWork { return false }
            if let last = state.lookedAt, now - last < desk.limits.walPause { return false }
            state.lookedAt = now
            return true
        }
        guard isDue, bytes > desk.limits.walBytes else { return }
        let mustWork = state.withLock { state in
            defer { state.isAtWork = true }
            return !state.isAtWork
        }
        if mustWork { begin() }
    }

    /// How long the file is; it may block.
    private var bytes: Int {
        var found = stat()
        return unsafe stat(path, &found) == 0 ? Int(found.st_size) : 0
    }

    /// Tries until the log is short, the database is closed or nobody has it any more.
    private func begin() {
        let (limits, start) = (desk.limits, ContinuousClock.now)
        Task { [weak self] in
            var pause = limits.walPause
            var isSaid = false
            while true {
                let left = isSaid ? .zero : limits.walPatience - (.now - start)
                try? await Task.sleep(
                    for: WriteAheadLogTrimmer.wait(pause * Double.random(in: 0.75...1), untilSaying: left))
                guard let self, await !isDone(since: start, isSaid: &isSaid) else { return }
                pause = min(pause * 2, limits.longestWalPause)
            }
        }
    }

    /// The pause before the next attempt: what is to be said after some time is said then, and not at an attempt behind it.
    static func wait(_ pause: Duration, untilSaying left: Duration) -> Duration {
        left > .zero ? min(pause, left) : pause
    }

    /// Tries once, and says when the log is held for long.
    /// - Returns: whether nothing is left to do.
    private func isDone(since start: ContinuousClock.Instant, isSaid: inout Bool) async -> Bool {
        let left = await cut()
        if let left, left > desk.limits.walBytes, !desk.isClosing {
            if !isSaid, .now - start >= desk.limits.walPatience {
                isSaid = true
                observe(.writeAheadLogIsHeld(bytes: left))
            }
            return false
        }
        // A call that failed tells nothing of the log.
        guard left != nil || desk.isClosing else { return false }
        state.withLock { $0.isAtWork = false }
        if isSaid, !desk.isClosing { observe(.writeAheadLogIsCut(after: .now - start)) }
        return true
    }

    /// Takes the log up into the file as far as those who read let it, and cuts it when that is all of it.
    ///
    /// Nobody is waited for: what is in use now is cut the next time.
    /// - Returns: the length that is left; `nil` when the call failed.
    private func cut() async -> Int? {
        try? await desk.write(CallSite(file: #fileID, function: #function)) { [self] clock in
            guard bytes > desk.limits.walBytes else { return bytes }
            // It has waited for its turn, and waits for nothing more.
            clock.spend(clock.waitLeft)
            try pool.writeWithoutTransaction { db in
                let taken = try db.checkpoint(.passive)
                guard taken.walFrameCount == taken.checkpointedFrameCount else { return }
                _ = try db.checkpoint(.truncate)
            }
            return bytes
        }
    }
}

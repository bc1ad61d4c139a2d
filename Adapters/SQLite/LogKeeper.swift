import BlockingExecutor
import CallLedger
import Foundation
import GRDB
import StoreSupport

/// Cuts the file of the write-ahead log when it is longer than what is kept.
///
/// Whoever reads in one transaction for long keeps what is written meanwhile in the log, which grows. SQLite takes it up into
/// the file with the first commit after that, but the log's file stays as long as it was. The connection that writes cuts it
/// when it begins the log anew; where nothing more is written, or somebody reads at each such moment, this does.
final class LogKeeper: Sendable {
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

    /// Looks at the log now and again, and has it cut when it is too long; called after each call.
    func look() {
        let isDue = state.withLock { state in
            let now = ContinuousClock.now
            if state.isAtWork { return false }
            if let last = state.lookedAt, now - last < desk.limits.logPause { return false }
            state.lookedAt = now
            return true
        }
        guard isDue, isLong else { return }
        let mustWork = state.withLock { state in
            defer { state.isAtWork = true }
            return !state.isAtWork
        }
        if mustWork { Task { await work() } }
    }

    private var bytes: Int {
        var found = stat()
        return unsafe stat(path, &found) == 0 ? Int(found.st_size) : 0
    }

    private var isLong: Bool { bytes > desk.limits.logBytes }

    /// Tries until the log is short, or the database is closed.
    private func work() async {
        let limits = desk.limits
        let start = ContinuousClock.now
        var pause = limits.logPause
        var isSaid = false
        while !desk.isClosing {
            try? await Task.sleep(for: pause * Double.random(in: 0.75...1))
            guard isLong else { break }
            await cut()
            guard isLong else { break }
            if !isSaid, .now - start > limits.logPatience {
                isSaid = true
                observe(.logIsHeld(bytes: bytes))
            }
            pause = min(pause * 2, limits.longestLogPause)
        }
        state.withLock { $0.isAtWork = false }
        if isSaid, !desk.isClosing { observe(.logIsCut(after: .now - start)) }
    }

    /// Takes the log up into the file as far as those who read let it, and cuts it when that is all of it.
    ///
    /// Nobody is waited for: what is in use now is cut the next time.
    private func cut() async {
        _ = try? await desk.write(CallSite(file: #fileID, function: #function)) { [pool] clock in
            // It has waited for its turn, and waits for nothing more.
            clock.spend(clock.waitLeft)
            try pool.writeWithoutTransaction { db in
                let taken = try db.checkpoint(.passive)
                guard taken.walFrameCount == taken.checkpointedFrameCount else { return }
                _ = try db.checkpoint(.truncate)
            }
        }
    }
}

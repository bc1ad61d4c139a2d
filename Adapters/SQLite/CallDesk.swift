import BlockingExecutor
import CallLedger
import GRDB
import StoreSupport
import Synchronization

/// Where a call comes from, which says what it does.
struct CallSite: Sendable {
    let file: StaticString
    let function: StaticString

    /// The port and the function, such as `AppStore.add(_:)`.
    var words: String {
        // Files are called `SQLiteStore+AppStore.swift`.
        let names = "\(file)".split(separator: "/").last?.split(whereSeparator: { ".+".contains($0) }) ?? []
        return "\(names.dropLast().prefix(2).last ?? "").\(function)"
    }

    /// The same, and what it waits for.
    func words(_ phase: CallClock.Phase) -> String {
        switch phase {
        case .turn: "\(words), its turn"
        case .lock: "\(words), another process's lock on the file"
        case .work: words
        }
    }
}

/// Lets the calls to one database take turns on its threads, where others may see them and each ends in its time.
final class CallDesk: Sendable {
    let limits: SQLiteLimits
    /// The calls that are under way.
    let calls: CallLedger
    private let observe: @Sendable (StoreEvent) -> Void
    private let keeper: CallKeeper
    /// There is one connection that writes.
    private let writing: TurnGate
    private let reading: TurnGate
    /// Of those that read, the ones that take long.
    private let readingLong: TurnGate
    private let writer = BlockingThreads(name: "sqlite-write", count: 1)
    private let readers: BlockingThreads
    private let longReaders: BlockingThreads
    private let closing = Atomic(false)

    /// - Parameters:
    ///   - limits: how long what may take.
    ///   - calls: where calls are entered while they are under way.
    ///   - observe: is told of calls that were given up.
    init(_ limits: SQLiteLimits, calls: CallLedger, observe: @escaping @Sendable (StoreEvent) -> Void) {
        self.limits = limits
        self.calls = calls
        self.observe = observe
        keeper = CallKeeper(interval: limits.stuck / 4)
        writing = TurnGate(turns: 1, waiting: limits.waiting)
        reading = TurnGate(turns: limits.readers, waiting: limits.waiting)
        readingLong = TurnGate(turns: limits.longReaders, waiting: limits.waiting)
        readers = BlockingThreads(name: "sqlite-read", count: limits.readers)
        longReaders = BlockingThreads(
            name: "sqlite-long", count: limits.longReaders, niceness: BackgroundThreads.niceness)
    }

    /// Whether all calls shall end.
    var isClosing: Bool { closing.load(ordering: .relaxed) }

    /// Ends all calls.
    func close() { closing.store(true, ordering: .relaxed) }

    /// The clock of a new call.
    func clock() -> CallClock { CallClock(limits) { [self] in isClosing } }

    /// Does a call that reads.
    func read<Value: Sendable>(
        _ site: CallSite, _ work: @escaping @Sendable (CallClock) throws -> Value
    ) async throws -> Value {
        let clock = clock()
        return try await calls.follow(.sqlite, site.words(clock.phase)) {
            try await reading.enter(clock)
            return try await run(site, clock, in: [reading], on: readers, work)
        }
    }

    /// Does a call that reads for long, on a thread that lets others go first.
    func readLong<Value: Sendable>(
        _ site: CallSite, _ work: @escaping @Sendable (CallClock) throws -> Value
    ) async throws -> Value {
        let clock = clock()
        return try await calls.follow(.sqlite, site.words(clock.phase)) {
            try await readingLong.enter(within: limits.longTurn)
            do {
                try await reading.enter(clock)
            } catch {
                readingLong.leave()
                throw error
            }
            return try await run(site, clock, in: [reading, readingLong], on: longReaders, work)
        }
    }

    /// Does a call that writes.
    func write<Value: Sendable>(
        _ site: CallSite, _ work: @escaping @Sendable (CallClock) throws -> Value
    ) async throws -> Value {
        let clock = clock()
        return try await calls.follow(.sqlite, site.words(clock.phase)) {
            try await writing.enter(clock)
            return try await run(site, clock, in: [writing], on: writer, work)
        }
    }

    /// Does a call's work on a thread, and waits for it no longer than the thread may be late; a caller that is cancelled ends
    /// the call's statements.
    ///
    /// The turns are over when the thread is back, also when nobody waits for it any more: its connection is in use until then.
    private func run<Value: Sendable>(
        _ site: CallSite, _ clock: CallClock, in gates: [TurnGate], on threads: BlockingThreads,
        _ work: @escaping @Sendable (CallClock) throws -> Value
    ) async throws -> Value {
        clock.begin()
        let start = ContinuousClock.now
        return try await withTaskCancellationHandler {
            try await keeper.follow(judge: { self.judge(site, clock, since: start) }, late: {}) {
                defer { for gate in gates { gate.leave() } }
                return try await threads.run { [self] in
                    try CallClock.$current.withValue(clock) {
                        try sayingWhenLocked(site, clock, since: start) { try work(clock) }
                    }
                }
            }
        } onCancel: {
            clock.leave()
        }
    }

    /// Does work, and says when another process's lock has kept it from being done.
    private func sayingWhenLocked<Value>(
        _ site: CallSite, _ clock: CallClock, since start: ContinuousClock.Instant, _ work: () throws -> Value
    ) throws -> Value {
        do {
            return try work()
        } catch let error as DatabaseError where error.resultCode.primaryResultCode == .SQLITE_BUSY {
            // The lock was not waited for any longer, as nobody waits for the call.
            if clock.isLeft { throw CallClock.Ending.leftLocked }
            observe(
                .callGivenUp(
                    GivenUpCall(
                        reason: .locked, waitedFor: site.words(.lock), duration: .now - start, threadsHeld: 0)))
            throw error
        }
    }

    /// Gives a call up whose thread is late.
    private func judge(
        _ site: CallSite, _ clock: CallClock, since start: ContinuousClock.Instant
    ) -> CallKeeper.GivingUp? {
        guard clock.isLate else { return nil }
        return { [observe] held in
            clock.leave()
            let duration = ContinuousClock.now - start
            observe(
                .callGivenUp(
                    GivenUpCall(reason: .stuck, waitedFor: site.words, duration: duration, threadsHeld: held)))
            return StuckCall(duration: duration)
        }
    }
}

/// A thread did not come back from SQLite in time.
struct StuckCall: Error {
    /// How long it was waited for.
    let duration: Duration
}

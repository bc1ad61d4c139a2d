import CConcurrencyHooks

/// Runs tasks and actors on one thread, in an order and at times that follow from a seed.
///
/// Whatever a captured task starts, wakes or calls is captured too: child tasks, tasks without a parent, and the actors
/// that they meet. Of the jobs that are ready any may come next, as with the global executor; which one is drawn from
/// the seed. Time is a number: when nothing is ready, it jumps to the next wake-up.
@safe public final class DeterministicScheduler: @unchecked Sendable {
    // @unchecked: a scheduler is made, run and used on one thread; the jobs that reach it run inside `run`.
    // @safe: a job is the runtime's own pointer, which is handed back to it once.

    struct Wakeup {
        let deadline: Duration
        let order: UInt64
        let id: Int

        func precedes(_ other: Wakeup) -> Bool { (deadline, order) < (other.deadline, other.order) }
    }

    /// How long ago the scheduler was made, in the time that it makes itself.
    public private(set) var now: Duration = .zero
    /// How many jobs were run.
    public private(set) var steps = 0
    private var chance: SeededChance
    private var ready: [UnsafeMutableRawPointer] = unsafe []
    private var wakeups: [Wakeup] = []
    private var sleepers: [Int: Sleeper] = [:]

    /// Who is woken at a time.
    private enum Sleeper {
        case cancellable(CheckedContinuation<Void, any Error>)
        case patient(CheckedContinuation<Void, Never>)

        func wake() {
            switch self {
            case .cancellable(let continuation): continuation.resume()
            case .patient(let continuation): continuation.resume()
            }
        }
    }
    private var lastID = 0

    /// A scheduler at time zero whose order follows from `seed`.
    public init(seed: UInt64) {
        chance = SeededChance(seed: seed)
    }

    /// Runs `body` and all that it starts, until it ends and nothing is ready or asleep.
    /// - Parameters:
    ///   - limit: after how many jobs it is given up.
    ///   - body: what is to be run.
    /// - Returns: whether all came to an end; `false` when something waits for what never comes, or at the limit.
    public func run(limit: Int, _ body: @escaping @Sendable () async -> Void) -> Bool {
        let box = unsafe Unmanaged.passUnretained(self)
        unsafe logferry_capture_jobs(
            { context, job in
                unsafe Unmanaged<DeterministicScheduler>.fromOpaque(context).takeUnretainedValue().ready.append(job)
            }, box.toOpaque())
        defer { logferry_release_jobs() }
        let end = End()
        Task {
            await body()
            end.isReached = true
        }
        while steps < limit {
            if let job = unsafe takeReady() {
                steps += 1
                unsafe logferry_run_job(job)
            } else if !wakeNext() {
                return end.isReached
            }
        }
        return false
    }

    private final class End: @unchecked Sendable {
        // @unchecked: touched on the scheduler's thread alone.
        var isReached = false
    }

    private func takeReady() -> UnsafeMutableRawPointer? {
        guard unsafe !ready.isEmpty else { return nil }
        let index = unsafe ready.count == 1 ? 0 : chance.below(ready.count)
        unsafe ready.swapAt(index, ready.count - 1)
        return unsafe ready.removeLast()
    }

    /// Wakes the sleeper whose time comes first.
    private func wakeNext() -> Bool {
        while let first = popWakeup() {
            guard let sleeper = sleepers.removeValue(forKey: first.id) else { continue }
            now = max(now, first.deadline)
            sleeper.wake()
            return true
        }
        return false
    }

    // MARK: - Sleeping

    /// Sleeps until a point of time.
    /// - Throws: `CancellationError` when the task is cancelled before.
    public func sleep(until deadline: Duration) async throws {
        lastID += 1
        let id = lastID
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
                sleepers[id] = .cancellable(continuation)
                push(Wakeup(deadline: deadline, order: chance.next(), id: id))
            }
        } onCancel: {
            guard case .cancellable(let continuation) = sleepers.removeValue(forKey: id) else { return }
            continuation.resume(throwing: CancellationError())
        }
    }

    /// Sleeps for a span.
    /// - Throws: `CancellationError` when the task is cancelled before.
    public func sleep(for span: Duration) async throws { try await sleep(until: now + span) }

    /// Lets time pass also for a task that is cancelled.
    public func pass(_ span: Duration) async {
        lastID += 1
        let id = lastID
        await withCheckedContinuation { continuation in
            sleepers[id] = .patient(continuation)
            push(Wakeup(deadline: now + span, order: chance.next(), id: id))
        }
    }

    // MARK: - Heap of wake-ups

    private func push(_ wakeup: Wakeup) {
        wakeups.append(wakeup)
        var child = wakeups.count - 1
        while child > 0, wakeups[child].precedes(wakeups[(child - 1) / 2]) {
            wakeups.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private func popWakeup() -> Wakeup? {
        guard let first = wakeups.first else { return nil }
        wakeups.swapAt(0, wakeups.count - 1)
        wakeups.removeLast()
        var parent = 0
        while true {
            let children = [2 * parent + 1, 2 * parent + 2].filter { $0 < wakeups.count }
            guard let least = children.min(by: { wakeups[$0].precedes(wakeups[$1]) }),
                wakeups[least].precedes(wakeups[parent])
            else { return first }
            wakeups.swapAt(least, parent)
            parent = least
        }
    }
}

/// The time of a ``DeterministicScheduler`` as a clock to sleep by.
public struct ScheduledClock: Clock {
    /// A point of the scheduler's time.
    public struct Instant: InstantProtocol {
        /// How long after the scheduler was made it is.
        public let elapsed: Duration

        /// The instant `duration` later.
        public func advanced(by duration: Duration) -> Instant { Instant(elapsed: elapsed + duration) }
        /// The span to another instant.
        public func duration(to other: Instant) -> Duration { other.elapsed - elapsed }
        /// Orders instants by time.
        public static func < (left: Instant, right: Instant) -> Bool { left.elapsed < right.elapsed }
    }

    private let scheduler: DeterministicScheduler

    /// The clock of a scheduler.
    public init(_ scheduler: DeterministicScheduler) { self.scheduler = scheduler }

    /// What the clock shows.
    public var now: Instant { Instant(elapsed: scheduler.now) }
    /// The shortest span that it can tell.
    public var minimumResolution: Duration { .nanoseconds(1) }
    /// Sleeps until the scheduler has come to `deadline`.
    public func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try await scheduler.sleep(until: deadline.elapsed)
    }
}

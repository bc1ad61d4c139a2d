package import LogModel

/// The lines that wait to be sent, bounded by count and bytes.
///
/// Lines of one day stand in runs in the order in which they came. A run that is full, or whose first line is old
/// enough, is due and becomes a batch. What was taken out still counts until it is released, so that the bound holds
/// for all the SDK has in memory.
package struct LineBuffer: Sendable {
    /// The bounds of a buffer.
    package struct Limits: Sendable {
        var lines: Int
        var bytes: Int
        var lineBytes: Int
        var runLines: Int
        var runBytes: Int
        var age: Duration
        var policy: OverflowPolicy

        /// The bounds that settings ask for.
        package init(_ settings: ShipperSettings) {
            let settings = settings.bounded()
            lines = settings.maxLines
            bytes = settings.maxBytes
            lineBytes = settings.maxLineBytes
            runLines = settings.batchLines
            runBytes = settings.batchBytes
            age = settings.maxAge
            policy = settings.whenFull
        }
    }

    /// What became of a line.
    package enum Admission: Sendable, Hashable {
        /// It waits to be sent. `wakes` says that the sender has something new to look at.
        case accepted(wakes: Bool)
        /// It is lost. `wakes` says that it is the first since the drops were last taken.
        case dropped(DropReason, wakes: Bool)
        /// There is no room, and the policy is to wait for it; the line was not counted.
        case full
    }

    private let limits: Limits
    private var runs = WaitingRuns()
    private var isClosed = false
    private var unreported: [DropReason: Int] = [:]
    /// How many lines wait or are being sent from memory.
    package private(set) var lines = 0
    /// How many bytes those have.
    package private(set) var bytes = 0
    /// How many lines were handed in.
    package private(set) var accepted = 0

    /// An empty buffer.
    package init(_ limits: Limits) { self.limits = limits }

    /// Takes a line, which has no newline.
    ///
    /// - Parameters:
    ///   - line: one JSON object.
    ///   - day: its day, UTC.
    ///   - canWait: whether the caller waits for room when the policy says so.
    ///   - now: tells the time; asked only when a run begins.
    /// - Returns: what became of the line.
    package mutating func append(_ line: [UInt8], day: CivilDay, canWait: Bool = false, now: () -> Duration)
        -> Admission
    {
        line.withUnsafeBufferPointer { append($0, day: day, canWait: canWait, now: now) }
    }

    /// Takes a line where it stands, without a share in its memory.
    mutating func append(
        _ line: UnsafeBufferPointer<UInt8>, day: CivilDay, canWait: Bool = false, now: () -> Duration
    ) -> Admission {
        let size = line.count + 1
        // Whoever takes the drops away takes all, so that only the first since then has to be told.
        let isQuiet = unreported.isEmpty
        var hasDropped = false
        if isClosed { return refuse(.closed, wakes: isQuiet) }
        if size > limits.lineBytes { return refuse(.lineTooLong, wakes: isQuiet) }
        while lines + 1 > limits.lines || bytes + size > limits.bytes {
            switch limits.policy {
            case .wait where canWait: return .full
            case .wait, .dropNewest: return refuse(.bufferFull, wakes: isQuiet)
            case .dropOldest:
                guard dropOldestLine() else { return refuse(.bufferFull, wakes: isQuiet) }
                hasDropped = true
            }
        }
        let runWakes = runs.append(
            line, day: day, runLines: limits.runLines, runBytes: limits.runBytes, now: now)
        accepted += 1
        lines += 1
        bytes += size
        return .accepted(wakes: runWakes || (hasDropped && isQuiet))
    }

    /// When the next run is due, whatever may come; `nil` without any.
    package var nextDue: Duration? { runs.nextDue(age: limits.age) }

    /// Takes the first run that is due out; its lines count until ``release(lines:bytes:)``.
    package mutating func takeDue(now: Duration) -> LineRun? { runs.takeDue(begunBy: now - limits.age) }

    /// Makes all runs due and gives a mark: lines that came before have run numbers below it.
    package mutating func closeRuns() -> Int {
        runs.closeAll()
        return runs.nextID
    }

    /// The smallest number of the runs that wait.
    package var firstRun: Int? { runs.firstID }

    /// Room is there again: lines that were taken out are kept elsewhere, delivered or dropped.
    package mutating func release(lines: Int, bytes: Int) {
        self.lines -= lines
        self.bytes -= bytes
    }

    /// Takes no more lines.
    package mutating func closeForGood() { isClosed = true }

    /// Drops all that waits.
    package mutating func dropWaiting(_ reason: DropReason) {
        for run in runs.removeAll() {
            unreported[reason, default: 0] += run.lines
            release(lines: run.lines, bytes: run.bytes)
        }
    }

    /// Counts a line that never came in, as when its caller was cancelled.
    package mutating func refuseLine(_ reason: DropReason) { _ = refuse(reason, wakes: false) }

    /// Drops that were not told yet.
    package mutating func takeUnreportedDrops() -> [DropReason: Int] {
        defer { unreported.removeAll() }
        return unreported
    }

    // MARK: - Parts

    private mutating func refuse(_ reason: DropReason, wakes: Bool) -> Admission {
        accepted += 1
        unreported[reason, default: 0] += 1
        return .dropped(reason, wakes: wakes)
    }

    private mutating func dropOldestLine() -> Bool {
        guard let size = runs.removeOldestLine() else { return false }
        lines -= 1
        bytes -= size
        unreported[.bufferFull, default: 0] += 1
        return true
    }
}

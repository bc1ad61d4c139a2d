public import LogModel

/// The lines that wait to be sent, bounded by count and bytes.
///
/// Lines of one day stand in runs in the order in which they came. A run that is full, or whose first line is old
/// enough, is due and becomes a batch. What was taken out still counts until it is released, so that the bound holds
/// for all the SDK has in memory.
public struct LineBuffer: Sendable {
    /// The bounds of a buffer.
    public struct Limits: Sendable {
        var lines: Int
        var bytes: Int
        var lineBytes: Int
        var runLines: Int
        var runBytes: Int
        var age: Duration
        var policy: OverflowPolicy

        /// The bounds that settings ask for.
        public init(_ settings: ShipperSettings) {
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
    public enum Admission: Sendable, Hashable {
        /// It waits to be sent. `wakes` says that the sender has something new to look at.
        case accepted(wakes: Bool)
        /// It is lost.
        case dropped(DropReason)
        /// There is no room, and the policy is to wait for it; the line was not counted.
        case full
    }

    private let limits: Limits
    private var runs: [LineRun] = []
    private var openRuns: [CivilDay: Int] = [:]
    private var nextID = 0
    private var isClosed = false
    private var scratch: [[UInt8]] = []
    private var unreported: [DropReason: Int] = [:]
    /// How many lines wait or are being sent from memory.
    public private(set) var lines = 0
    /// How many bytes those have.
    public private(set) var bytes = 0
    /// How many lines were handed in.
    public private(set) var accepted = 0

    /// An empty buffer.
    public init(_ limits: Limits) { self.limits = limits }

    /// Takes a line, which has no newline.
    ///
    /// - Parameters:
    ///   - line: one JSON object.
    ///   - day: its day, UTC.
    ///   - canWait: whether the caller waits for room when the policy says so.
    ///   - now: tells the time; asked only when a run begins.
    /// - Returns: what became of the line.
    public mutating func append(_ line: [UInt8], day: CivilDay, canWait: Bool = false, now: () -> Duration) -> Admission
    {
        let size = line.count + 1
        if isClosed { return refuse(.closed) }
        if size > limits.lineBytes { return refuse(.lineTooLong) }
        var dropsWake = false
        while lines + 1 > limits.lines || bytes + size > limits.bytes {
            switch limits.policy {
            case .wait where canWait: return .full
            case .wait, .dropNewest: return refuse(.bufferFull)
            case .dropOldest:
                guard dropOldestLine() else { return refuse(.bufferFull) }
                dropsWake = true
            }
        }
        let (index, isNew) = run(for: day, size: size, now: now)
        runs[index].append(line)
        accepted += 1
        lines += 1
        bytes += size
        var isFull = false
        if runs[index].lines >= limits.runLines || runs[index].bytes >= limits.runBytes {
            close(index)
            isFull = true
        }
        return .accepted(wakes: isNew || isFull || dropsWake)
    }

    /// When the next run is due, whatever may come; `nil` without any.
    public var nextDue: Duration? {
        runs.lazy.map { $0.isClosed ? Duration.zero : $0.oldest + limits.age }.min()
    }

    /// Takes the first run that is due out; its lines count until ``release(lines:bytes:)``.
    public mutating func takeDue(now: Duration) -> LineRun? {
        guard let index = runs.firstIndex(where: { $0.isClosed || $0.oldest + limits.age <= now }) else { return nil }
        close(index)
        return runs.remove(at: index)
    }

    /// Makes all runs due and gives a mark: lines that came before have run numbers below it.
    public mutating func closeRuns() -> Int {
        for index in runs.indices { close(index) }
        return nextID
    }

    /// The smallest number of the runs that wait.
    public var firstRun: Int? { runs.first?.id }

    /// Room is there again: lines that were taken out are kept elsewhere, delivered or dropped.
    public mutating func release(lines: Int, bytes: Int) {
        self.lines -= lines
        self.bytes -= bytes
    }

    /// Takes no more lines.
    public mutating func closeForGood() { isClosed = true }

    /// Drops all that waits.
    public mutating func dropWaiting(_ reason: DropReason) {
        for run in runs where run.lines > 0 {
            unreported[reason, default: 0] += run.lines
            release(lines: run.lines, bytes: run.bytes)
        }
        runs.removeAll()
        openRuns.removeAll()
    }

    /// Counts a line that never came in, as when its caller was cancelled.
    public mutating func refuseLine(_ reason: DropReason) { _ = refuse(reason) }

    /// Drops that were not told yet.
    public mutating func takeUnreportedDrops() -> [DropReason: Int] {
        defer { unreported.removeAll() }
        return unreported
    }

    // MARK: - Scratch memory for encoding

    /// An empty array with room, for a line to be encoded in.
    public mutating func takeScratch() -> [UInt8] { scratch.popLast() ?? [] }

    /// Takes the array back and leaves an empty one.
    ///
    /// The caller's must be the only reference to it, or its room is lost.
    public mutating func giveBack(_ array: inout [UInt8]) {
        guard scratch.count < 16, array.capacity <= 64 << 10 else { return }
        array.removeAll(keepingCapacity: true)
        scratch.append(array)
        array = []
    }

    // MARK: - Parts

    private mutating func refuse(_ reason: DropReason) -> Admission {
        accepted += 1
        unreported[reason, default: 0] += 1
        return .dropped(reason)
    }

    private mutating func run(for day: CivilDay, size: Int, now: () -> Duration) -> (index: Int, isNew: Bool) {
        if let id = openRuns[day], let index = index(of: id) {
            if runs[index].bytes + size <= limits.runBytes { return (index, false) }
            close(index)
        }
        runs.append(LineRun(id: nextID, day: day, oldest: now()))
        openRuns[day] = nextID
        nextID += 1
        return (runs.count - 1, true)
    }

    /// Numbers rise along `runs`.
    private func index(of id: Int) -> Int? {
        if let last = runs.last, last.id == id { return runs.count - 1 }
        var low = 0
        var high = runs.count
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low < runs.count && runs[low].id == id ? low : nil
    }

    private mutating func close(_ index: Int) {
        guard !runs[index].isClosed else { return }
        runs[index].isClosed = true
        openRuns[runs[index].day] = nil
    }

    private mutating func dropOldestLine() -> Bool {
        guard !runs.isEmpty else { return false }
        let size = runs[0].removeFirstLine()
        lines -= 1
        bytes -= size
        unreported[.bufferFull, default: 0] += 1
        if runs[0].lines == 0 {
            close(0)
            runs.removeFirst()
        }
        return true
    }
}

import LogModel

/// The runs of a buffer, in the order in which they began.
///
/// Lines go to the open run of their day, and what is taken out is at the front or close to it, so that no step costs
/// more when more runs wait.
struct WaitingRuns: Sendable {
    private var runs: [LineRun] = []
    /// Where the first run stands; the places before it are empty and go when they are more than half.
    private var head = 0
    /// The numbers of the runs that take lines, by their day.
    private var openRuns: [CivilDay: Int] = [:]
    private var closedRuns = 0
    /// The number of the next run that begins.
    private(set) var nextID = 0

    var isEmpty: Bool { head == runs.count }
    /// The smallest number of a run.
    var firstID: Int? { isEmpty ? nil : runs[head].id }

    /// Appends a line and tells whether that made a run begin, or be full.
    mutating func append(
        _ line: UnsafeBufferPointer<UInt8>, day: CivilDay, runLines: Int, runBytes: Int, now: () -> Duration
    ) -> Bool {
        let (index, isNew) = openRun(for: day, size: line.count + 1, runBytes: runBytes, now: now)
        runs[index].append(line)
        guard runs[index].lines >= runLines || runs[index].bytes >= runBytes else { return isNew }
        close(index)
        return true
    }

    /// When the next run is due that is `age` old or full.
    func nextDue(age: Duration) -> Duration? {
        guard !isEmpty else { return nil }
        // Runs began one after the other, so none is older than the first.
        return closedRuns > 0 ? .zero : runs[head].oldest + age
    }

    /// Takes the first run out that is full, or began at `limit` or before.
    mutating func takeDue(begunBy limit: Duration) -> LineRun? {
        guard !isEmpty else { return nil }
        if runs[head].isClosed || runs[head].oldest <= limit {
            close(head)
            return removeFirst()
        }
        guard closedRuns > 0, let index = runs[head...].firstIndex(where: \.isClosed) else { return nil }
        // Those before it are open, one for each day at most.
        for place in stride(from: index, to: head, by: -1) { runs.swapAt(place, place - 1) }
        return removeFirst()
    }

    /// Makes all runs due.
    mutating func closeAll() {
        for index in runs[head...].indices { close(index) }
    }

    /// Takes the oldest line out and tells how many bytes it had.
    mutating func removeOldestLine() -> Int? {
        guard !isEmpty else { return nil }
        let size = runs[head].removeFirstLine()
        if runs[head].lines == 0 {
            close(head)
            _ = removeFirst()
        }
        return size
    }

    /// Takes everything out.
    mutating func removeAll() -> [LineRun] {
        defer { (runs, head, closedRuns, openRuns) = ([], 0, 0, [:]) }
        return Array(runs[head...])
    }

    // MARK: - Parts

    private mutating func openRun(
        for day: CivilDay, size: Int, runBytes: Int, now: () -> Duration
    ) -> (index: Int, isNew: Bool) {
        if let index = openRun(for: day) {
            if runs[index].bytes + size <= runBytes { return (index, false) }
            close(index)
        }
        runs.append(LineRun(id: nextID, day: day, oldest: now()))
        openRuns[day] = nextID
        nextID += 1
        return (runs.count - 1, true)
    }

    private func openRun(for day: CivilDay) -> Int? {
        let last = runs.count - 1
        // Nearly every line is of the day of the line before.
        if last >= head, !runs[last].isClosed, runs[last].day == day { return last }
        return openRuns[day].flatMap(index)
    }

    /// Numbers rise along `runs`.
    private func index(of id: Int) -> Int? {
        var low = head
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
        closedRuns += 1
        openRuns[runs[index].day] = nil
    }

    /// Takes the first run out, which is closed.
    private mutating func removeFirst() -> LineRun {
        var run = LineRun(id: -1, day: runs[head].day, oldest: .zero)
        swap(&run, &runs[head])
        head += 1
        closedRuns -= 1
        if head > runs.count / 2 {
            runs.removeFirst(head)
            head = 0
        }
        return run
    }
}

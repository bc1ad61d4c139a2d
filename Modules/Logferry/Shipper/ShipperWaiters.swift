/// Callers that wait for room or for a flush.
struct ShipperWaiters {
    private struct Flush {
        let mark: Int
        let needsAll: Bool
        let continuation: CheckedContinuation<Bool, Never>
    }

    private var nextID = 0
    private var rooms: [Int: CheckedContinuation<Bool, Never>] = [:]
    private var flushes: [Int: Flush] = [:]
    private var abandoned: Set<Int> = []

    /// Whether anybody waits for a flush.
    var hasFlushes: Bool { !flushes.isEmpty }

    mutating func mintID() -> Int {
        nextID += 1
        return nextID
    }

    mutating func waitForRoom(_ id: Int, _ continuation: CheckedContinuation<Bool, Never>) {
        guard abandoned.remove(id) == nil else { return continuation.resume(returning: false) }
        rooms[id] = continuation
    }

    mutating func waitForFlush(
        _ id: Int, mark: Int, needsAll: Bool, _ continuation: CheckedContinuation<Bool, Never>
    ) {
        guard abandoned.remove(id) == nil else { return continuation.resume(returning: false) }
        flushes[id] = Flush(mark: mark, needsAll: needsAll, continuation: continuation)
    }

    /// Lets all who wait for room try again, in the order in which they came.
    mutating func roomIsThere() {
        let ready = rooms.sorted { $0.key < $1.key }
        rooms.removeAll()
        for (_, continuation) in ready { continuation.resume(returning: true) }
    }

    /// Ends the flushes of runs below `run`; those that need all end when `isIdle`.
    mutating func settle(before run: Int, isIdle: Bool) {
        for (id, flush) in flushes where flush.mark <= run && (!flush.needsAll || isIdle) {
            flushes[id] = nil
            flush.continuation.resume(returning: true)
        }
    }

    /// Lets one go, whatever it waits for.
    mutating func abandon(_ id: Int) {
        if let continuation = rooms.removeValue(forKey: id) {
            continuation.resume(returning: false)
        } else if let flush = flushes.removeValue(forKey: id) {
            flush.continuation.resume(returning: false)
        } else {
            abandoned.insert(id)
        }
    }

    /// The wait is over, however it ended.
    mutating func forget(_ id: Int) { abandoned.remove(id) }

    /// Lets all go.
    mutating func abandonAll() {
        for continuation in rooms.values { continuation.resume(returning: true) }
        for flush in flushes.values { flush.continuation.resume(returning: false) }
        rooms.removeAll()
        flushes.removeAll()
    }
}

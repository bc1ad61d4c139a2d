/// Bounds how many bytes are in memory between reading and committing.
///
/// Whoever wants more than there is waits, first come first served. A single wish larger than the whole budget is cut
/// to the budget, so that it is granted when nothing else is in flight.
public actor ByteBudget {
    private let total: Int
    private var free: Int
    private var waiting: [(id: Int, bytes: Int, continuation: CheckedContinuation<Void, any Error>)] = []
    private var nextID = 0

    /// A budget of `total` bytes, all free.
    public init(total: Int) {
        precondition(total > 0, "a byte budget must be positive")
        self.total = total
        free = total
    }

    /// Takes bytes, waiting for them if need be.
    /// - Returns: how many were taken and must be given back.
    /// - Throws: `CancellationError` when the task is cancelled while it waits.
    func take(_ bytes: Int) async throws -> Int {
        let wish = min(max(bytes, 0), total)
        if waiting.isEmpty, wish <= free {
            free -= wish
            return wish
        }
        nextID += 1
        let id = nextID
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                if Task.isCancelled {
                    continuation.resume(throwing: CancellationError())
                } else {
                    waiting.append((id, wish, continuation))
                }
            }
        } onCancel: {
            Task { await self.abandon(id) }
        }
        return wish
    }

    /// Gives bytes back and lets those go on who wait for them.
    func giveBack(_ bytes: Int) {
        free += bytes
        while let first = waiting.first, first.bytes <= free {
            free -= first.bytes
            waiting.removeFirst()
            first.continuation.resume()
        }
    }

    private func abandon(_ id: Int) {
        guard let index = waiting.firstIndex(where: { $0.id == id }) else { return }
        let waiter = waiting.remove(at: index)
        waiter.continuation.resume(throwing: CancellationError())
        giveBack(0)
    }
}

import LogModel

extension ShippingLoop {
    /// Takes a line, and waits for room when the policy says so.
    func admit(_ line: EncodedLine) async {
        while true {
            let admission = ports.buffer.withBuffer { buffer in
                buffer.append(line.bytes, day: line.day, canWait: true, now: ports.time.now)
            }
            switch admission {
            case .accepted(let wakes), .dropped(_, let wakes):
                if wakes { ringAll() }
                return
            case .full:
                ringAll()
                // Room is made on this actor alone, so none can come between the look and the wait.
                guard await waitForRoom() else {
                    ports.buffer.withBuffer { $0.refuseLine(.cancelled) }
                    return ringAll()
                }
            }
        }
    }

    private func waitForRoom() async -> Bool {
        let id = waiters.mintID()
        let hasRoom = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard !Task.isCancelled else { return continuation.resume(returning: false) }
                waiters.waitForRoom(id, continuation)
            }
        } onCancel: {
            Task { await self.abandon(id) }
        }
        waiters.forget(id)
        return hasRoom
    }

    /// Waits until all lines of before are settled; tells whether they are.
    ///
    /// With `needsAll` batches of an earlier process count too.
    func flush(within limit: Duration?, needsAll: Bool = false) async -> Bool {
        let mark = ports.buffer.withBuffer { $0.closeRuns() }
        ringAll()
        if isSettled(before: mark), !needsAll || machine.pending.isEmpty { return true }
        guard !isStopped, limit.map({ $0 > .zero }) != false else { return false }
        let id = waiters.mintID()
        let deadline = limit.map { ports.time.now() + $0 }
        let timer = deadline.map { deadline in
            Task {
                guard (try? await ports.time.sleep(deadline)) != nil else { return }
                waiters.abandon(id)
            }
        }
        let isDone = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard !Task.isCancelled else { return continuation.resume(returning: false) }
                waiters.waitForFlush(id, mark: mark, needsAll: needsAll, continuation)
            }
        } onCancel: {
            Task { await self.abandon(id) }
        }
        timer?.cancel()
        waiters.forget(id)
        return isDone
    }

    private func abandon(_ id: Int) { waiters.abandon(id) }

    private func isSettled(before mark: Int) -> Bool { firstUnsettledRun >= mark }

    /// The smallest number of a run that is not settled.
    private var firstUnsettledRun: Int {
        let waiting = ports.buffer.withBuffer { $0.firstRun } ?? .max
        let sent = held.values.lazy.compactMap(\.run).min() ?? .max
        return min(waiting, sent, runBeingKept?.id ?? .max)
    }

    /// Ends the flushes that are done.
    func settleFlushes() {
        guard waiters.hasFlushes else { return }
        waiters.settle(before: firstUnsettledRun, isIdle: machine.pending.isEmpty)
    }

    /// Takes no more lines, delivers within the limit, and ends the loops.
    func shutdown(within limit: Duration) async {
        guard !isStopped else { return }
        ports.buffer.withBuffer { $0.closeForGood() }
        waiters.roomIsThere()
        _ = await flush(within: limit, needsAll: true)
        guard !isStopped else { return }
        isStopped = true
        ports.buffer.withBuffer { $0.dropWaiting(.shutdown) }
        reportDrops()
        for (id, known) in held where known.isInBuffer && halvesLeft[id] == nil {
            guard let ticket = known.batch?.ticket else { continue }
            count(.shutdown, ticket.lines)
            ports.buffer.withBuffer { $0.release(lines: ticket.lines, bytes: ticket.bytes) }
            held[id] = nil
        }
        waiters.abandonAll()
        ringAll()
        // Not left to the loops' end, which waits for the transport to obey.
        await ports.journal?.close()
    }
}

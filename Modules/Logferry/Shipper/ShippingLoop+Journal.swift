import LogModel

extension ShippingLoop {
    /// Opens the journal and puts what an earlier process left before everything else.
    func openJournal() async {
        guard let journal = ports.journal else { return }
        do {
            let contents = try await journal.open(writer: ULID.mint(at: ports.wallClock.now(), from: ports.entropy))
            journalWriter = contents.writer
            journalSeq = contents.nextSeq
            var lines = 0
            for ticket in contents.unsent {
                held[ticket.id] = Held(run: nil, batch: nil, isInBuffer: false)
                machine.enqueue(ticket)
                lines += ticket.lines
            }
            keptLines += lines
            countRestored(lines)
            if lines > 0 || contents.damaged > 0 {
                observe(.restored(batches: contents.unsent.count, lines: lines, damaged: contents.damaged))
            }
        } catch {
            observe(.journalFailed(error.description))
        }
    }

    /// Keeps runs on disk as they become due.
    func keepRuns() async {
        while !isStopped {
            let now = ports.time.now()
            guard let run = ports.buffer.withBuffer({ $0.takeDue(now: now) }) else {
                await pause(.keeper, until: ports.buffer.withBuffer { $0.nextDue })
                continue
            }
            runBeingKept = run
            await keep(run)
            runBeingKept = nil
            settleFlushes()
        }
    }

    private func keep(_ run: LineRun) async {
        guard let journal = ports.journal, let journalWriter else { return sealInMemory(run) }
        let batch = Batch(
            id: BatchID(writer: journalWriter, seq: journalSeq), day: run.day, lines: run.lines, body: run.body)
        do {
            while try await !journal.keep(batch) {
                guard !isStopped else { return drop(run) }
                if settings.whenFull == .dropOldest, let oldest = machine.dropOldestWaiting(where: isOnDisk) {
                    count(.journalFull, oldest.lines)
                    await settle(oldest)
                } else {
                    await pause(.keeper, until: nil)
                }
            }
        } catch {
            // The journal may not know the number, so the batch gets a name that the journal never gives out.
            observe(.journalFailed(error.description))
            guard !isStopped else { return drop(run) }
            sealInMemory(run)
            ring(.sender)
            return
        }
        journalSeq += 1
        held[batch.ticket.id] = Held(run: run.id, batch: nil, isInBuffer: false)
        keptLines += run.lines
        release(run.lines, run.bytes)
        machine.enqueue(batch.ticket)
        observe(.kept(batch: batch.ticket.id, lines: run.lines))
        ring(.sender)
    }

    /// The shutdown came while the run waited for room on disk.
    private func drop(_ run: LineRun) {
        count(.shutdown, run.lines)
        release(run.lines, run.bytes)
    }

    private func isOnDisk(_ ticket: BatchTicket) -> Bool {
        held[ticket.id].map { $0.batch == nil } == true
    }

    // MARK: - Settling

    /// Puts the halves of a batch in its place; on disk the whole batch stays until both are settled.
    func split(_ ticket: BatchTicket, _ batch: Batch) {
        guard let halves = batch.halves(), let whole = held[ticket.id] else { return }
        for half in [halves.first, halves.second] {
            held[half.ticket.id] = Held(
                run: whole.run, batch: half, isInBuffer: whole.isInBuffer, parent: ticket.id)
        }
        halvesLeft[ticket.id] = 2
        machine.replace(ticket, with: [halves.first.ticket, halves.second.ticket])
    }

    /// Forgets a batch that is delivered or dropped.
    func settle(_ ticket: BatchTicket) async {
        guard let known = held.removeValue(forKey: ticket.id) else { return }
        if known.isInBuffer { release(ticket.lines, ticket.bytes) } else { keptLines -= ticket.lines }
        if let parent = known.parent {
            await settleHalf(of: parent)
        } else if known.batch == nil {
            await forget(ticket.id)
        }
        settleFlushes()
        ring(.keeper)
    }

    private func settleHalf(of id: BatchID) async {
        halvesLeft[id, default: 1] -= 1
        guard halvesLeft[id] == 0 else { return }
        halvesLeft[id] = nil
        guard let whole = held.removeValue(forKey: id) else { return }
        if let parent = whole.parent { await settleHalf(of: parent) } else if whole.batch == nil { await forget(id) }
    }

    private func forget(_ id: BatchID) async {
        do {
            try await ports.journal?.settle(id)
        } catch {
            observe(.journalFailed(error.description))
        }
    }

    private func release(_ lines: Int, _ bytes: Int) {
        ports.buffer.withBuffer { $0.release(lines: lines, bytes: bytes) }
        waiters.roomIsThere()
    }
}

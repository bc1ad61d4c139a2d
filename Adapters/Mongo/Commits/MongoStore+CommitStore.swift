import LogCursor
public import LogIngestion
public import LogModel
import StoreSupport

/// Commits into MongoDB: the fence first, then the rows, all in one transaction.
extension MongoStore: CommitStore {
    /// 2 MiB, so that transactions of several workers fit into the server's cache.
    ///
    /// What a transaction has written stays in WiredTiger's cache until it ends, with its index entries and its copy for
    /// the oplog three to four times as much as the lines. When that passes a fifth of the cache the server holds all
    /// writers up and undoes transactions: four workers that committed 8 MiB at a time took ten times as long over a
    /// cache of 256 MiB, the least there is, as with this.
    public var usefulBytes: Int { 2 << 20 }

    /// Applies steps in one transaction.
    ///
    /// A line that does not fit in a document is refused as `.broken` before anything is sent.
    public func commit(_ steps: [ObjectStep]) async throws(StoreError) -> [StepOutcome] {
        guard !steps.isEmpty else { return [] }
        for step in steps { try check(step) }
        do {
            return try await apply(steps, looksFirst: false)
        } catch {
            // A record is there that no rewinding accounts for, so each place is looked up before it is written.
            guard error.reason == .conflict else { throw error.ofCommit }
        }
        do {
            return try await apply(steps, looksFirst: true)
        } catch {
            throw error.ofCommit
        }
    }

    /// What is known of a writer.
    public func writer(_ writer: WriterID, of app: AppID) async throws(StoreError) -> WriterState {
        try await read { client in
            let id = WriterPlace(app: app, writer: writer).id
            guard let document = try client.first(Collection.writers, ["_id": id]) else { return WriterState() }
            guard let taken = SequenceSet(try document.text("taken")) else { throw MalformedDocument(member: "taken") }
            return WriterState(taken: taken, version: try document.number("version"))
        }
    }

    private func apply(_ steps: [ObjectStep], looksFirst: Bool) async throws(StoreError) -> [StepOutcome] {
        // What a plan rests on, and what it changes, is named by each change: the cursor's position, epoch and lack of a mark
        // of deletion, the writer's version. So it may be read before the transaction.
        let plan = try await write(
            repeatsConflicts: looksFirst, knowing: { try KnownState(of: steps, $0, memory) }
        ) { client, known in
            let plan = CommitPlan(steps, on: known)
            // The fence. What is known says that each change meets its cursor; where it does not, nothing may follow.
            let met = try client.update(Collection.cursors, plan.cursorChanges)
            guard met == plan.cursorChanges.count else {
                throw MongoError(.call, "a cursor is not where it was", isTransient: true)
            }
            try client.update(Collection.history, plan.historyChanges)
            guard try client.update(Collection.writers, plan.writerChanges) == plan.writerChanges.count else {
                throw MongoError(.call, "a writer is not where it was", isTransient: true)
            }
            let applied = plan.applied(steps)
            for step in applied { try RejectTable(client).insert(step) }
            try RecordTable(client).insert(applied, known, looksFirst: looksFirst)
            return plan
        }
        memory.keep(plan.known.cursors, of: plan.applied(steps))
        return plan.outcomes
    }

    private func check(_ step: ObjectStep) throws(StoreError) {
        guard step.move.to.counts.totalBytes == step.move.to.position else { throw StoreError.unevenAccount }
        guard step.records.lengths.allSatisfy({ Int($0) <= RecordInsert.lineLimit }) else {
            throw StoreError(
                .broken,
                detail: "a line has more than \(RecordInsert.lineLimit) bytes, which no document of MongoDB holds: "
                    + "lower ingest.max_line_bytes")
        }
    }
}

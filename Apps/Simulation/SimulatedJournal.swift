import DeterministicExecutor
import LogModel
import Logferry

/// The disk under a journal: it keeps what it was told to sync, and of the rest what it likes.
final class SimulatedDisk: @unchecked Sendable {
    // @unchecked: it lives on the scheduler's one thread.

    /// What a journal writes, one behind the other.
    enum Entry {
        case batch(Batch)
        case settled(BatchID)
    }

    var writer: String?
    private(set) var entries: [Entry] = []
    private var synced = 0

    /// How many entries would be gone if the machine stopped now.
    var unsynced: Int { entries.count - synced }

    func append(_ entry: Entry) { entries.append(entry) }

    /// Returns when all that was written is on the disk for good.
    func sync() { synced = entries.count }

    /// Loses what was not synced, save the first `kept` entries of it.
    /// - Returns: how many entries went.
    func loseUnsynced(keeping kept: Int) -> Int {
        let lost = unsynced - kept
        entries.removeLast(lost)
        sync()
        return lost
    }
}

/// A disk buffer that promises what the shipped one does: a batch is kept when the disk has it; that a batch is settled is
/// only written.
struct SimulatedJournal: BatchJournal {
    let disk: SimulatedDisk
    let station: Station
    let app: AppID

    func open(writer: String) async throws(JournalError) -> JournalContents {
        try await reach()
        disk.writer = disk.writer ?? writer
        disk.sync()
        var unsent: [BatchTicket] = []
        var next: UInt64 = 1
        for entry in disk.entries {
            switch entry {
            case .batch(let batch):
                unsent.append(batch.ticket)
                next = max(next, batch.ticket.id.seq + 1)
            case .settled(let id): unsent.removeAll { $0.id == id }
            }
        }
        if !unsent.isEmpty { station.world.note(station.name, "finds \(unsent.count) batches in its journal") }
        return JournalContents(writer: disk.writer ?? writer, nextSeq: next, unsent: unsent)
    }

    func keep(_ batch: Batch) async throws(JournalError) -> Bool {
        try await reach()
        if station.world.strikes(onceIn: 25) {
            station.world.note(station.name, "FAULT its journal does not take batch \(batch.ticket.id.seq)")
            throw JournalError("a fault of the world")
        }
        disk.append(.batch(batch))
        await station.world.scheduler.pass(station.world.span(1, 50))
        guard !station.isDead else { throw JournalError("the process is gone") }
        disk.sync()
        station.world.sdk[app]?.kept.formUnion(SdkLedger.marks(in: batch.body))
        return true
    }

    func lines(of id: BatchID) async throws(JournalError) -> [UInt8] {
        try await reach()
        for case .batch(let batch) in disk.entries where batch.ticket.id == id { return batch.body }
        throw JournalError("the journal has no batch \(id)")
    }

    func settle(_ batch: BatchID) async throws(JournalError) {
        try await reach()
        disk.append(.settled(batch))
    }

    func close() async {}

    private func reach() async throws(JournalError) {
        guard await station.travel() else { throw JournalError("the process is gone") }
    }
}

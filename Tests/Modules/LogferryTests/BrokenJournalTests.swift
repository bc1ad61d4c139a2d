import InMemoryAdapter
import LogModel
import Logferry
import SdkRig
import Testing

@Suite("The shipper and a disk buffer that fails", .timeLimit(.minutes(4)))
struct BrokenJournalTests {
    /// Keeps batches in memory and fails as it is told.
    private actor FickleJournal: BatchJournal {
        private let opens: Bool
        private let losesLines: Bool
        private var kept: [BatchID: [UInt8]] = [:]
        private var calls = 0

        init(opens: Bool, losesLines: Bool = false) {
            self.opens = opens
            self.losesLines = losesLines
        }

        func open(writer: String) throws(JournalError) -> JournalContents {
            guard opens else { throw JournalError("no") }
            return JournalContents(writer: writer, nextSeq: 1, unsent: [])
        }

        func keep(_ batch: Batch) throws(JournalError) -> Bool {
            calls += 1
            if calls % 2 == 0 { throw JournalError("the disk is full") }
            kept[batch.ticket.id] = batch.body
            return true
        }

        func lines(of batch: BatchID) throws(JournalError) -> [UInt8] {
            guard !losesLines, let lines = kept[batch] else { throw JournalError("gone") }
            return lines
        }

        func settle(_ batch: BatchID) { kept[batch] = nil }
        func close() {}
    }

    @Test("batches that the disk does not take go out of memory, under a writer of their own")
    func keepFails() async {
        let rig = ShipperRig(journal: FickleJournal(opens: true)) { $0.batchLines = 2 }
        for number in 0..<12 { rig.shipper.log(Numbered(number)) }
        await rig.shipper.flush()
        #expect(rig.found.lines.compactMap(Numbered.number) == Array(0..<12))
        let writers = Dictionary(grouping: rig.found.batches, by: \.id.writer).mapValues { $0.map(\.id.seq) }
        #expect(writers.count == 2 && writers.values.allSatisfy { $0 == [1, 2, 3] })
        let statistics = await rig.shipper.statistics()
        #expect(statistics.delivered == 12 && statistics.pending == 0 && statistics.keptOnDisk == 0)
    }

    @Test("a disk buffer that does not open is done without")
    func openFails() async {
        let rig = ShipperRig(journal: FickleJournal(opens: false))
        rig.shipper.log(Numbered(0))
        await rig.shipper.flush()
        #expect(rig.found.lines.count == 1)
        guard case .journalFailed? = rig.observed.first else {
            Issue.record("the failure was not told")
            return
        }
    }

    @Test("lines that the disk does not give back are counted, and the next are sent")
    func linesAreGone() async {
        let rig = ShipperRig(journal: FickleJournal(opens: true, losesLines: true)) { $0.batchLines = 2 }
        for number in 0..<4 { rig.shipper.log(Numbered(number)) }
        await rig.shipper.flush()
        #expect(rig.found.lines.compactMap(Numbered.number) == [2, 3])
        let statistics = await rig.shipper.statistics()
        #expect(statistics.dropped == [.damaged: 2] && statistics.delivered == 2 && statistics.pending == 0)
    }
}

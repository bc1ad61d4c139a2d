import InMemoryAdapter
import LogModel
import Logferry
import LogferrySpool
import SdkRig
import TestSupport
import Testing

@Suite("The shipper with a disk buffer", .timeLimit(.minutes(6)))
struct SpooledShipperTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func rig(
        _ store: ScriptedStore, seed: UInt64, limit: Int = 1 << 20,
        _ change: (inout ShipperSettings) -> Void = { _ in }
    ) -> ShipperRig {
        ShipperRig(store: store, seed: seed, journal: SpoolJournal(folder: folder.file("s"), byteLimit: limit), change)
    }

    @Test("what an outage left is sent after the restart, first, with the same writer and numbers")
    func restart() async {
        let store = ScriptedStore()
        store.rule { _, _ in .storeThenLose }
        var first: ShipperRig? = rig(store, seed: 1) { $0.batchLines = 2 }
        for number in 0..<6 { first?.shipper.log(Numbered(number)) }
        if let first {
            await first.until { await first.shipper.statistics().keptOnDisk == 6 && !store.uploads.isEmpty }
        }
        await first?.shipper.shutdown(within: .zero)
        let left = await first?.shipper.statistics()
        #expect(left?.pending == 6 && left?.dropped == [:])
        first = nil
        store.rule { _, _ in .store }
        let second = rig(store, seed: 2)
        await second.until { await second.shipper.statistics().restored == 6 || !second.observed.isEmpty }
        for number in 6..<9 { second.shipper.log(Numbered(number)) }
        await second.passingTime { await second.shipper.flush() }
        await second.until { await second.shipper.statistics().pending == 0 }
        #expect(second.found.lines.compactMap(Numbered.number) == Array(0..<9))
        #expect(Set(second.found.batches.map(\.id.writer)).count == 1)
        #expect(second.found.isInOrder && !second.found.hasTwoContents && second.found.faults.isEmpty)
        let statistics = await second.shipper.statistics()
        #expect(statistics.restored == 6 && statistics.delivered == 9 && statistics.keptOnDisk == 0)
    }

    @Test("lines leave memory while a request hangs")
    func memoryIsFreed() async {
        let store = ScriptedStore()
        store.rule { _, _ in .hang }
        let rig = rig(store, seed: 3) { ($0.maxLines, $0.batchLines, $0.whenFull) = (10, 5, .wait) }
        for number in 0..<100 { await rig.shipper.logWhenThereIsRoom(Numbered(number)) }
        await rig.until { await rig.shipper.statistics().keptOnDisk == 100 }
        let statistics = await rig.shipper.shutdown(within: .zero)
        #expect(statistics.pending == 100 && statistics.dropped.isEmpty)
    }

    @Test(
        "when the disk buffer is full, batches or lines give way by the policy, and are counted",
        arguments: [OverflowPolicy.dropOldest, .dropNewest])
    func full(_ policy: OverflowPolicy) async {
        let store = ScriptedStore()
        store.rule { _, _ in .hang }
        let rig = rig(store, seed: 4, limit: 8 << 10) {
            ($0.maxLines, $0.batchLines, $0.whenFull, $0.requestTimeout) = (20, 10, policy, .seconds(1))
        }
        for number in 0..<2000 {
            rig.shipper.log(Numbered(number))
            if number % 10 == 9 { for _ in 0..<5 { _ = await rig.shipper.statistics() } }
        }
        await rig.until { await rig.shipper.statistics().droppedInAll > 0 }
        let statistics = await rig.shipper.shutdown(within: .zero)
        #expect(statistics.accepted == 2000)
        #expect(statistics.accepted == statistics.pending + statistics.droppedInAll)
    }

    @Test("a batch of disk that must be split is whole again after a restart, and its halves known")
    func splitOverRestart() async {
        let store = ScriptedStore()
        store.rule { upload, place in upload.content.count > 500 ? .refuse(413) : place == 2 ? .hang : .store }
        let first = rig(store, seed: 5)
        for number in 0..<12 { first.shipper.log(Numbered(number)) }
        let flush = Task { await first.shipper.flush() }
        await first.until { store.uploads.count == 3 }
        #expect(first.found.lines.count == 6)
        await first.shipper.shutdown(within: .zero)
        await flush.value
        store.rule { upload, _ in upload.content.count > 500 ? .refuse(413) : .store }
        let second = rig(store, seed: 6)
        await second.until { !second.observed.isEmpty }
        await second.until { await second.shipper.statistics().pending == 0 }
        #expect(second.found.lines.compactMap(Numbered.number) == Array(0..<12))
        #expect(second.found.batches.count == 3 && !second.found.hasTwoContents && second.found.isInOrder)
    }
}

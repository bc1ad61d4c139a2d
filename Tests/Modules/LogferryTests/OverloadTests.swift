import Foundation
import LogModel
import Logferry
import SdkRig
import Testing

@Suite("The shipper under overload", .timeLimit(.minutes(6)))
struct OverloadTests {
    @Test("goes on delivering while every request brings more lines than there is room for")
    func floodBetweenRequests() async {
        let rig = ShipperRig { ($0.maxLines, $0.batchLines) = (50, 10) }
        let shipper = rig.shipper
        rig.store.rule { _, place in
            if place < 40 { for number in 0..<200 { shipper.log(Numbered(number)) } }
            return .store
        }
        shipper.log(Numbered(0))
        await shipper.flush()
        await rig.until { rig.store.uploads.count > 40 }
        let statistics = await shipper.shutdown(within: .seconds(30))
        #expect(statistics.accepted == 1 + 40 * 200 && statistics.pending == 0)
        #expect(statistics.accepted == statistics.delivered + statistics.droppedInAll)
        #expect(rig.found.lines.count == statistics.delivered)
        // Batches carry lines: the oldest run is cut into, not eaten up before it can be sent.
        #expect(statistics.delivered >= 40 * 5)
    }

    @Test("goes on delivering while eight threads do nothing but log")
    func busyThreads() async {
        let rig = ShipperRig { ($0.maxLines, $0.batchLines) = (200, 20) }
        let shipper = rig.shipper
        let store = rig.store
        let line = EncodedLine(bytes: Array("{\"n\":1}".utf8), day: CivilDay(number: 20_000))
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    await withCheckedContinuation { continuation in
                        Thread.detachNewThread {
                            // Ready lines: the threads are at the buffer, and nowhere else.
                            while store.stored.count < 5 { for _ in 0..<500 { shipper.submit(line) } }
                            continuation.resume()
                        }
                    }
                }
            }
        }
        let statistics = await shipper.shutdown(within: .seconds(30))
        #expect(statistics.dropped.keys.allSatisfy { $0 == .bufferFull } && statistics.droppedInAll > 0)
        #expect(statistics.accepted == statistics.delivered + statistics.droppedInAll)
        #expect(rig.found.faults.isEmpty && rig.found.isInOrder)
    }
}

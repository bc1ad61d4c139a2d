import InMemoryAdapter
import LogModel
import Logferry
import SdkRig
import TestSupport
import Testing

@Suite("The shipper", .timeLimit(.minutes(6)))
struct ShipperTests {
    @Test("midnight: lines go to the file of their own day, whenever they are sent")
    func midnight() async {
        let rig = ShipperRig()
        rig.wall.set(to: Timestamp(rfc3339: "2026-09-21T23:59:59.999Z") ?? .epoch)
        rig.shipper.log(Numbered(0))
        rig.wall.advance(by: .milliseconds(1))
        rig.shipper.log(Numbered(1))
        rig.shipper.log(["timestamp": "2026-09-21T12:00:00Z"])
        await rig.shipper.flush()
        #expect(rig.store.stored.map(\.file).sorted() == ["prefix-2026-09-21.ndjson", "prefix-2026-09-22.ndjson"])
        let byFile = Dictionary(grouping: rig.found.batches, by: \.file).mapValues { $0.flatMap(\.lines).count }
        #expect(byFile == ["prefix-2026-09-21.ndjson": 2, "prefix-2026-09-22.ndjson": 1])
    }

    @Test("a line that came before midnight and fails until after it stays in its day's files")
    func retryOverMidnight() async {
        let rig = ShipperRig()
        rig.wall.set(to: Timestamp(rfc3339: "2026-09-21T23:59:59Z") ?? .epoch)
        rig.store.script(.storeThenLose)
        rig.shipper.log(Numbered(0))
        rig.wall.advance(by: .seconds(60))
        await rig.passingTime { await rig.shipper.flush() }
        #expect(rig.store.uploads.map(\.file) == ["prefix-2026-09-21.ndjson", "prefix-2026-09-21-2.ndjson"])
        #expect(rig.found.lines.count == 1)
    }

    @Test("nothing is asked of the server before the first line")
    func lazy() async {
        let rig = ShipperRig()
        for _ in 0..<100 { await Task.yield() }
        #expect(rig.store.inits.isEmpty)
        await rig.shipper.shutdown(within: .seconds(1))
        #expect(rig.store.inits.isEmpty)
    }

    @Test("a flush with a limit ends at it, and tells that lines wait")
    func flushLimit() async {
        let rig = ShipperRig()
        rig.store.rule { _, _ in .hang }
        rig.shipper.log(Numbered(0))
        let flush = Task { await rig.shipper.flush(within: .seconds(5)) }
        await rig.until { rig.store.uploads.count == 1 && rig.ticks.sleeping == 1 }
        rig.ticks.advance(by: .seconds(5))
        #expect(await flush.value == false)
        #expect(await rig.shipper.statistics().pending == 1)
        await rig.shipper.shutdown(within: .zero)
    }

    @Test("a flush whose caller is cancelled returns")
    func flushCancelled() async {
        let rig = ShipperRig()
        rig.store.rule { _, _ in .hang }
        rig.shipper.log(Numbered(0))
        let flush = Task { await rig.shipper.flush() }
        await rig.until { rig.store.uploads.count == 1 }
        flush.cancel()
        await flush.value
        await rig.shipper.shutdown(within: .zero)
    }

    @Test("a shutdown ends at its limit, cancels the request and counts what is lost")
    func shutdownLimit() async {
        let rig = ShipperRig()
        rig.store.rule { _, _ in .hang }
        for number in 0..<3 { rig.shipper.log(Numbered(number)) }
        let flush = Task { await rig.shipper.flush() }
        await rig.until { rig.store.uploads.count == 1 }
        rig.shipper.log(Numbered(3))
        let end = Task { await rig.shipper.shutdown(within: .seconds(2)) }
        await rig.until { rig.ticks.sleeping == 1 }
        rig.ticks.advance(by: .seconds(2))
        let statistics = await end.value
        await flush.value
        #expect(statistics.dropped == [.shutdown: 4] && statistics.pending == 0 && statistics.delivered == 0)
        rig.shipper.log(Numbered(4))
        #expect(await rig.shipper.statistics().dropped == [.shutdown: 4, .closed: 1])
        #expect(await rig.shipper.shutdown(within: .seconds(9)).accepted == 5)
    }

    @Test("with the policy wait, callers wait for room and nothing is lost")
    func waiting() async {
        let rig = ShipperRig { ($0.whenFull, $0.maxLines, $0.batchLines) = (.wait, 4, 2) }
        await rig.passingTime {
            for number in 0..<50 { await rig.shipper.logWhenThereIsRoom(Numbered(number)) }
            await rig.shipper.flush()
        }
        #expect(rig.found.lines.compactMap(Numbered.number) == Array(0..<50))
        #expect(await rig.shipper.statistics().dropped.isEmpty)
    }

    @Test("a caller that is cancelled while it waits loses its line, which is counted")
    func waitingCancelled() async {
        let rig = ShipperRig { ($0.whenFull, $0.maxLines) = (.wait, 1) }
        rig.store.rule { _, _ in .hang }
        rig.shipper.log(Numbered(0))
        let caller = Task { await rig.shipper.logWhenThereIsRoom(Numbered(1)) }
        for _ in 0..<100 { await Task.yield() }
        caller.cancel()
        await caller.value
        let statistics = await rig.shipper.statistics()
        #expect(statistics.dropped == [.cancelled: 1] && statistics.accepted == 2)
        await rig.shipper.shutdown(within: .zero)
    }

    @Test("who lets go of a shipper without a shutdown still gets its lines out")
    func release() async {
        let store = ScriptedStore()
        do {
            let rig = ShipperRig(store: store)
            rig.shipper.log(Numbered(0))
        }
        await eventually { !store.stored.isEmpty }
        #expect(ReadBack(store.stored).lines.count == 1)
    }

    @Test("no secret is in what the observer and the statistics say")
    func secrets() async {
        let rig = ShipperRig()
        rig.store.scriptInit(SdkResponse(status: 401, body: Array("canary-secret".utf8)))
        rig.store.script(.refuse(403, error: "canary-secret"))
        rig.shipper.log(Numbered(0))
        await rig.passingTime { await rig.shipper.flush() }
        #expect(!"\(rig.observed)\(await rig.shipper.statistics())".contains("canary-secret"))
    }

    @Test("whatever happens, accepted lines are delivered, pending or dropped, in order, none twice", arguments: 0..<30)
    func property(_ seed: UInt64) async {
        let rig = ShipperRig(seed: seed) {
            $0.maxLines = 60
            $0.batchLines = 7
            $0.appendsPerFile = 3
            $0.whenFull = seed % 2 == 0 ? .dropOldest : .dropNewest
        }
        rig.store.rule { upload, place in
            // What is too large is so each time: such a store never took the whole batch before.
            if upload.content.count > 220 { return .refuse(413) }
            var random = SeededGenerator(seed: seed &* 1_000_003 &+ UInt64(place))
            let replies: [ScriptedStore.Reply] = [
                .storeThenLose, .lose, .unreachable, .refuse(401), .refuse(429, retryAfter: "2"),
                .storeThenAnswer(500), .refuse(409),
            ]
            let lot = Int.random(in: 0..<16, using: &random)
            return lot < replies.count ? replies[lot] : .store
        }
        await rig.passingTime(by: .seconds(3)) {
            var random = SeededGenerator(seed: seed)
            for number in 0..<400 {
                rig.shipper.log(Numbered(number))
                if Int.random(in: 0..<9, using: &random) == 0 { await Task.yield() }
                if Int.random(in: 0..<90, using: &random) == 0 { await rig.shipper.flush() }
                if number % 50 == 0 { check(await rig.shipper.statistics()) }
            }
            await rig.shipper.flush()
        }
        let statistics = await rig.shipper.statistics()
        check(statistics)
        let numbers = rig.found.lines.compactMap(Numbered.number)
        #expect(statistics.pending == 0 && numbers.count == statistics.delivered && statistics.accepted == 400)
        #expect(numbers == numbers.sorted() && Set(numbers).count == numbers.count)
        #expect(rig.found.faults.isEmpty && !rig.found.hasTwoContents && rig.found.isInOrder)
        let reported = rig.observed.reduce(0) { sum, event in
            if case .dropped(_, let lines) = event { sum + lines } else { sum }
        }
        #expect(reported == statistics.droppedInAll)
    }

    private func check(_ statistics: ShipperStatistics) {
        #expect(
            statistics.accepted + statistics.restored
                == statistics.delivered + statistics.pending + statistics.droppedInAll)
    }
}

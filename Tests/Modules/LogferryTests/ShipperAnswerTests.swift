import InMemoryAdapter
import LogModel
import Logferry
import SdkRig
import Testing

/// The whole shipper against each answer that an upload can get.
@Suite("The shipper and the store's answers", .timeLimit(.minutes(6)))
struct ShipperAnswerTests {
    private func deliver(
        _ rig: ShipperRig, _ numbers: Range<Int> = 0..<3, by step: Duration = .seconds(31)
    ) async -> [Int] {
        for number in numbers { rig.shipper.log(Numbered(number)) }
        await rig.passingTime(by: step) { await rig.shipper.flush() }
        #expect(rig.found.faults.isEmpty && !rig.found.hasTwoContents && rig.found.isInOrder)
        #expect(rig.store.mostInFlight <= 1)
        let sessions = rig.store.uploads.compactMap { $0.headers["x-fimidara-upload-session-id"] }
        #expect(Set(sessions).count == sessions.count && sessions.count == rig.store.uploads.count)
        return rig.found.lines.compactMap(Numbered.number)
    }

    @Test("200: one init, one append, with every header that the store needs")
    func stored() async throws {
        let rig = ShipperRig()
        #expect(await deliver(rig) == [0, 1, 2])
        let upload = try #require(rig.store.uploads.first)
        #expect(upload.file == "prefix-2026-09-21.ndjson")
        #expect(upload.headers["x-fimidara-append"] == "true")
        #expect(upload.headers["x-fimidara-on-append-create-if-not-exists"] == "true")
        #expect(upload.headers["x-fimidara-file-mimetype"] == "application/x-ndjson")
        #expect(upload.headers["x-fimidara-file-encoding"] == "utf-8")
        #expect(upload.headers["authorization"] == "Bearer t1")
        #expect(rig.store.inits.count == 1)
        let statistics = await rig.shipper.statistics()
        #expect(statistics.accepted == 3 && statistics.delivered == 3 && statistics.pending == 0)
    }

    @Test(
        "an unknown outcome: the same batch goes to the day's next file, once for a reader",
        arguments: [
            ScriptedStore.Reply.storeThenLose, .lose, .storeThenAnswer(500, error: "ServerError"), .refuse(409),
            .refuse(500, error: "ServerError"), .refuse(502), .storeThenAnswer(403, error: "UsageLimitExceededError"),
        ])
    func unknown(_ reply: ScriptedStore.Reply) async {
        let rig = ShipperRig()
        rig.store.script(reply)
        #expect(await deliver(rig) == [0, 1, 2])
        #expect(rig.store.uploads.map(\.file) == ["prefix-2026-09-21.ndjson", "prefix-2026-09-21-2.ndjson"])
        #expect(rig.store.uploads[0].content == rig.store.uploads[1].content)
    }

    @Test(
        "a clear refusal: the same batch goes to the same file",
        arguments: [ScriptedStore.Reply.refuse(429), .refuse(503, retryAfter: "3"), .unreachable])
    func later(_ reply: ScriptedStore.Reply) async {
        let rig = ShipperRig()
        rig.store.script(reply)
        #expect(await deliver(rig) == [0, 1, 2])
        #expect(Set(rig.store.uploads.map(\.file)) == ["prefix-2026-09-21.ndjson"])
        #expect(rig.store.inits.count == 1)
    }

    @Test("Retry-After is waited for")
    func retryAfter() async {
        let rig = ShipperRig()
        rig.store.script(.refuse(503, retryAfter: "100"))
        rig.shipper.log(Numbered(0))
        let flush = Task { await rig.shipper.flush() }
        await rig.until { rig.store.uploads.count == 1 && rig.ticks.sleeping > 0 }
        rig.ticks.advance(by: .seconds(99))
        for _ in 0..<200 { await Task.yield() }
        #expect(rig.store.uploads.count == 1)
        await rig.passingTime(by: .seconds(1)) { await flush.value }
        #expect(rig.store.uploads.count == 2)
    }

    @Test("400 UnsupportedOperationError: segments, under a prefix of this process's own")
    func segments() async {
        let rig = ShipperRig { $0.instanceID = "fixed" }
        rig.store.script(.refuse(400, error: "UnsupportedOperationError"))
        #expect(await deliver(rig) == [0, 1, 2])
        #expect(await deliver(rig, 3..<5) == [0, 1, 2, 3, 4])
        let names = rig.store.stored.map(\.file)
        #expect(names == ["prefix1-2026-09-21-s00000001.ndjson", "prefix1-2026-09-21-s00000002.ndjson"])
        #expect(rig.store.uploads.last?.headers["x-fimidara-append"] == nil)
        #expect(rig.store.inits.count == 2 && rig.store.inits[0].contains("fixed"))
        #expect(!rig.store.inits[1].contains("fixed"))
    }

    @Test("a segment whose outcome is unknown is followed by one with another name")
    func lostSegment() async {
        let rig = ShipperRig()
        rig.store.script(.refuse(400, error: "UnsupportedOperationError"), .storeThenLose, .lose)
        #expect(await deliver(rig) == [0, 1, 2])
        #expect(Set(rig.store.uploads.map(\.file)).count == rig.store.uploads.count)
    }

    @Test("401, 403 and 404: init once more at once, then the same batch to the same file", arguments: [401, 403, 404])
    func credential(_ status: Int) async {
        let rig = ShipperRig()
        rig.store.script(.refuse(status))
        for number in 0..<3 { rig.shipper.log(Numbered(number)) }
        await rig.shipper.flush()
        #expect(rig.found.lines.count == 3)
        #expect(rig.store.inits.count == 2 && rig.store.inits[1].contains("\"filePrefix\":\"prefix\""))
        #expect(Set(rig.store.uploads.map(\.file)) == ["prefix-2026-09-21.ndjson"])
    }

    @Test("403 again and again: backs off, reports, and delivers when the right comes back")
    func denied() async {
        let rig = ShipperRig()
        for _ in 0..<8 { rig.store.script(.refuse(403, error: "PermissionDeniedError")) }
        #expect(await deliver(rig) == [0, 1, 2])
        let statistics = await rig.shipper.statistics()
        #expect(statistics.lastFailure?.status == 403)
        #expect(statistics.lastFailure?.reason.contains("PermissionDeniedError") == true)
    }

    @Test("413: the batch is split until it fits, and a single line that does not fit is counted")
    func tooLarge() async {
        let rig = ShipperRig()
        rig.store.rule { upload, _ in upload.content.count > 400 ? .refuse(413) : .store }
        for number in 0..<20 { rig.shipper.log(Numbered(number)) }
        rig.shipper.log(String(repeating: "x", count: 500))
        await rig.passingTime { await rig.shipper.flush() }
        #expect(rig.found.lines.compactMap(Numbered.number) == Array(0..<20))
        #expect(rig.found.faults.isEmpty && rig.found.isInOrder && !rig.found.hasTwoContents)
        let statistics = await rig.shipper.statistics()
        #expect(statistics.dropped == [.lineTooLong: 1] && statistics.delivered == 20 && statistics.pending == 0)
    }

    @Test("413 after an unknown outcome: the batch is not split, since its lines would count twice")
    func tooLargeAfterUnknown() async {
        let rig = ShipperRig { $0.refusalLimit = 3 }
        rig.store.script(.storeThenLose, .refuse(413), .refuse(413), .refuse(413))
        #expect(await deliver(rig, 0..<4) == [0, 1, 2, 3])
        #expect(await deliver(rig, 4..<6) == [0, 1, 2, 3, 4, 5])
        #expect(rig.found.batches.count == 2)
        #expect(await rig.shipper.statistics().dropped == [.refused: 4])
    }

    @Test("a request that the store calls wrong is dropped after a few attempts and counted")
    func refused() async {
        let rig = ShipperRig { $0.refusalLimit = 3 }
        rig.store.script(.refuse(400, error: "ValidationError"), .refuse(422), .refuse(400))
        #expect(await deliver(rig).isEmpty)
        #expect(await deliver(rig, 3..<5) == [3, 4])
        #expect(await rig.shipper.statistics().dropped == [.refused: 3])
    }

    @Test("500 appends fill a file")
    func rotation() async {
        let rig = ShipperRig { $0.appendsPerFile = 2 }
        for number in 0..<5 { _ = await deliver(rig, number..<number + 1) }
        #expect(
            rig.store.uploads.map(\.file).map { $0.dropFirst(17) }
                == [".ndjson", ".ndjson", "-2.ndjson", "-2.ndjson", "-3.ndjson"])
    }

    @Test("a new prefix begins new files")
    func newPrefix() async {
        let rig = ShipperRig()
        _ = await deliver(rig)
        rig.store.changePrefix(to: "other")
        rig.store.script(.refuse(401))
        #expect(await deliver(rig, 3..<6) == Array(0..<6))
        #expect(rig.store.stored.last?.file == "other-2026-09-21-2.ndjson")
    }

    @Test("a credential is renewed before it ends")
    func renewal() async {
        let rig = ShipperRig()
        rig.store.expire(at: rig.wall.now().advanced(by: .seconds(1000)))
        _ = await deliver(rig)
        rig.ticks.advance(by: .seconds(901))
        rig.wall.advance(by: .seconds(901))
        rig.store.expire(at: nil)
        _ = await deliver(rig, 3..<6)
        #expect(rig.store.inits.count == 2 && rig.store.uploads.last?.headers["authorization"] == "Bearer t2")
    }
}

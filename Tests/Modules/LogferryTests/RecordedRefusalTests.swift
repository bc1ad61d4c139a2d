import LogModel
import Logferry
import SdkRig
import Testing

/// The whole shipper against what a real server answers, where each answer leads where the rule says.
@Suite("The shipper and a real server's refusals", .timeLimit(.minutes(6)))
struct RecordedRefusalTests {
    @Test("each kind of refusal leads where the rule says", arguments: RecordedRefusal.kinds)
    func kinds(_ refusal: RecordedRefusal) async throws { try await verify(refusal) }

    @Test(
        "each recorded refusal leads where the rule says",
        .enabled(if: !RecordedRefusal.recording.isEmpty, "the recording is not on this machine"))
    func recording() async throws {
        var counts: [RecordedRefusal.Next: Int] = [:]
        for refusal in RecordedRefusal.recording {
            let next = try #require(refusal.next, "no rule for \(refusal.name)")
            counts[next, default: 0] += 1
            try await verify(refusal)
        }
        #expect(counts[.nextFile, default: 0] > 30 && counts[.segment] == 2)
        #expect(counts[.newCredential, default: 0] >= 3 && counts[.dropped, default: 0] >= 3)
    }

    private func verify(_ refusal: RecordedRefusal) async throws {
        let next = try #require(refusal.next)
        let rig = ShipperRig { $0.refusalLimit = 3 }
        let reply = refusal.answer.map { ScriptedStore.Reply.answer($0) } ?? .lose
        if next == .dropped { rig.store.script(reply, reply, reply) } else { rig.store.script(reply) }
        for number in 0..<3 { rig.shipper.log(Numbered(number)) }
        await rig.passingTime { await rig.shipper.flush() }
        let uploads = rig.store.uploads
        let statistics = await rig.shipper.statistics()
        let name: Comment = "\(refusal.name)"
        switch next {
        case .nextFile:
            #expect(uploads.map(\.file) == ["prefix-2026-09-21.ndjson", "prefix-2026-09-21-2.ndjson"], name)
            #expect(rig.store.inits.count == 1, name)
        case .newCredential:
            #expect(uploads.map(\.file) == ["prefix-2026-09-21.ndjson", "prefix-2026-09-21.ndjson"], name)
            #expect(uploads.map { $0.headers["authorization"] } == ["Bearer t1", "Bearer t2"], name)
        case .segment:
            #expect(uploads.map(\.file) == ["prefix-2026-09-21.ndjson", "prefix-2026-09-21-s00000001.ndjson"], name)
            #expect(uploads.last?.headers["x-fimidara-append"] == nil, name)
        case .dropped:
            #expect(uploads.map(\.file) == Array(repeating: "prefix-2026-09-21.ndjson", count: 3), name)
            #expect(statistics.dropped == [.refused: 3] && statistics.delivered == 0, name)
        }
        guard next != .dropped else { return }
        // The same batch under the same number, so that a reader who has it already knows it.
        #expect(uploads.count == 2 && uploads[0].content == uploads[1].content, name)
        #expect(rig.found.lines.compactMap(Numbered.number) == [0, 1, 2] && rig.found.faults.isEmpty, name)
        #expect(statistics.delivered == 3 && statistics.dropped.isEmpty && statistics.pending == 0, name)
    }
}

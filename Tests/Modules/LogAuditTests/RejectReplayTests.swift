import AppRegistry
import InMemoryAdapter
import LogAudit
import LogCursor
import LogIngestion
import LogModel
import TestSupport
import Testing

@Suite("Replay of rejects", .timeLimit(.minutes(4)))
struct RejectReplayTests {
    private let bench = AuditBench()
    private var world: World { bench.world }

    /// Lines of which two are refused, at bytes 8 and 20.
    private static let text = "{\"a\":1}\nbad\n{\"b\":2}\n[]\n"

    private func choice(_ change: (inout RejectReplay.Choice) -> Void = { _ in }) -> RejectReplay.Choice {
        var choice = RejectReplay.Choice()
        change(&choice)
        return choice
    }

    private func only(_ replay: RejectReplay) async throws -> RejectReplay.Candidate {
        let found = try await replay.candidates(choice())
        try #require(found.count == 1)
        return found[0]
    }

    @Test("candidates are bounded by app, object, reason, number and the generation before, in order")
    func candidates() async throws {
        let (one, first) = try await bench.taken(Self.text)
        let (_, second) = try await bench.taken("no\n")
        await world.append("nor\n", to: "x-2026-11-20.ndjson", of: one)
        try await bench.consume()
        let third = try #require(await world.cursor("x-2026-11-20.ndjson", of: one))
        let numbers = await world.store.rejects(of: nil, after: nil, limit: 9).map(\.number)
        try #require(numbers.count == 4)
        let replay = bench.replay()
        func found(
            after last: GenerationID? = nil, _ change: (inout RejectReplay.Choice) -> Void = { _ in }
        ) async throws -> [GenerationID: Int] {
            let all = try await replay.candidates(choice(change), after: last)
            #expect(all.map(\.generation) == all.map(\.generation).sorted())
            return Dictionary(uniqueKeysWithValues: all.map { ($0.generation, $0.count) })
        }
        let (a, b, c) = (first.generation, second.generation, third.generation)
        #expect(try await found() == [a: 2, b: 1, c: 1])
        #expect(try await found(after: a) == [b: 1, c: 1])
        #expect(try await found { $0.app = one.id } == [a: 2, c: 1])
        #expect(try await found { $0.object = ObjectKey(World.today) } == [a: 2, b: 1])
        #expect(try await found { $0.reasons = [.notAnObject] } == [a: 1])
        #expect(try await found { $0.numbers = [numbers[1], numbers[3]] } == [a: 1, c: 1])
        #expect(
            try await found {
                $0.app = one.id
                $0.reasons = [.tooDeep]
            }.isEmpty)
    }

    @Test("more rejects than a page has are counted")
    func pages() async throws {
        let app = try await world.newApp()
        await world.append(String(repeating: "bad\n", count: 1003), of: app)
        try await bench.consume()
        #expect(try await only(bench.replay()).count == 1003)
    }

    @Test("the object is taken again from its first reject on, whichever was meant; a dry run changes nothing")
    func replays() async throws {
        let (app, cursor) = try await bench.taken(Self.text)
        let replay = bench.replay()
        let found = try await replay.candidates(choice { $0.reasons = [.notAnObject] })
        let candidate = try #require(found.first)
        #expect(candidate.count == 1 && candidate.hopeless == 0)
        #expect(try await replay.replay(candidate, isDry: true) == .wouldBeTakenAgain(from: 8))
        #expect(await world.cursor(of: app) == cursor)
        #expect(try await replay.replay(candidate) == .willBeTakenAgain(from: 8))
        // Again, before its bytes were read: the cursor waits there.
        #expect(try await replay.replay(candidate) == .willBeTakenAgain(from: 8))
        #expect(try await replay.replay(candidate, isDry: true) == .wouldBeTakenAgain(from: 8))
        try await bench.consume()
        #expect(await world.lines(of: app) == ["{\"a\":1}", "{\"b\":2}"])
        #expect(await world.store.rejects(of: app.id, after: nil, limit: 9).count == 2)
        #expect(try await replay.replay(candidate) == .refused("its rejects were judged again meanwhile"))
    }

    @Test("what was never one line of its writer is left alone, also beside what may become a record")
    func hopeless() async throws {
        let torn = SdkBatch(["{\"n\":1}"], sequence: 1).text.replacing("\"n\":1", with: "\"n\":2")
        _ = try await bench.taken(torn + "bad\n")
        let replay = bench.replay()
        let words = "these bytes were never one line of their writer; no limit makes them one"
        let meant = try #require(try await replay.candidates(choice { $0.reasons = [.tornBatch] }).first)
        #expect(meant.count == 1 && meant.hopeless == 1)
        #expect(try await replay.replay(meant) == .refused(words))
        let all = try await only(replay)
        #expect(all.count == 2 && all.hopeless == 1)
        #expect(try await replay.replay(all, isDry: true) == .wouldBeTakenAgain(from: Int64(torn.utf8.count)))
    }

    @Test("an object that is gone or was replaced is left alone, in a dry run too")
    func gone() async throws {
        let (app, _) = try await bench.taken(Self.text)
        let replay = bench.replay()
        let candidate = try await only(replay)
        let words = "the source no longer has \(World.today)"
        await world.files.replace(World.today, in: app.id.text, with: Array(Self.text.utf8))
        for isDry in [false, true] { #expect(try await replay.replay(candidate, isDry: isDry) == .refused(words)) }
        try await bench.consume()
        let later = "a later generation of \(World.today) has begun; what it replaced cannot be read"
        for isDry in [false, true] { #expect(try await replay.replay(candidate, isDry: isDry) == .refused(later)) }
    }

    @Test("a source that does not answer now is told from one that refuses for good")
    func sources() async throws {
        _ = try await bench.taken(Self.text)
        let replay = bench.replay()
        let candidate = try await only(replay)
        let passing: [SourceError.Reason] = [.unavailable, .late, .throttled(retryAfter: nil)]
        let lasting: [SourceError.Reason] = [.unauthenticated, .forbidden, .rejected]
        for reason in passing + lasting {
            await world.files.setFailure(SourceError(reason, detail: "so it is"), of: World.today)
            let outcome = try await replay.replay(candidate)
            #expect(outcome == (passing.contains(reason) ? .unreachable("so it is") : .refused("so it is")))
        }
    }

    @Test("an object that cannot be audited here is left alone")
    func notHere() async throws {
        _ = try await bench.taken(Self.text)
        let replay = bench.replay(bench.rewinding(bench.verification(hasFileStore: false)))
        let candidate = try await only(replay)
        for isDry in [false, true] {
            #expect(try await replay.replay(candidate, isDry: isDry) == .refused("no file store is configured"))
        }
    }
}

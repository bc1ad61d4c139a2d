import AppRegistry
import InMemoryAdapter
import LogCursor
import LogIngestion
import LogModel
import LogQuery
import TestSupport
import Testing

/// Random lists of commands, run against a store and the store in memory side by side: both must answer alike.
public enum CursorModelContract {
    /// One clause for each seed, so that a failing list can be run again by itself.
    public static let clauses: [Clause<StoreUnderTest>] = (1...12).map { seed in
        Clause("answers 120 random commands as the store in memory does (seed \(seed))") { store in
            var trial = try await Trial(seed: UInt64(seed), subject: store)
            for step in 0..<120 { try await trial.step(step) }
            try await trial.compareAll("at the end")
        }
    }

    private struct Trial {
        let subject: StoreUnderTest
        let model: InMemoryStore
        let apps: [RegisteredApp]
        let owners: [OwnerID]
        var generator: SeededGenerator
        /// The claims that owners believe to hold, in both worlds.
        var claims: [(subject: Claim, model: Claim)] = []
        /// Generations of the subject as the model numbers them.
        var numbers: [GenerationID: GenerationID] = [:]

        init(seed: UInt64, subject: StoreUnderTest) async throws {
            self.subject = subject
            model = InMemoryStore(clock: ManualWallClock())
            generator = SeededGenerator(seed: seed)
            apps = [.fresh(), .fresh()]
            owners = [.fresh(), .fresh(), .fresh()]
            for app in apps {
                try await subject.ports.add(app)
                try await model.add(app)
            }
        }

        mutating func step(_ number: Int) async throws {
            let label = "command \(number)"
            switch Int.random(in: 0..<20, using: &generator) {
            case 0..<7: try await claim(label)
            case 7..<15: try await commit(label)
            case 15: try await extend(label)
            case 16..<18: try await release()
            case 18: try await beginNext(label)
            default:
                if number > 60, number % 10 == 0 { try await deleteApp(label) } else { try await compareAll(label) }
            }
        }

        private mutating func claim(_ label: String) async throws {
            let owner = pick(owners)
            let requests = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
                let app = pick(apps).id
                return ClaimRequest(
                    source: subject.source(of: app), object: ObjectKey("o\(Int.random(in: 0..<4, using: &generator))"),
                    app: app, identity: Int.random(in: 0..<8, using: &generator) == 0 ? "b" : "a",
                    size: Int.random(in: 0..<8, using: &generator) == 0 ? 3 : 1 << 30)
            }
            let real = try await subject.ports.claim(requests, by: owner, for: longLease)
            let modelled = await model.claim(requests, by: owner, for: longLease)
            #expect(real.count == modelled.count, "\(label)")
            for (one, other) in zip(real, modelled) {
                switch (one, other) {
                case (.claimed(let own), .claimed(let expected)):
                    numbers[own.generation] = expected.generation
                    expectAlike(own.cursor, expected.cursor, label)
                    claims.append((own, expected))
                case (.held, .held), (.appDeleted, .appDeleted): break
                default: Issue.record("\(label): claimed \(one), the model says \(other)")
                }
            }
        }

        private mutating func commit(_ label: String) async throws {
            guard !claims.isEmpty else { return }
            var (real, modelled): ([ObjectStep], [ObjectStep]) = ([], [])
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let pair = pick(claims)
                let text = pick(["{\"a\":1}\n", "{\"b\":2}\nbad\n", "\n\n", "{\"ts\":1700000000}\r\n[1]\n", "xx\nyy\n"])
                // Half of the steps go on where the cursor is; the others come from a belief that may be stale.
                let isFresh = Bool.random(using: &generator)
                let progress = try await self.progress(of: pair.subject, isFresh: isFresh)
                guard progress.position < 4096 else { continue }
                real.append(step(pair.subject, progress, text))
                modelled.append(step(pair.model, progress, text))
            }
            let outcomes = try await subject.ports.commit(real)
            #expect(outcomes == (try await model.commit(modelled)), "\(label)")
        }

        private func progress(of claim: Claim, isFresh: Bool) async throws -> CursorProgress {
            guard isFresh else { return claim.cursor.progress }
            let all = try await subject.ports.cursors(of: claim.cursor.app, after: nil, limit: 1000)
            return all.first { $0.generation == claim.generation }?.progress ?? claim.cursor.progress
        }

        /// A step whose rows are those of `text` at the progress; its tail mark is that of the text alone.
        private func step(_ claim: Claim, _ progress: CursorProgress, _ text: String) -> ObjectStep {
            var start = progress
            start.tail = TailMark()
            var feed = ObjectFeed(claim, from: start, overlap: [])
            return feed.step(text)
        }

        private mutating func extend(_ label: String) async throws {
            let some = claims.filter { _ in Bool.random(using: &generator) }
            let lost = try await subject.ports.extend(some.map(\.subject), for: longLease)
            let expected = await model.extend(some.map(\.model), for: longLease)
            #expect(Set(lost.compactMap { numbers[$0] }) == expected, "\(label)")
        }

        private mutating func release() async throws {
            guard !claims.isEmpty else { return }
            let pair = pick(claims)
            try await subject.ports.release([pair.subject])
            await model.release([pair.model])
        }

        private mutating func beginNext(_ label: String) async throws {
            guard !claims.isEmpty else { return }
            let pair = pick(claims)
            let real = try await subject.ports.beginNext(after: pair.subject, because: .rewritten, for: longLease)
            let modelled = await model.beginNext(after: pair.model, because: .rewritten, for: longLease)
            guard let real, let modelled else {
                #expect(real == nil && modelled == nil, "\(label)")
                return
            }
            numbers[real.generation] = modelled.generation
            expectAlike(real.cursor, modelled.cursor, label)
            claims.append((real, modelled))
        }

        private mutating func deleteApp(_ label: String) async throws {
            let app = pick(apps).id
            let deleted = try await subject.ports.deleteApp(app, at: .sample)
            #expect(deleted == (await model.deleteApp(app, at: .sample)), "\(label)")
        }

        func compareAll(_ label: String) async throws {
            for app in apps {
                let real = try await subject.ports.cursors(of: app.id, after: nil, limit: 1000)
                let modelled = await model.cursors(of: app.id, after: nil, limit: 1000)
                #expect(real.count == modelled.count, "\(label)")
                for (one, other) in zip(real, modelled) { expectAlike(one, other, label) }
                let filter = LogFilter(app: app.id)
                let rows = try await subject.ports.rows(filter, order: .stored, after: nil, limit: 10_000)
                let expected = await model.rows(filter, order: .stored, after: nil, limit: 10_000)
                #expect(rows.bytes == expected.bytes && rows.offsets == expected.offsets, "\(label)")
                #expect(rows.lineNumbers == expected.lineNumbers && rows.timestamps == expected.timestamps, "\(label)")
                let rejects = try await subject.ports.rejects(of: app.id, after: nil, limit: 10_000)
                let others = await model.rejects(of: app.id, after: nil, limit: 10_000)
                #expect(rejects.map(\.range) == others.map(\.range), "\(label)")
                #expect(rejects.map { numbers[$0.generation] } == others.map(\.generation), "\(label)")
            }
        }

        /// Numbers and clocks are each store's own; all else must agree.
        private func expectAlike(_ real: Cursor, _ modelled: Cursor, _ label: String) {
            #expect(numbers[real.generation] == modelled.generation, "\(label)")
            #expect(real.ordinal == modelled.ordinal && real.reason == modelled.reason, "\(label)")
            #expect(real.progress == modelled.progress, "\(label)")
            #expect(real.owner == modelled.owner, "\(label)")
            #expect((real.leaseEnd == nil) == (modelled.leaseEnd == nil), "\(label)")
            #expect(real.object == modelled.object && real.identity == modelled.identity, "\(label)")
        }

        private mutating func pick<Element>(_ elements: [Element]) -> Element {
            elements[Int.random(in: 0..<elements.count, using: &generator)]
        }
    }
}

import AppRegistry
import LogCursor
import LogIngestion
import LogMaintenance
import LogModel
import TestSupport
import Testing

/// What every field catalogue must do.
public enum FieldCatalogueContract {
    /// The clauses.
    public static let clauses: [Clause<StoreUnderTest>] = [
        Clause("the backlog is what was committed beyond the catalogue's position, and of its app alone") { store in
            let (app, other) = (try await store.newApp(), try await store.newApp())
            let catalogue = store.ports
            let first = try await store.take("{\"a\":1}\n{\"b\":2}\n", into: "one", of: app)
            let second = try await store.take("{\"c\":3}\n", into: "two", of: app)
            _ = try await store.take("{\"d\":4}\n", into: "one", of: other)
            let gaps = [
                FollowerGap(generation: first, position: 0, committed: 16),
                FollowerGap(generation: second, position: 0, committed: 8),
            ]
            #expect(try await catalogue.backlog(of: app, after: nil, limit: 10) == gaps)
            #expect(try await catalogue.backlog(of: app, after: nil, limit: 1) == [gaps[0]])
            #expect(try await catalogue.backlog(of: app, after: first, limit: 10) == [gaps[1]])
            let moves = [
                FollowerMove(generation: first, from: 0, to: 8), FollowerMove(generation: second, from: 0, to: 8),
            ]
            #expect(try await catalogue.apply(step(app, moves)) == .applied)
            #expect(
                try await catalogue.backlog(of: app, after: nil, limit: 10)
                    == [FollowerGap(generation: first, position: 8, committed: 16)])
        },
        Clause("a step of which one position is elsewhere leaves no trace") { store in
            let app = try await store.newApp()
            let catalogue = store.ports
            let first = try await store.take("{\"a\":1}\n", into: "one", of: app)
            let second = try await store.take("{\"a\":1}\n", into: "two", of: app)
            let once = step(app, [FollowerMove(generation: first, from: 0, to: 8)], [entry("a", .number)])
            #expect(try await catalogue.apply(once) == .applied)
            #expect(try await catalogue.apply(once) == .refused)
            let both = [
                FollowerMove(generation: second, from: 0, to: 8), FollowerMove(generation: first, from: 0, to: 8),
            ]
            #expect(try await catalogue.apply(step(app, both, [entry("b", .number)], overflow: 9)) == .refused)
            #expect(try await catalogue.fields(of: app, after: nil, limit: 10) == [entry("a", .number)])
            #expect(try await catalogue.overflow(of: app) == 0)
            #expect(
                try await catalogue.backlog(of: app, after: nil, limit: 10)
                    == [FollowerGap(generation: second, position: 0, committed: 8)])
        },
        Clause("of eight indexers with the same step one gets through") { store in
            let app = try await store.newApp()
            let catalogue = store.ports
            let generation = try await store.take("{\"a\":1}\n", into: "one", of: app)
            let once = step(app, [FollowerMove(generation: generation, from: 0, to: 8)], [entry("a", .number)])
            let outcomes = try await inParallel(8) { _ in try await catalogue.apply(once) }
            #expect(outcomes.count { $0 == .applied } == 1 && outcomes.count { $0 == .refused } == 7)
            #expect(try await catalogue.fields(of: app, after: nil, limit: 10) == [entry("a", .number)])
        },
        Clause("a known field gets more types, a higher count and wider times") { store in
            let app = try await store.newApp()
            let catalogue = store.ports
            let generation = try await store.take("{}\n{}\n{}\n", into: "one", of: app)
            let seen = [
                entry("f", .number, 2, 50, 60), entry("f", .string, 3, 40, 55), entry("f", .null, 1, 70, 80),
            ]
            for (index, field) in seen.enumerated() {
                let from = Int64(index) * 3
                let move = FollowerMove(generation: generation, from: from, to: from + 3)
                #expect(try await catalogue.apply(step(app, [move], [field])) == .applied)
            }
            #expect(
                try await catalogue.fields(of: app, after: nil, limit: 10)
                    == [entry("f", [.number, .string, .null], 6, 40, 80)])
        },
        Clause("fields come in the order of their bytes, page by page, and those that look alike stay two") { store in
            let app = try await store.newApp()
            let catalogue = store.ports
            let generation = try await store.take("{}\n", into: "one", of: app)
            let names = ["B", "[\"\\u0000\"]", "a", "a[*]", "e\u{301}", "z", "\u{E9}", "\u{1F600}"]
            let move = FollowerMove(generation: generation, from: 0, to: 3)
            #expect(try await catalogue.apply(step(app, [move], names.map { entry($0, .string) })) == .applied)
            var seen: [String] = []
            while true {
                let page = try await catalogue.fields(of: app, after: seen.last, limit: 3)
                seen += page.map(\.path)
                guard page.count == 3 else { break }
            }
            #expect(seen.map { Array($0.utf8) } == names.map { Array($0.utf8) })
        },
        Clause("new paths beyond the limit are counted as overflow, known ones still grow") { store in
            let app = try await store.newApp()
            let catalogue = store.ports
            let generation = try await store.take("{}\n{}\n", into: "one", of: app)
            let first = [entry("a", .number), entry("b", .number), entry("c", .number, 5)]
            let one = FollowerMove(generation: generation, from: 0, to: 3)
            #expect(try await catalogue.apply(step(app, [one], first, overflow: 1, limit: 2)) == .applied)
            let two = FollowerMove(generation: generation, from: 3, to: 6)
            #expect(
                try await catalogue.apply(step(app, [two], [entry("0", .null, 7), entry("a", .null)], limit: 2))
                    == .applied)
            #expect(
                try await catalogue.fields(of: app, after: nil, limit: 10)
                    == [entry("a", [.number, .null], 2), entry("b", .number)])
            #expect(try await catalogue.overflow(of: app) == 1 + 5 + 7)
        },
        Clause("nothing comes into the catalogue of a deleted app, nor of one that never was") { store in
            let app = try await store.newApp()
            let catalogue = store.ports
            let generation = try await store.take("{}\n", into: "one", of: app)
            _ = try await store.ports.deleteApp(app, at: .sample)
            let move = FollowerMove(generation: generation, from: 0, to: 3)
            #expect(try await catalogue.apply(step(app, [move], [entry("a", .null)])) == .appDeleted)
            #expect(try await catalogue.apply(step(.fresh(), [move], [entry("a", .null)])) == .appDeleted)
            #expect(try await catalogue.fields(of: app, after: nil, limit: 10) == [])
        },
    ]

    private static func step(
        _ app: AppID, _ moves: [FollowerMove], _ fields: [FieldEntry] = [], overflow: Int64 = 0, limit: Int = 100
    ) -> CatalogueStep {
        CatalogueStep(app: app, moves: moves, fields: fields, overflow: overflow, pathLimit: limit)
    }

    private static func entry(
        _ path: String, _ types: FieldTypes, _ count: Int64 = 1, _ first: Int64 = 5, _ last: Int64 = 6
    ) -> FieldEntry {
        FieldEntry(
            path: path, types: types, count: count, firstSeen: Timestamp(nanoseconds: first),
            lastSeen: Timestamp(nanoseconds: last))
    }
}

extension StoreUnderTest {
    /// Commits text to a fresh object of an app, received at a moment.
    func take(
        _ text: String, into object: String, of app: AppID, at moment: Timestamp = .sample
    ) async throws -> GenerationID {
        var feed = ObjectFeed(try await claim(object, of: app))
        let step = feed.step(text, at: moment)
        #expect(try await commit(step) == .applied)
        return step.move.generation
    }
}

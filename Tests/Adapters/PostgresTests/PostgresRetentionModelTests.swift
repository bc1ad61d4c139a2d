import AppRegistry
import Foundation
import InMemoryAdapter
import LogCursor
import LogIngestion
import LogMaintenance
import LogModel
import LogQuery
import StoreSupport
import TestSupport
import Testing

@testable import PostgresAdapter

/// That days and rows together come to what looking at every record comes to.
@Suite("PostgreSQL retention, beside the store in memory", .enabled(if: TestServer.isThere))
struct PostgresRetentionModelTests {
    private let isSoak = ProcessInfo.processInfo.environment["LOGFERRY_TEST_SOAK"] == "1"

    @Test("whatever happened before, the same goes, waits and is missed", arguments: 1...4)
    func model(_ seed: UInt64) async throws {
        try await Turns.all.take {
            let dice = Dice(seed: seed)
            for _ in 0..<(isSoak ? 20 : 2) { try await compare(dice) }
        }
    }

    private func compare(_ dice: Dice) async throws {
        let bench = try await Bench.make()
        let memory = InMemoryStore(clock: ManualWallClock(at: .sample))
        let sides = [Side(store: bench.database), Side(store: memory)]
        let apps = (0..<3).map { _ in RegisteredApp.fresh() }
        for side in sides { for app in apps { try await side.store.add(app) } }
        var texts: [String: String] = [:]
        var positions: [GenerationID: Int64] = [:]
        var day = 0
        for move in 0..<60 {
            let app = apps[dice.roll(3)].id
            let object = "o\(dice.roll(2))"
            let key = "\(app) \(object)"
            switch dice.roll(10) {
            case 0...3:
                let text = (0...dice.roll(6)).map { dice.roll(4) == 0 ? "bad\n" : "{\"n\":\(move),\"i\":\($0)}\n" }
                texts[key, default: ""] += text.joined()
                for side in sides { try await side.take(text.joined(), into: object, of: app, on: day) }
            case 4 where texts[key] != nil:
                for side in sides { try await side.replay(texts[key] ?? "", into: object, of: app, on: day) }
            case 5, 6:
                guard let gap = await memory.backlog(of: app, after: nil, limit: 1).first else { continue }
                let from = positions[gap.generation] ?? 0
                let to = from + 1 + Int64(dice.roll(Int(gap.committed - from)))
                let step = CatalogueStep(
                    app: app, moves: [FollowerMove(generation: gap.generation, from: from, to: to)], fields: [],
                    overflow: 0, pathLimit: 1)
                for side in sides { #expect(try await side.store.apply(step) == .applied) }
                positions[gap.generation] = to
            case 7: day += 1 + dice.roll(3)
            default:
                let rule = plan(
                    until: day - dice.roll(4), apps: dice.roll(2) == 0 ? [app: day - dice.roll(8)] : [:],
                    followers: dice.roll(3) == 0 ? [] : [.fieldIndex], patience: dice.roll(5))
                let limit = [2, 3, 7, 1000][dice.roll(4)]
                let steps = try await sides.asyncMap {
                    try await RetentionSteps.all(of: $0.store, rule, limit: limit).sum
                }
                #expect(steps[0].records == steps[1].records && steps[0].bytes == steps[1].bytes)
                #expect(steps[0].rejects == steps[1].rejects)
                #expect(steps[0].waiting == steps[1].waiting)
                #expect(Set(steps[0].missed) == Set(steps[1].missed))
                #expect(try await bench.wrongTallies() == 0)
            }
            for app in apps {
                let lines = try await sides.asyncMap { try await $0.lines(of: app.id) }
                #expect(lines[0] == lines[1], "move \(move)")
            }
        }
        let misses = try await sides.asyncMap { try await $0.store.missed(of: .fieldIndex, limit: 100) }
        #expect(Set(misses[0]) == Set(misses[1]))
        await bench.close()
    }
}

/// Throws that follow from a seed.
private final class Dice: Sendable {
    private let entropy: SeededEntropy

    init(seed: UInt64) { entropy = SeededEntropy(seed: seed) }

    /// A number from 0 on, below `count`.
    func roll(_ count: Int) -> Int {
        Int(entropy.bytes(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }) % max(count, 1)
    }
}

/// What both stores are asked.
private struct Side {
    let store: any LogStore

    func take(_ text: String, into object: String, of app: AppID, on day: Int) async throws {
        let request = ClaimRequest(
            source: SourceID("\(app)"), object: ObjectKey(object), app: app, identity: "a", size: 1 << 40)
        let outcomes = try await store.claim([request], by: .fresh(), for: .seconds(600))
        guard case .claimed(let claim)? = outcomes.first else { throw CancellationError() }
        var start = claim.cursor.progress
        start.tail = TailMark()
        var feed = ObjectFeed(claim, from: start, overlap: [])
        #expect(try await store.commit([feed.step(text, at: moment(day))]) == [.applied])
        try await store.release([claim])
    }

    func replay(_ text: String, into object: String, of app: AppID, on day: Int) async throws {
        let key = ObjectKey(object)
        let cursor = try #require(try await store.latest(in: SourceID("\(app)"), of: [key])[key])
        #expect(try await store.rewind(cursor, to: CursorProgress(), at: moment(day)) == .rewound)
        try await take(text, into: object, of: app, on: day)
    }

    /// The lines of an app by place.
    func lines(of app: AppID) async throws -> [String] {
        let rows = try await store.rows(LogFilter(app: app), order: .stored, after: nil, limit: 10_000)
        return (0..<rows.count).map { String(decoding: rows.bytes[rows.range($0)], as: UTF8.self) }
    }
}

extension Array {
    fileprivate func asyncMap<Value>(_ transform: (Element) async throws -> Value) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}

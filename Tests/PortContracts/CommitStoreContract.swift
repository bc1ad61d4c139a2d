import AppRegistry
import LogCursor
import LogIngestion
import LogModel
import LogQuery
import TestSupport
import Testing

/// What every commit store must do, seen through its cursors and its readers.
public enum CommitStoreContract {
    /// The clauses.
    public static let clauses: [Clause<StoreUnderTest>] =
        moves + fence + NastyLines.clauses + RejectClauses.clauses + WriterClauses.clauses

    private static let moves: [Clause<StoreUnderTest>] = [
        Clause("a step stores its lines and moves its cursor to exactly the given progress") { store in
            let app = try await store.newApp()
            var feed = ObjectFeed(try await store.claim("o", of: app))
            let step = feed.step("{\"a\":1}\r\n\n{\"b\":\"é漢😀\"}\nbroken\n{\"unfinished\":")
            #expect(try await store.commit(step) == .applied)
            let cursor = try #require(try await store.cursor("o", of: app))
            #expect(cursor.progress == feed.progress)
            #expect(cursor.progress.counts.totalBytes == cursor.progress.position)
            #expect(cursor.updatedAt == step.receivedAt)
            #expect(try await store.texts(of: app) == ["{\"a\":1}", "{\"b\":\"é漢😀\"}"])
            #expect(try await store.ports.count(of: cursor.generation) == 2)
        },
        Clause("every part of a progress survives, the digest's state included") { store in
            let app = try await store.newApp()
            let claim = try await store.claim("o", of: app)
            var from: Int64 = 0
            for state in [0, 1, 5, 1 << 40, .max] as [Int64] {
                let progress = fullProgress(FramingState(rawValue: state), from: from)
                let move = Move(generation: claim.generation, from: from, epoch: claim.epoch, to: progress)
                let step = ObjectStep(
                    move: move, app: app, records: RecordColumns(over: []), rejects: [], receivedAt: .sample)
                #expect(try await store.commit(step) == .applied)
                #expect(try await store.cursor("o", of: app)?.progress == progress)
                from = progress.position
            }
        },
        Clause("steps of one object in one commit are applied one after the other") { store in
            let app = try await store.newApp()
            var feed = ObjectFeed(try await store.claim("o", of: app))
            let steps = ["{\"a\":1}\n", "{\"a\":2}\n", "{\"a\":3}\n"].map { feed.step($0) }
            #expect(try await store.ports.commit(steps) == [.applied, .applied, .applied])
            #expect(try await store.cursor("o", of: app)?.progress == feed.progress)
            #expect(try await store.texts(of: app).count == 3)
        },
        Clause("nothing to commit is nothing to answer") { store async throws in
            #expect(try await store.ports.commit([]) == [])
        },
        Clause("a step without rows moves the cursor alone") { store in
            let app = try await store.newApp()
            var feed = ObjectFeed(try await store.claim("o", of: app))
            #expect(try await store.commit(feed.step("\n\n\u{0}\u{0}\n")) == .applied)
            #expect(try await store.cursor("o", of: app)?.progress.position == 5)
            #expect(try await store.texts(of: app) == [])
        },
        Clause("200 objects in one commit all arrive") { store in
            let app = try await store.newApp()
            let owner = OwnerID.fresh()
            var steps: [ObjectStep] = []
            for index in 0..<200 {
                var feed = ObjectFeed(try await store.claim("o\(index)", of: app, by: owner))
                steps.append(feed.step("{\"n\":\(index)}\n"))
            }
            #expect(try await store.ports.commit(steps).allSatisfy { $0 == .applied })
            #expect(Set(try await store.texts(of: app)) == Set((0..<200).map { "{\"n\":\($0)}" }))
        },
        Clause("what a record is kept with comes back: place, number, times, level and flags") { store in
            let app = try await store.newApp()
            let claim = try await store.claim("place", of: app)
            var feed = ObjectFeed(claim)
            _ = try await store.commit(
                feed.step(
                    "\n{\"ts\":1700000000.25,\"level\":\"WARN\"}\n{\"x\":1}\n", at: .sample))
            let rows = try await store.ports.rows(of: claim.generation, from: 0, limit: 10)
            #expect(rows.offsets == [1, 37] && rows.lineNumbers == [2, 3])
            #expect(rows.timestamps == [1_700_000_000_250_000_000, Timestamp.sample.nanoseconds])
            #expect(rows.receipts == [Timestamp.sample.nanoseconds, Timestamp.sample.nanoseconds])
            #expect(rows.levels == [Level.warn.rawValue, Level.unknown.rawValue])
            #expect(rows.flags == [0, RecordFlags.timeOfReceipt.rawValue])
            #expect(rows.objects == [claim.generation: ObjectKey("place")])
        },
    ]

    private static let fence: [Clause<StoreUnderTest>] = [
        Clause("a stale epoch is refused and nothing of its step is stored") { store in
            let app = try await store.newApp()
            let claim = try await store.claim("o", of: app)
            for epoch in [claim.epoch - 1, claim.epoch + 1, 0] {
                var feed = ObjectFeed(claim)
                feed.epoch = epoch
                #expect(try await store.commit(feed.step("{\"a\":1}\nbroken\n")) == .refused)
            }
            try await expectUntouched(claim, of: app, in: store)
        },
        Clause("a move from another position is refused and nothing of its step is stored") { store in
            let app = try await store.newApp()
            let claim = try await store.claim("o", of: app)
            var feed = ObjectFeed(claim)
            _ = feed.step("{\"never committed\":1}\n")
            #expect(try await store.commit(feed.step("{\"a\":1}\nbroken\n")) == .refused)
            try await expectUntouched(claim, of: app, in: store)
        },
        Clause("a move of an unknown generation is refused") { store in
            let app = try await store.newApp()
            let move = Move(generation: GenerationID(1 << 50), from: 0, epoch: 1, to: CursorProgress())
            let step = ObjectStep(
                move: move, app: app, records: RecordColumns(over: []), rejects: [], receivedAt: .sample)
            #expect(try await store.commit(step) == .refused)
        },
        Clause("refused steps of a group leave the others alone, wherever they stand in it") { store in
            let app = try await store.newApp()
            let owner = OwnerID.fresh()
            for refused in [[0], [1], [2], [0, 2], [0, 1]] {
                var steps: [ObjectStep] = []
                let tag = refused.map(String.init).joined()
                for index in 0..<3 {
                    var feed = ObjectFeed(try await store.claim("o\(tag)-\(index)", of: app, by: owner))
                    if refused.contains(index) { feed.epoch -= 1 }
                    steps.append(feed.step("{\"in\":\"\(tag)-\(index)\"}\nbroken\n"))
                }
                let outcomes = try await store.ports.commit(steps)
                #expect(outcomes == (0..<3).map { refused.contains($0) ? .refused : .applied })
                let stored = try await store.texts(of: app)
                for index in 0..<3 {
                    #expect(stored.contains("{\"in\":\"\(tag)-\(index)\"}") == !refused.contains(index))
                }
            }
        },
        Clause("the same step again is refused and nothing is stored twice") { store in
            let app = try await store.newApp()
            var feed = ObjectFeed(try await store.claim("o", of: app))
            let step = feed.step("{\"a\":1}\nbroken\n")
            #expect(try await store.commit(step) == .applied)
            #expect(try await store.commit(step) == .refused)
            #expect(try await store.ports.commit([step, step]) == [.refused, .refused])
            #expect(try await store.texts(of: app).count == 1)
            #expect(try await store.rejects(of: app).count == 1)
        },
        Clause("of 20 equal steps at once, one is applied") { store in
            let app = try await store.newApp()
            var feed = ObjectFeed(try await store.claim("o", of: app))
            let step = feed.step("{\"a\":1}\n")
            let outcomes = try await inParallel(20) { _ in try await store.commit(step) }
            #expect(outcomes.count { $0 == .applied } == 1)
            #expect(try await store.texts(of: app).count == 1)
        },
        Clause("after a takeover the old owner's commit is refused, the new one's applied") { store in
            let app = try await store.newApp()
            let old = try await store.claim("o", of: app, lease: shortLease)
            try await store.outlast()
            let new = try await store.claim("o", of: app)
            var (late, timely) = (ObjectFeed(old), ObjectFeed(new))
            #expect(try await store.commit(late.step("{\"who\":\"old\"}\n")) == .refused)
            #expect(try await store.commit(timely.step("{\"who\":\"new\"}\n")) == .applied)
            #expect(try await store.texts(of: app) == ["{\"who\":\"new\"}"])
        },
        Clause("a lease that has ended does not refuse by itself: only the epoch does") { store in
            let app = try await store.newApp()
            var feed = ObjectFeed(try await store.claim("o", of: app, lease: shortLease))
            try await store.outlast()
            #expect(try await store.commit(feed.step("{\"a\":1}\n")) == .applied)
        },
        Clause("a deleted app takes nothing, and its neighbours in the group do") { store in
            let (app, other) = (try await store.newApp(), try await store.newApp())
            var gone = ObjectFeed(try await store.claim("o", of: app))
            var alive = ObjectFeed(try await store.claim("o", of: other))
            #expect(try await store.ports.deleteApp(app, at: .sample))
            let steps = [gone.step("{\"a\":1}\nbroken\n"), alive.step("{\"a\":1}\n")]
            #expect(try await store.ports.commit(steps) == [.appDeleted, .applied])
            #expect(try await store.texts(of: app) == [])
            #expect(try await store.rejects(of: app) == [])
            #expect(try await store.cursor("o", of: app)?.progress == CursorProgress())
            #expect(try await store.ask("p", of: app, by: .fresh()) == .appDeleted)
        },
        Clause("an account that does not add up to the position is refused for good, with all of its commit") { store in
            let app = try await store.newApp()
            let owner = OwnerID.fresh()
            var sound = ObjectFeed(try await store.claim("sound", of: app, by: owner))
            let claim = try await store.claim("false", of: app, by: owner)
            var progress = CursorProgress()
            progress.position = 10
            progress.counts.recordBytes = 9
            let move = Move(generation: claim.generation, from: 0, epoch: claim.epoch, to: progress)
            let step = ObjectStep(
                move: move, app: app, records: RecordColumns(over: []), rejects: [], receivedAt: .sample)
            let good = sound.step("{\"a\":1}\n")
            let error = await #expect(throws: StoreError.self) { try await store.ports.commit([good, step]) }
            #expect(error?.reason == .broken)
            #expect(try await store.texts(of: app) == [])
            #expect(try await store.cursor("sound", of: app)?.progress == CursorProgress())
            #expect(try await store.commit(good) == .applied)
        },
        Clause("a record whose place is taken changes nothing") { store in
            let app = try await store.newApp()
            let claim = try await store.claim("o", of: app)
            var first = RecordColumns(over: Array("{\"a\":1}".utf8))
            first.append(0..<7, offset: 0, lineNumber: 1, timestamp: 5, level: 9, flags: [])
            var second = RecordColumns(over: Array("{\"b\":2}{\"c\":3}".utf8))
            second.append(0..<7, offset: 0, lineNumber: 9, timestamp: 6, level: 13, flags: .wrapped)
            second.append(7..<14, offset: 8, lineNumber: 2, timestamp: 7, level: 17, flags: [])
            var position: Int64 = 0
            for records in [first, second] {
                let progress = fullProgress(.start, from: position)
                let move = Move(generation: claim.generation, from: position, epoch: claim.epoch, to: progress)
                position = progress.position
                let step = ObjectStep(move: move, app: app, records: records, rejects: [], receivedAt: .sample)
                #expect(try await store.commit(step) == .applied)
            }
            #expect(try await store.texts(of: app) == ["{\"a\":1}", "{\"c\":3}"])
            let rows = try await store.ports.rows(of: claim.generation, from: 0, limit: 10)
            #expect(rows.lineNumbers == [1, 2] && rows.timestamps == [5, 7] && rows.levels == [9, 17])
        },
    ]

    private static func expectUntouched(_ claim: Claim, of app: AppID, in store: StoreUnderTest) async throws {
        #expect(try await store.ports.cursors(of: app, after: nil, limit: 10) == [claim.cursor])
        #expect(try await store.texts(of: app) == [])
        #expect(try await store.rejects(of: app) == [])
        #expect(try await store.ports.count(of: claim.generation) == 0)
    }

    /// A progress in which no two parts are equal.
    private static func fullProgress(_ framing: FramingState, from: Int64) -> CursorProgress {
        var progress = CursorProgress()
        progress.counts.records = 11
        progress.counts.recordBytes = from + 1 << 33
        progress.counts.rejects = 13
        progress.counts.rejectBytes = 14
        progress.counts.skips = 15
        progress.counts.skipBytes = 16
        progress.counts.separatorBytes = 17
        progress.position = progress.counts.totalBytes
        progress.lines = 19
        let bytes = (0..<77 + Int(framing.rawValue % 10) * 9).map { UInt8(truncatingIfNeeded: $0 * 37) }
        progress.digest.update(bytes.span)
        progress.tail = TailMark(length: 4096, hash: .max - 5)
        progress.framing = framing
        progress.sizeSeen = progress.position + 21
        progress.grownAt = .sample
        return progress
    }
}

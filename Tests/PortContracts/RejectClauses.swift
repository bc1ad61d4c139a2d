import LogCursor
import LogIngestion
import LogModel
import TestSupport
import Testing

/// What every commit store must do with refused ranges.
enum RejectClauses {
    static let clauses: [Clause<StoreUnderTest>] = [
        Clause("a reject comes back with its place, reason and bytes, whatever they are") { store in
            let app = try await store.newApp()
            let claim = try await store.claim("o", of: app)
            var feed = ObjectFeed(claim)
            let bytes: [UInt8] = [0x0A, 0x80, 0x00, 0xFF, 0x27, 0x0A] + Array("null\n".utf8)
            #expect(try await store.commit(feed.step(bytes)) == .applied)
            let rejects = try await store.rejects(of: app)
            #expect(rejects.map(\.range) == [ByteRange(1, 5), ByteRange(6, 10)])
            #expect(rejects.map(\.sample) == [[0x80, 0x00, 0xFF, 0x27], Array("null".utf8)])
            #expect(rejects.map(\.reason) == [.invalidUTF8, .notAnObject])
            #expect(rejects.map(\.lineNumber) == [2, 3])
            for reject in rejects {
                #expect(reject.app == app && reject.source == store.source(of: app) && reject.object.text == "o")
                #expect(reject.generation == claim.generation && reject.receivedAt == .sample)
                #expect(try await store.ports.reject(reject.number) == reject)
            }
            #expect(try await store.ports.reject(1 << 60) == nil)
        },
        Clause("every reason survives") { store in
            let app = try await store.newApp()
            let reasons = RejectReason.allCases
            try await commit(
                reasons.enumerated().map { index, reason in
                    Reject(
                        range: ByteRange(Int64(index) * 10, Int64(index) * 10 + 5), lineNumber: 1, reason: reason,
                        sample: [])
                }, of: app, in: store)
            #expect(try await store.rejects(of: app).map(\.reason) == reasons)
        },
        Clause("a line that is too long is one reject over many commits, with the first bytes as its sample") { store in
            let app = try await store.newApp()
            var feed = ObjectFeed(try await store.claim("o", of: app), maxLineBytes: 600)
            let line = (0..<5000).map { UInt8(truncatingIfNeeded: 0x30 + $0 % 70) }
            for start in stride(from: 0, to: 5000, by: 700) {
                let piece = Array(line[start..<min(start + 700, 5000)])
                #expect(try await store.commit(feed.step(piece)) == .applied)
            }
            #expect(try await store.commit(feed.step("\n{\"after\":1}\n")) == .applied)
            let rejects = try await store.rejects(of: app)
            #expect(rejects.map(\.range) == [ByteRange(0, 5000)])
            #expect(rejects.map(\.reason) == [.lineTooLong])
            #expect(rejects.first?.sample == Array(line.prefix(Reject.sampleLimit)))
            #expect(try await store.cursor("o", of: app)?.progress.counts.rejects == 1)
            #expect(try await store.texts(of: app) == ["{\"after\":1}"])
        },
        Clause("a continuation prolongs only what ends where it begins, of its object and its reason") { store in
            let app = try await store.newApp()
            func reject(_ lower: Int64, _ upper: Int64, _ reason: RejectReason, continues: Bool) -> Reject {
                Reject(
                    range: ByteRange(lower, upper), lineNumber: 1, reason: reason, sample: [UInt8(lower)],
                    continues: continues)
            }
            try await commit([reject(0, 9, .lineTooLong, continues: false)], of: app, object: "other", in: store)
            try await commit(
                [
                    reject(0, 9, .invalidJSON, continues: false), reject(9, 12, .lineTooLong, continues: true),
                    reject(12, 15, .lineTooLong, continues: true), reject(20, 25, .lineTooLong, continues: true),
                    reject(25, 26, .lineTooLong, continues: false),
                ], of: app, object: "own", in: store)
            let own = try await store.rejects(of: app).filter { $0.object.text == "own" }
            #expect(own.map(\.range) == [ByteRange(0, 9), ByteRange(9, 15), ByteRange(20, 25), ByteRange(25, 26)])
            #expect(own[1].sample == [9, 12])
            let other = try await store.rejects(of: app).filter { $0.object.text == "other" }
            #expect(other.map(\.range) == [ByteRange(0, 9)])
        },
        Clause("of a generation's rejects the first 10 000 are kept, and all are counted") { store in
            let app = try await store.newApp()
            let claim = try await store.claim("o", of: app)
            var feed = ObjectFeed(claim)
            let half = String(repeating: "x\n", count: 6000)
            #expect(try await store.commit(feed.step(half)) == .applied)
            #expect(try await store.commit(feed.step(half)) == .applied)
            let kept = try await store.rejects(of: app)
            #expect(kept.count == Reject.rowLimit)
            #expect(kept.last?.range == ByteRange(19_998, 19_999))
            let counts = try #require(try await store.cursor("o", of: app)?.progress.counts)
            #expect(counts.rejects == 12_000 && counts.rejectBytes == 12_000 && counts.separatorBytes == 12_000)
            var other = ObjectFeed(try await store.claim("p", of: app))
            #expect(try await store.commit(other.step("x\n")) == .applied)
            #expect(try await store.rejects(of: app).count == Reject.rowLimit + 1)
        },
        Clause("rejects are listed in the order in which they were stored, page by page") { store in
            let (app, other) = (try await store.newApp(), try await store.newApp())
            for index in 0..<5 {
                var own = ObjectFeed(try await store.claim("o\(index)", of: app))
                var foreign = ObjectFeed(try await store.claim("o\(index)", of: other))
                _ = try await store.ports.commit([own.step("no\nnor\n"), foreign.step("x\n")])
            }
            var listed: [StoredReject] = []
            while true {
                let page = try await store.ports.rejects(of: app, after: listed.last?.number, limit: 3)
                listed += page
                guard page.count == 3 else { break }
            }
            #expect(listed.map(\.object.text) == (0..<5).flatMap { ["o\($0)", "o\($0)"] })
            #expect(listed.map(\.number) == listed.map(\.number).sorted())
            let after = (listed.first?.number ?? 0) - 1
            let all = try await store.ports.rejects(of: nil, after: after, limit: 100_000)
            #expect(all.count { $0.app == app } == 10 && all.count { $0.app == other } == 5)
        },
    ]

    /// Commits rejects at a place of their own, behind which the cursor is put.
    private static func commit(
        _ rejects: [Reject], of app: AppID, object: String = "o", in store: StoreUnderTest
    ) async throws {
        let claim = try await store.claim(object, of: app)
        var progress = CursorProgress()
        progress.position = 1000
        progress.counts.rejectBytes = 1000
        let move = Move(generation: claim.generation, from: 0, epoch: claim.epoch, to: progress)
        let step = ObjectStep(
            move: move, app: app, records: RecordColumns(over: []), rejects: rejects, receivedAt: .sample)
        #expect(try await store.commit(step) == .applied)
    }
}

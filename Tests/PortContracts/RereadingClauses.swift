import LogCursor
import LogIngestion
import LogModel
import TestSupport
import Testing

/// What every store must do with rejects whose bytes are judged anew, since their cursor was put back.
enum RereadingClauses {
    static let clauses: [Clause<StoreUnderTest>] = [
        Clause("V2: rejects stay over a rewind; the commit that judges their bytes anew replaces them once") { store in
            let app = try await store.newApp()
            var feed = ObjectFeed(try await store.claim("o", of: app))
            #expect(try await store.commit(feed.step("no\nnor\n[1]\nnix\n")) == .applied)
            var other = ObjectFeed(try await store.claim("p", of: app))
            #expect(try await store.commit(other.step("no\nnor\n[1]\n")) == .applied)
            let before = try await store.rejects(of: app)
            try #require(before.count == 7)
            try await store.putBack("o", of: app)
            #expect(try await store.rejects(of: app) == before)
            // By other rules the second line is a record.
            var again = ObjectFeed(try await store.claim("o", of: app))
            let step = again.step("no\n{ }\n")
            #expect(step.rangeJudgedAnew == ByteRange(0, 7))
            #expect(try await store.commit(step) == .applied)
            #expect(try await store.commit(step) == .refused)
            let between = try await store.rejects(of: app)
            #expect(Array(between.prefix(5)) == Array(before.dropFirst(2)), "the others wait, and are as they were")
            #expect(between.dropFirst(5).map(\.range) == [ByteRange(0, 2)])
            #expect(between.last?.object.text == "o" && between.last?.reason == .invalidJSON)
            #expect(try await store.commit(again.step("[1]\nnix\nbad\n")) == .applied)
            let after = try await store.rejects(of: app)
            #expect(Array(after.prefix(3)) == Array(before.suffix(3)))
            let ranges = [ByteRange(0, 2), ByteRange(7, 10), ByteRange(11, 14), ByteRange(15, 18)]
            #expect(after.dropFirst(3).map(\.range) == ranges)
            let fresh = again.step("bad\n")
            #expect(!fresh.judgesAnew && fresh.rangeJudgedAnew == nil)
            #expect(try await store.texts(of: app) == ["{ }"])
        },
        Clause("a step of blank lines replaces rejects as well, and one that moves nothing does not") { store in
            let app = try await store.newApp()
            var feed = ObjectFeed(try await store.claim("o", of: app))
            #expect(try await store.commit(feed.step("no\nnor\n")) == .applied)
            try await store.putBack("o", of: app)
            var again = ObjectFeed(try await store.claim("o", of: app))
            #expect(try await store.commit(again.step("")) == .applied)
            #expect(try await store.rejects(of: app).count == 2)
            #expect(try await store.commit(again.step("\n\n\n")) == .applied)
            #expect(try await store.rejects(of: app).map(\.range) == [ByteRange(3, 6)])
        },
        Clause("a refused line that is read again in other pieces is one reject all the time") { store in
            let app = try await store.newApp()
            let line = (0..<5000).map { UInt8(truncatingIfNeeded: 0x30 + $0 % 70) }
            var feed = ObjectFeed(try await store.claim("o", of: app), maxLineBytes: 600)
            try await store.take(line, by: 700, into: &feed, of: app)
            let before = try await store.rejects(of: app)
            try await store.putBack("o", of: app)
            #expect(try await store.rejects(of: app) == before)
            var again = ObjectFeed(try await store.claim("o", of: app), maxLineBytes: 600)
            try await store.take(line, by: 900, into: &again, of: app)
            let after = try await store.rejects(of: app)
            #expect(after.first?.sample == Array(line.prefix(Reject.sampleLimit)))
            #expect(after.first?.number != before.first?.number)
            #expect(try await store.cursor("o", of: app)?.progress.counts.rejects == 1)
        },
        Clause("what is read again is kept up to the limit of rows, whatever waits behind it") { store in
            let app = try await store.newApp()
            var feed = ObjectFeed(try await store.claim("o", of: app))
            let (some, many) = (6000, Reject.rowLimit)
            #expect(try await store.commit(feed.step(String(repeating: "{}\n", count: some))) == .applied)
            #expect(try await store.commit(feed.step(String(repeating: "xx\n", count: many))) == .applied)
            #expect(try await store.rejects(of: app).count == many)
            try await store.putBack("o", of: app)
            var again = ObjectFeed(try await store.claim("o", of: app))
            #expect(try await store.commit(again.step(String(repeating: "xx\n", count: some))) == .applied)
            #expect(try await store.commit(again.step(String(repeating: "xx\n", count: many))) == .applied)
            let places = try await store.rejects(of: app).map(\.range.lower).sorted()
            #expect(places == (0..<Int64(many)).map { $0 * 3 })
        },
    ]
}

extension StoreUnderTest {
    /// Puts an object's cursor back to its beginning.
    fileprivate func putBack(_ object: String, of app: AppID) async throws {
        let kept = try #require(try await cursor(object, of: app))
        #expect(try await ports.rewind(kept, to: CursorProgress(), at: .sample) == .rewound)
    }

    /// Takes a line that is too long in pieces; after each, what was taken of it is the app's only reject.
    fileprivate func take(
        _ line: [UInt8], by size: Int, into feed: inout ObjectFeed, of app: AppID
    ) async throws {
        for start in stride(from: 0, to: line.count, by: size) {
            let end = min(start + size, line.count)
            let step = feed.step(Array(line[start..<end]))
            #expect(try await commit(step) == .applied)
            #expect(try await rejects(of: app).map(\.range) == [ByteRange(0, step.move.to.position)])
        }
        let last = feed.step("\n")
        #expect(try await commit(last) == .applied)
        #expect(try await rejects(of: app).map(\.range) == [ByteRange(0, Int64(line.count))])
    }
}

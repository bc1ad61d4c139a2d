import LogCursor
import LogIngestion
import LogModel
import TestSupport
import Testing

/// What every commit store must do with what is known of writers.
enum WriterClauses {
    static let clauses: [Clause<StoreUnderTest>] = [
        Clause("nothing is known of a writer until a commit says so, and then all of it") { store in
            let app = try await store.newApp()
            let writer = freshWriter()
            #expect(try await store.ports.writer(writer, of: app) == WriterState())
            var feed = ObjectFeed(try await store.claim("o", of: app))
            let known = state([1, 2, 3, 7], version: 1)
            let step = feed.step("{\"a\":1}\n")
            #expect(try await store.commit(step.knowing(writer, from: 0, known)) == .applied)
            #expect(try await store.ports.writer(writer, of: app) == known)
            #expect(try await store.ports.writer(writer, of: try await store.newApp()) == WriterState())
        },
        Clause("a step that builds on another version is dropped with its rows") { store in
            let app = try await store.newApp()
            let writer = freshWriter()
            var one = ObjectFeed(try await store.claim("one", of: app))
            var two = ObjectFeed(try await store.claim("two", of: app))
            let first = one.step("{\"a\":1}\n").knowing(writer, from: 0, state([1], version: 1))
            let second = two.step("{\"a\":2}\n").knowing(writer, from: 0, state([1], version: 1))
            #expect(try await store.commit(first) == .applied)
            #expect(try await store.commit(second) == .writerMoved)
            #expect(try await store.lines(of: app) == [Array("{\"a\":1}".utf8)])
            let cursor = try await store.ports.latest(in: store.source(of: app), of: [ObjectKey("two")])
            #expect(cursor[ObjectKey("two")]?.progress.position == 0)
        },
        Clause("of two steps of one commit that build on the same version, the first is applied") { store in
            let app = try await store.newApp()
            let writer = freshWriter()
            var one = ObjectFeed(try await store.claim("one", of: app))
            var two = ObjectFeed(try await store.claim("two", of: app))
            let steps = [
                one.step("{\"a\":1}\n").knowing(writer, from: 0, state([1], version: 1)),
                two.step("{\"a\":2}\n").knowing(writer, from: 0, state([2], version: 1)),
            ]
            #expect(try await store.ports.commit(steps) == [.applied, .writerMoved])
            #expect(try await store.ports.writer(writer, of: app) == state([1], version: 1))
        },
        Clause("a step that the fence refuses leaves what is known of writers alone") { store in
            let app = try await store.newApp()
            let writer = freshWriter()
            var feed = ObjectFeed(try await store.claim("o", of: app))
            feed.epoch += 1
            let step = feed.step("{\"a\":1}\n").knowing(writer, from: 0, state([1], version: 1))
            #expect(try await store.commit(step) == .refused)
            #expect(try await store.ports.writer(writer, of: app) == WriterState())
        },
    ]

    private static func freshWriter() -> WriterID {
        WriterID(unchecked: String(AppID.fresh().text.dropFirst(4)))
    }

    private static func state(_ numbers: [UInt64], version: Int64) -> WriterState {
        var taken = SequenceSet()
        for number in numbers { taken.insert(number) }
        return WriterState(taken: taken, version: version)
    }
}

extension ObjectStep {
    /// The same step, which also makes something known of a writer.
    fileprivate func knowing(_ writer: WriterID, from version: Int64, _ state: WriterState) -> ObjectStep {
        ObjectStep(
            move: move, app: app, records: records, rejects: rejects,
            writers: [WriterMove(writer: writer, from: version, to: state)], receivedAt: receivedAt)
    }
}

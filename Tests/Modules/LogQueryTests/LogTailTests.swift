import AppRegistry
import InMemoryAdapter
import LogCursor
import LogModel
import LogQuery
import TestSupport
import Testing

@Suite("Log tail", .timeLimit(.minutes(4)))
struct LogTailTests {
    private func poll(_ tail: inout LogTail) async throws -> [String] {
        var seen: [String] = []
        try await tail.poll { seen += $0.texts }
        return seen
    }

    @Test("shows what was committed since it started, once, also late data of old objects and new ones")
    func follows() async throws {
        let shelf = try await Shelf()
        try await shelf.add("{\"ts\":1}\n", to: "old")
        var tail = LogTail(shelf.everything, cursors: shelf.store, reader: shelf.store)
        try await tail.start()
        #expect(try await poll(&tail).isEmpty)
        try await shelf.add("{\"ts\":500}\n", to: "new")
        try await shelf.add("{\"ts\":0}\n", to: "old")
        #expect(Set(try await poll(&tail)) == ["{\"ts\":500}", "{\"ts\":0}"])
        #expect(try await poll(&tail).isEmpty)
        try await shelf.add("\n\nbad\n", to: "old")
        #expect(try await poll(&tail).isEmpty)
        try await shelf.add("{\"ts\":2}\n", to: "old")
        #expect(try await poll(&tail) == ["{\"ts\":2}"])
    }

    @Test("one that is not started shows all there is")
    func fromTheStart() async throws {
        let shelf = try await Shelf()
        try await shelf.add("{\"ts\":1}\n{\"ts\":2}\n")
        var tail = LogTail(shelf.everything, cursors: shelf.store, reader: shelf.store)
        #expect(try await poll(&tail) == ["{\"ts\":1}", "{\"ts\":2}"])
    }

    @Test("thousands of lines come at once, none lost at the borders of its slices")
    func many() async throws {
        let shelf = try await Shelf()
        var tail = LogTail(shelf.everything, cursors: shelf.store, reader: shelf.store)
        try await tail.start()
        for count in [999, 1000, 1001, 2000, 2500] {
            try await shelf.add((0..<count).map { "{\"n\":\($0)}\n" }.joined())
            #expect(try await poll(&tail) == (0..<count).map { "{\"n\":\($0)}" }, "\(count)")
        }
    }

    @Test("its filter counts: times, levels, text and conditions, and the app")
    func filtered() async throws {
        let shelf = try await Shelf()
        let other = try await Shelf()
        let text = """
            {"ts":1,"level":"info","a":1}
            {"ts":2,"level":"error","a":1}
            {"ts":3,"level":"error","a":2}
            {"ts":4,"level":"fatal","a":1}

            """
        var filters = [LogFilter](repeating: shelf.everything, count: 7)
        filters[0].from = Timestamp(nanoseconds: 2_000_000_000)
        filters[1].to = Timestamp(nanoseconds: 2_000_000_000)
        filters[2].level = .error
        filters[3].minLevel = .error
        filters[4].text = "FATAL"
        filters[5].conditions = [Condition(path: ["a"], test: .equal(.number(JSONNumber(2))))]
        filters[6].app = other.app.id
        try await shelf.add(text)
        for (filter, count) in zip(filters, [3, 1, 2, 3, 1, 1, 0]) {
            var tail = LogTail(filter, cursors: shelf.store, reader: shelf.store)
            #expect(try await poll(&tail).count == count)
        }
    }

    @Test("a visitor that throws leaves the rest for the next poll")
    func throwing() async throws {
        struct Broken: Error {}
        let shelf = try await Shelf()
        try await shelf.add("{\"ts\":1}\n")
        var tail = LogTail(shelf.everything, cursors: shelf.store, reader: shelf.store)
        await #expect(throws: Broken.self) { try await tail.poll { _ in throw Broken() } }
        #expect(try await poll(&tail) == ["{\"ts\":1}"])
    }
}

/// Going on where another tail was.
@Suite("Log tail, resumed", .timeLimit(.minutes(4)))
struct ResumedTailTests {
    private let signer = PlainSigner()

    private func tail(_ shelf: Shelf, at position: String? = nil) async throws -> LogTail {
        var tail = LogTail(shelf.everything, cursors: shelf.store, reader: shelf.store)
        if let position { try await tail.resume(at: position, signer: signer) } else { try await tail.start() }
        return tail
    }

    private func rest(_ tail: inout LogTail) async throws -> [String] {
        var seen: [String] = []
        while let rows = try await tail.next() { seen += rows.texts }
        return seen
    }

    @Test("wherever it is cut off, what follows comes once: nothing is lost and nothing comes twice")
    func exactlyOnce() async throws {
        let shelf = try await Shelf()
        for object in 0..<5 { try await shelf.add("{\"before\":\(object)}\n", to: "o\(object)") }
        var position = try await tail(shelf).position(signer: signer)
        var (seen, expected): ([String], [String]) = ([], [])
        var generator = SeededGenerator(seed: 9)
        for round in 0..<40 {
            // While it is away old objects grow and new ones come.
            for _ in 0..<Int.random(in: 0..<4, using: &generator) {
                let line = "{\"n\":\(expected.count)}"
                expected.append(line)
                try await shelf.add("\n" + line + "\n", to: "o\(Int.random(in: 0..<5 + round / 4, using: &generator))")
            }
            var tail = try await tail(shelf, at: position)
            // Sometimes it is cut off in the middle of what there is.
            for _ in 0..<Int.random(in: 0..<4, using: &generator) {
                guard let rows = try await tail.next() else { break }
                seen += rows.texts
            }
            position = tail.position(signer: signer)
        }
        var last = try await tail(shelf, at: position)
        seen += try await rest(&last)
        #expect(seen.count == expected.count && Set(seen) == Set(expected))
    }

    @Test("it goes on in the middle of an object's thousands of lines")
    func middle() async throws {
        let shelf = try await Shelf()
        var first = try await tail(shelf)
        let lines = (0..<3500).map { "{\"n\":\($0)}" }
        try await shelf.add(lines.map { $0 + "\n" }.joined())
        var seen = try #require(try await first.next()).texts
        #expect(seen.count == 1000)
        var second = try await tail(shelf, at: first.position(signer: signer))
        seen += try #require(try await second.next()).texts
        var third = try await tail(shelf, at: second.position(signer: signer))
        seen += try await rest(&third)
        #expect(seen == lines)
    }

    @Test("of more objects than a position holds those that moved last are exact, and none is passed over in silence")
    func manyObjects() async throws {
        let shelf = try await Shelf()
        for object in 0..<700 { try await shelf.add("{\"n\":\(object)}\n", to: "o\(object)") }
        var first = try await tail(shelf)
        let later = Timestamp.sample.advanced(by: .seconds(60))
        for object in 0..<300 { try await shelf.add("{\"again\":\(object)}\n", to: "o\(object)", at: later) }
        #expect(try await rest(&first).count == 300)
        let position = first.position(signer: signer)
        #expect(position.utf8.count < 10 << 10)
        // One that is listed moves, and new ones come: exact.
        try await shelf.add("{\"third\":0}\n", to: "o7")
        for object in 0..<3 { try await shelf.add("{\"new\":\(object)}\n", to: "new\(object)") }
        var second = try await tail(shelf, at: position)
        #expect(Set(try await rest(&second)) == ["{\"third\":0}", "{\"new\":0}", "{\"new\":1}", "{\"new\":2}"])
        // One that is not listed moves: the tail says that it cannot tell from where.
        try await shelf.add("{\"late\":1}\n", to: "o350")
        let third = await #expect(throws: LogQueryError.self) { _ = try await tail(shelf, at: position) }
        #expect(third == .positionLost)
    }

    @Test("a position that was changed, is of another question or signed with another key is refused")
    func refused() async throws {
        let shelf = try await Shelf()
        try await shelf.add("{\"n\":1}\n")
        let position = try await tail(shelf).position(signer: signer)
        let bytes = Array(position.utf8)
        for index in bytes.indices {
            var changed = bytes
            changed[index] = changed[index] == 0x41 ? 0x42 : 0x41
            await refuse(String(decoding: changed, as: UTF8.self), shelf.everything, shelf, signer)
        }
        for text in ["", "x", position + "A", String(position.dropLast(4))] {
            await refuse(text, shelf.everything, shelf, signer)
        }
        await refuse(position, shelf.everything, shelf, PlainSigner(key: 1))
        var other = shelf.everything
        other.minLevel = .error
        await refuse(position, other, shelf, signer)
        // A page's cursor is signed as well, and is no position of a tail.
        try await shelf.add("{\"n\":2}\n")
        let cursor = try await shelf.service().page(shelf.everything, order: .stored, limit: 1, cursor: nil).next
        await refuse(try #require(cursor), shelf.everything, shelf, signer)
        #expect(try LogTail.moment(of: position, signer: signer) == .epoch)
    }

    private func refuse(_ position: String, _ filter: LogFilter, _ shelf: Shelf, _ signer: PlainSigner) async {
        let error = await #expect(throws: LogQueryError.self) {
            var tail = LogTail(filter, cursors: shelf.store, reader: shelf.store)
            try await tail.resume(at: position, signer: signer)
        }
        #expect(error == .invalidCursor)
    }
}

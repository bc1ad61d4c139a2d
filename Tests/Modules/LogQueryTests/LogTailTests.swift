import AppRegistry
import LogCursor
import LogModel
import LogQuery
import TestSupport
import Testing

@Suite("Log tail", .timeLimit(.minutes(1)))
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

import AppRegistry
import InMemoryAdapter
import LogCursor
import LogIngestion
import LogModel
import LogQuery
import TestSupport
import Testing

/// Failures that log shippers are known for, with the figures that they were seen with; `Docs/Defects.md` lists them.
@Suite("Known failures of consumers", .timeLimit(.minutes(4)))
struct KnownFailureTests {
    @Test("C1: 200 KB in 1000 lines are 1000 records, read from byte 0 on and in no piece above a chunk")
    func wholeFileFirst() async throws {
        var world = World()
        world.settings.chunkBytes = 64 << 10
        let app = try await world.newApp()
        let line = "{\"m\":\"\(String(repeating: "x", count: 191))\"}\n"
        #expect(line.utf8.count == 200)
        await world.append(String(repeating: line, count: 1000), of: app)
        #expect(try await world.consumer().run().records == 1000)
        let reads = await world.files.reads
        #expect(reads.first?.offset == 0 && reads.allSatisfy { $0.limit <= 64 << 10 })
        #expect(try await world.consumer().run().records == 0)
        #expect(await world.lines(of: app).count == 1000)
    }

    @Test("C2: 100 000 lines are 100 000 records and no reject, whatever the chunks cut")
    func cutLines() async throws {
        var world = World()
        world.settings.chunkBytes = 64 << 10
        let app = try await world.newApp()
        await world.append(numbered(100_000), of: app)
        let figures = try await world.consumer().run()
        #expect(figures.records == 100_000 && figures.rejects == 0)
        #expect(await world.lines(of: app) == numberedLines(100_000))
    }

    @Test("C4: half a line waits for its other half")
    func halfLine() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append("{\"a\":1}\n{\"b\"", of: app)
        let first = try await world.consumer().run()
        #expect(first.records == 1 && first.rejects == 0)
        await world.append(":2}\n", of: app)
        let second = try await world.consumer().run()
        #expect(second.records == 1 && second.rejects == 0)
        #expect(await world.lines(of: app) == ["{\"a\":1}", "{\"b\":2}"])
    }

    @Test("C6, C14: what comes after the first look at a day is taken, also over midnight and from new processes")
    func restOfTheDay() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(numbered(10), of: app)
        #expect(try await world.consumer().run().records == 10)
        await world.append(numbered(10, from: 10), of: app)
        #expect(try await world.consumer().run().records == 10)
        await world.append(numbered(10, from: 20), to: "z-2026-11-20.ndjson", of: app)
        #expect(try await world.consumer().run().records == 10)
        world.clock.set(to: try #require(Timestamp(rfc3339: "2026-11-21T00:30:00Z")))
        await world.append(numbered(10, from: 30), to: "z-2026-11-21.ndjson", of: app)
        #expect(try await world.consumer().run().records == 10)
        await world.append(numbered(10, from: 40), of: app)
        #expect(try await world.consumer().run().records == 10)
        #expect(Set(await world.lines(of: app)) == Set(numberedLines(50)))
        #expect(await world.lines(of: app).count == 50)
    }

    @Test("C12: any key is stored: of 45 lines with a dotted key in the 41st, three runs make 45 records")
    func dottedKey() async throws {
        let world = World()
        let app = try await world.newApp()
        let lines = numberedLines(40) + ["{\"http.status\":200}"] + numberedLines(4, from: 41)
        await world.append(lines.map { $0 + "\n" }.joined(), of: app)
        for _ in 0..<3 { _ = try await world.consumer().run() }
        #expect(await world.lines(of: app) == lines)
    }
}

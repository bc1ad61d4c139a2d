import InMemoryAdapter
import LogAudit
import LogCursor
import LogIngestion
import LogModel
import TestSupport
import Testing

@Suite("Stored lines", .timeLimit(.minutes(4)))
struct StoredLinesTests {
    private let bench = AuditBench()

    @Test("lines of a range are those that begin in it, whatever the pages of the reader")
    func lines() async throws {
        let (_, cursor) = try await bench.taken(numbered(1200))
        let stored = StoredLines(bench.world.store)
        #expect(try await stored.lineCount(of: cursor.generation) == 1200)
        let end = cursor.progress.position
        let all = try await stored.lines(of: cursor.generation, in: ByteRange(0, end))
        #expect(all.map { String(decoding: $0.bytes, as: UTF8.self) } == numberedLines(1200))
        for range in [ByteRange(0, 1), ByteRange(8, 16), ByteRange(7, 17), ByteRange(end - 10, end)] {
            let expected = all.filter { range.lower <= $0.offset && $0.offset < range.upper }
            #expect(try await stored.lines(of: cursor.generation, in: range) == expected, "\(range)")
            #expect(await bench.world.store.lines(of: cursor.generation, in: range) == expected, "\(range)")
        }
    }

    @Test("whether a range holds a line is told, and its ends are exact")
    func ends() async throws {
        let (_, cursor) = try await bench.taken("bad\n{\"a\":1}\n")
        let ranges = [ByteRange(0, 4), ByteRange(0, 5), ByteRange(4, 5), ByteRange(5, 99)]
        let readers: [any TakenLines] = [StoredLines(bench.world.store), bench.world.store]
        for lines in readers {
            var found: [Bool] = []
            for range in ranges { found.append(try await lines.hasLine(in: range, of: cursor.generation)) }
            #expect(found == [false, true, true, false])
            #expect(try await !lines.hasLine(in: ByteRange(0, 99), of: GenerationID(99)))
        }
    }
}

import AppRegistry
import InMemoryAdapter
import LogAudit
import LogCursor
import LogIngestion
import LogModel
import LogQuery
import TestSupport
import Testing

@Suite("Objects that are taken while they grow", .timeLimit(.minutes(6)))
struct PiecewiseTests {
    /// What happens when all that is there was read.
    enum Intake: CaseIterable, Sendable {
        /// A last line waits for its newline.
        case waiting
        /// A last line counts when it is a whole object.
        case whole
        /// A last line counts, whatever it is.
        case sealing
    }

    /// What was stored of an object.
    private struct Stored: Equatable {
        var lines: [String]
        var offsets: [Int64]
        var numbers: [Int64]
        var rejects: [ByteRange]
        var counts: ByteAccount
        var finished: Int64
    }

    /// Takes an object piece by piece and verifies after each of them.
    private func take(_ bytes: [UInt8], cuts: [Int], _ intake: Intake) async throws -> Stored {
        let world = World()
        let app = try await world.newApp()
        let sources = GrowingSources(files: world.files, takesWhole: intake == .whole, isUndated: intake != .sealing)
        var start = 0
        for end in cuts + [bytes.count] {
            await world.files.append(Array(bytes[start..<end]), to: World.today, in: app.id.text)
            start = end
            #expect(try await world.consumer(sources: sources).run().failures == 0)
            if intake == .sealing {
                world.clock.advance(by: .seconds(200_000))
                #expect(try await world.consumer(sources: sources).run().failures == 0)
            }
            guard let cursor = await world.cursor(of: app) else { continue }
            let verdict = try await Verifier(scanner: PortableScanner(), settings: world.settings).verify(
                cursor, against: try await world.object(of: app), in: sources.source(of: app),
                seals: Set(await rejects(cursor, world).map(\.range.lower)),
                lastLines: { try await world.store.lastLines(of: cursor.generation) })
            #expect(verdict == .equal, "\(text(bytes)), cut at \(cuts), up to \(end), \(intake)")
        }
        let progress = try #require(await world.cursor(of: app)).progress
        let rows = await world.store.rows(LogFilter(app: app.id), order: .stored, after: nil, limit: .max)
        return Stored(
            lines: (0..<rows.count).map { String(decoding: rows.bytes[rows.range($0)], as: UTF8.self) },
            offsets: rows.offsets, numbers: rows.lineNumbers,
            rejects: await world.store.rejects(of: app.id, after: nil, limit: 99).map(\.range), counts: progress.counts,
            finished: progress.lines)
    }

    private func rejects(_ cursor: Cursor, _ world: World) async -> [StoredReject] {
        await world.store.rejects(of: cursor.generation, because: .continuationAfterSeal)
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self).debugDescription }

    /// Objects in which no blanks, but NULs and carriage returns of newlines stand behind lines.
    private static let plain = [
        "{\"a\":1}\r\n{\"b\":2}\r\n", "{\"a\":1}\n\r\n{\"b\":2}\u{0}\u{0}\r\n",
        "\u{FEFF}{\"a\":{\"b\":1}}\r\nbad\r\n{}\r\n",
        "\u{0}\u{0}{\"a\":1}\u{0}\u{0}\n \t\r\n{\"b\":2}\r\n", " {\"a\":1}\r\n\n\u{0}\r\n[1]\u{0}\n{\"z\":0}\n",
    ]

    @Test(
        "T6: the same bytes give the same records, rejects, counts and lines, in however many intakes they are taken",
        arguments: plain)
    func anySplit(_ text: String) async throws {
        let bytes = Array(text.utf8)
        let one = try await take(bytes, cuts: [], .waiting)
        #expect(one.counts.totalBytes == Int64(bytes.count))
        for intake in [Intake.waiting, .whole] {
            for cut in 1..<bytes.count {
                #expect(try await take(bytes, cuts: [cut], intake) == one, "cut at \(cut), \(intake)")
                guard cut + 1 < bytes.count else { continue }
                let twice = try await take(bytes, cuts: [cut, cut + 1], intake)
                #expect(twice == one, "cut at \(cut) and behind, \(intake)")
            }
            #expect(try await take(bytes, cuts: Array(1..<bytes.count), intake) == one, "byte by byte, \(intake)")
        }
    }

    @Test("T6: blanks and NULs behind a last line that counted are skips, other bytes are not, at a seal as well")
    func behindALastLine() async throws {
        for (first, second) in [
            ("{\"a\":1}\r", "\n"), ("{\"a\":1}", "\r\n"), ("{\"a\":1}\u{0}", "\u{0}\n"), ("{\"a\":1} ", "  \n"),
            ("{\"a\":1}", "\u{0}\u{0}\r\n"), ("{\"a\":1}", " \t\u{0}\n"),
        ] {
            for intake in [Intake.whole, .sealing] {
                let bytes = Array((first + second + "{\"b\":2}\n").utf8)
                let taken = try await take(bytes, cuts: [first.utf8.count], intake)
                #expect(taken.rejects.isEmpty && taken.lines.count == 2, "\(text(bytes)), \(intake)")
                #expect(!taken.lines[0].contains("\r") && taken.finished == 2 && taken.numbers == [1, 2])
            }
        }
        for rest in ["x\n", " x\r\n", "\u{0}{}\n"] {
            let taken = try await take(Array(("{\"a\":1}" + rest).utf8), cuts: [7], .whole)
            #expect(taken.rejects.map(\.lower) == [7] && taken.lines == ["{\"a\":1}"], "\(rest.debugDescription)")
        }
    }

    @Test("T6: whatever comes in whatever pieces is verified after each of them", arguments: 300..<312 as Range<UInt64>)
    func anything(_ seed: UInt64) async throws {
        var maker = ObjectMaker(seed: seed)
        let bytes = maker.object(4)
        guard bytes.count > 3 else { return }
        for intake in Intake.allCases {
            for cut in 1..<bytes.count { _ = try await take(bytes, cuts: [cut], intake) }
            _ = try await take(bytes, cuts: Array(stride(from: 3, to: bytes.count, by: 3)), intake)
        }
    }
}

/// Sources whose objects grow as files that are given by hand do.
private struct GrowingSources: AppSources {
    let files: InMemoryFileStore
    let takesWhole: Bool
    let isUndated: Bool

    func source(of app: RegisteredApp) -> any ObjectSource {
        GrowingSource(
            base: InMemoryObjectSource(files, folder: app.id.text), takesWhole: takesWhole, isUndated: isUndated)
    }
}

private struct GrowingSource: ObjectSource {
    let base: InMemoryObjectSource
    let takesWhole: Bool
    let isUndated: Bool

    var id: SourceID { base.id }

    func list(_ visit: (ObjectPage) async throws -> Void) async throws {
        try await base.list { page in
            let objects = page.objects.map {
                SourceObject(
                    key: $0.key, identity: $0.identity, size: $0.size, day: isUndated ? nil : $0.day,
                    takesWholeLastLine: takesWhole)
            }
            try await visit(ObjectPage(objects: objects, foreign: page.foreign))
        }
    }

    func read(
        _ object: SourceObject, from offset: Int64, limit: Int
    ) async throws(SourceError) -> ObjectChunk {
        try await base.read(object, from: offset, limit: limit)
    }

    func hiddenBytes(of object: SourceObject) async throws(SourceError) -> Int64 { 0 }
}

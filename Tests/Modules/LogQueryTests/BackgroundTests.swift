import InMemoryAdapter
import LogModel
import LogQuery
import TestSupport
import Testing

/// That questions which take long go on in the background, and give the same answers there.
@Suite("Questions in the background")
struct BackgroundTests {
    private static let lines = (0..<3000).map { number in
        #"{"n":\#(number),"ts":\#(number),"level":"info","filler":"\#(String(repeating: "x", count: 500))"}"#
    }

    /// Notes what goes on in it.
    private final class Background: BackgroundWork {
        private let state: Locked<(hasBegun: Bool, works: Int, ways: Int)>

        init(hasBegun: Bool = false) { state = Locked((hasBegun, 0, 0)) }

        var hasBegun: Bool { state.withLock { $0.hasBegun } }
        var works: Int { state.withLock { $0.works } }
        var ways: Int { state.withLock { $0.ways } }

        func carryOn<Value: Sendable>(
            _ work: @concurrent @Sendable @escaping () async throws -> Value
        ) async throws -> Value {
            state.withLock { $0 = (true, $0.works + 1, $0.ways) }
            return try await work()
        }

        func giveWay() async throws { state.withLock { $0.ways += 1 } }
    }

    @Test("T9: a page, a count, a histogram and an export that do much go on where they were, and nothing is lost")
    func longQuestions() async throws {
        let shelf = try await Shelf()
        try await shelf.add(BackgroundTests.lines.joined(separator: "\n") + "\n")
        let service = shelf.service(slice: 700)
        var filter = shelf.everything
        filter.conditions = [Condition(path: ["n"], test: .greaterOrEqual(.number(JSONNumber(2900))))]
        for hasBegun in [false, true] {
            let backgrounds = (0..<4).map { _ in Background(hasBegun: hasBegun) }
            let page = try await service.page(
                filter, order: .oldestFirst, limit: 50, cursor: nil, background: backgrounds[0])
            let plain = try await service.page(filter, order: .oldestFirst, limit: 50, cursor: nil)
            #expect(page.rows.positions == plain.rows.positions && page.next == plain.next && page.rows.count == 50)
            #expect(try await service.count(filter, background: backgrounds[1]) == 100)
            let bars = try await service.histogram(filter, interval: .seconds(1), background: backgrounds[2])
            #expect(bars == (try await service.histogram(filter, interval: .seconds(1))))
            var records = service.records(filter, order: .stored, limit: nil, background: backgrounds[3])
            var texts: [String] = []
            while let rows = try await records.next() { texts += rows.texts }
            #expect(texts == Array(BackgroundTests.lines[2900...]))
            for background in backgrounds { #expect(background.works > 0) }
        }
    }

    @Test("T9: an export of everything goes on in the background too, and gives each record once")
    func longExport() async throws {
        let shelf = try await Shelf()
        try await shelf.add((BackgroundTests.lines + BackgroundTests.lines).joined(separator: "\n") + "\n")
        let background = Background()
        var records = shelf.service(slice: 700).records(
            shelf.everything, order: .stored, limit: nil, background: background)
        var texts: [String] = []
        while let rows = try await records.next() { texts += rows.texts }
        #expect(texts == BackgroundTests.lines + BackgroundTests.lines)
        #expect(background.works > 0)
    }

    @Test("T9: an export that finds nothing for long lets others go first, and can be refused before it has begun")
    func sparseExport() async throws {
        // Ten million records, of which none fits.
        let reader = GivenReader(finds: { pace, position in
            var rows = RecordRows()
            let reach: Int64 = pace == .short ? 20_000 : 100_000
            rows.examined = Int(reach)
            let offset = (position?.offset ?? 0) + reach
            guard offset < 10_000_000 else { return rows }
            rows.cut = RecordPosition(timestamp: 0, generation: GenerationID(1), offset: offset)
            return rows
        })
        let service = LogQueryService(reader: reader, signer: PlainSigner())
        let background = Background()
        var filter = LogFilter(app: AppID.fresh())
        filter.text = "nowhere"
        var records = service.records(filter, order: .stored, limit: nil, background: background)
        #expect(try await records.begin() == nil && background.works == 1 && background.ways == 0)
        #expect(try await records.next() == nil && background.ways > 2)
    }

    @Test("T9: a question that does little stays where it is")
    func shortQuestions() async throws {
        let shelf = try await Shelf()
        try await shelf.add(BackgroundTests.lines.joined(separator: "\n") + "\n")
        let service = shelf.service()
        let background = Background()
        var filter = shelf.everything
        _ = try await service.page(filter, order: .newestFirst, limit: 100, cursor: nil, background: background)
        _ = try await service.count(filter, background: background)
        _ = try await service.histogram(filter, interval: .seconds(1), background: background)
        filter.text = "\"n\":29"
        _ = try await service.page(filter, order: .newestFirst, limit: 10, cursor: nil, background: background)
        #expect(background.works == 0)
    }

    @Test("T9: a store that a short read would take too long for is read in the background")
    func slowStore() async throws {
        let service = LogQueryService(
            reader: GivenReader(counts: { $0 == .long ? 7 : nil }), signer: PlainSigner())
        let background = Background()
        let filter = LogFilter(app: AppID.fresh())
        #expect(try await service.count(filter, background: background) == 7)
        #expect(background.works == 1)
        await #expect(throws: StoreError.self) { try await service.count(filter) }
    }
}

/// A store of which calls are given.
private struct GivenReader: RecordReader {
    var pace: ReadingPace?
    var counts: @Sendable (ReadingPace?) -> Int64? = { _ in 0 }
    var finds: @Sendable (ReadingPace?, RecordPosition?) -> RecordRows = { _, _ in RecordRows() }

    func reading(_ pace: ReadingPace) -> any RecordReader {
        var reader = self
        reader.pace = pace
        return reader
    }

    func count(_ filter: LogFilter) async throws(StoreError) -> Int64 {
        guard let count = counts(pace) else { throw .tooLong }
        return count
    }

    func rows(
        _ filter: LogFilter, order: LogOrder, after position: RecordPosition?, limit: Int
    ) async throws(StoreError) -> RecordRows { finds(pace, position) }

    func rows(
        of generation: GenerationID, from offset: Int64, limit: Int
    ) async throws(StoreError) -> RecordRows { RecordRows() }

    func count(of generation: GenerationID) async throws(StoreError) -> Int64 { 0 }

    func histogram(
        _ filter: LogFilter, interval: Duration, limit: Int
    ) async throws(StoreError) -> [HistogramBar] { [] }
}

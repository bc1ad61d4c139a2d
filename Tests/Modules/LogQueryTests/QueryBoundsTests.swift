import InMemoryAdapter
import LogModel
import LogQuery
import TestSupport
import Testing

/// That what is asked of a store is no more than the question needs.
@Suite("Bounds of questions")
struct QueryBoundsTests {
    private let app = AppID.fresh()

    @Test("counts and histograms with text go by time where there are times, so that other times are not looked at")
    func nearestOrder() async throws {
        for (from, expected) in [(nil, LogOrder.stored), (Timestamp(nanoseconds: 5), .oldestFirst)] {
            let reader = BarrenReader(rowsInAll: 10)
            let service = LogQueryService(reader: reader, signer: PlainSigner())
            let filter = LogFilter(app: app, from: from, text: "nowhere")
            #expect(try await service.count(filter) == 0)
            #expect(try await service.histogram(filter, interval: .seconds(1)).isEmpty)
            #expect(await reader.calls.orders == [expected, expected])
        }
    }

    @Test("a page ends when the store has looked at very many rows, also at those that it left out")
    func examinedRows() async throws {
        let reader = BarrenReader(rowsInAll: .max, examinedPerCall: 400_000)
        let service = LogQueryService(reader: reader, signer: PlainSigner())
        let page = try await service.page(
            LogFilter(app: app, text: "nowhere"), order: .oldestFirst, limit: 10, cursor: nil)
        #expect(page.rows.isEmpty && page.next != nil)
        #expect(await reader.calls.orders.count == 3)
    }

    @Test("a page asks for few rows first, and for more as long as they do not match")
    func growingWishes() async throws {
        let reader = BarrenReader(rowsInAll: 5000)
        let service = LogQueryService(reader: reader, signer: PlainSigner(), slice: 1000)
        let page = try await service.page(
            LogFilter(app: app, text: "nowhere"), order: .oldestFirst, limit: 9, cursor: nil)
        #expect(page.rows.isEmpty && page.next == nil)
        #expect(await reader.calls.limits.prefix(5) == [10, 40, 160, 640, 1000])
    }
}

/// Gives rows that no text is in, as many as are asked for.
private struct BarrenReader: RecordReader {
    let rowsInAll: Int
    var examinedPerCall = 0
    let calls = Calls()

    actor Calls {
        private(set) var orders: [LogOrder] = []
        private(set) var limits: [Int] = []

        func note(_ order: LogOrder, _ limit: Int) {
            orders.append(order)
            limits.append(limit)
        }
    }

    func rows(
        _ filter: LogFilter, order: LogOrder, after position: RecordPosition?, limit: Int
    ) async throws(StoreError) -> RecordRows {
        await calls.note(order, limit)
        var rows = RecordRows()
        let first = position.map { Int($0.offset) + 1 } ?? 0
        for number in 0..<min(limit, rowsInAll - first) {
            let facts = RecordRows.Facts(
                generation: GenerationID(1), offset: Int64(first + number), lineNumber: 1, timestamp: 7,
                receivedAt: 7, level: 0, flags: 0)
            rows.append(facts) { $0.append(contentsOf: "{}".utf8) }
        }
        rows.examined = examinedPerCall
        return rows
    }

    func rows(
        of generation: GenerationID, from offset: Int64, limit: Int
    ) async throws(StoreError) -> RecordRows { RecordRows() }

    func count(_ filter: LogFilter) async throws(StoreError) -> Int64 { 0 }

    func count(of generation: GenerationID) async throws(StoreError) -> Int64 { 0 }

    func histogram(
        _ filter: LogFilter, interval: Duration, limit: Int
    ) async throws(StoreError) -> [HistogramBar] { [] }
}

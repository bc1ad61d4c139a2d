import LogModel
import LogQuery
import TestSupport
import Testing

/// A reader that lets something happen before the first rows of an object are read.
private actor InterruptedReader: RecordReader {
    private let base: any RecordReader
    private var interruption: (@Sendable () async throws -> Void)?

    init(_ base: any RecordReader, _ interruption: @escaping @Sendable () async throws -> Void) {
        self.base = base
        self.interruption = interruption
    }

    func rows(
        of generation: GenerationID, from offset: Int64, limit: Int
    ) async throws(StoreError) -> RecordRows {
        let happens = interruption
        interruption = nil
        do { try await happens?() } catch { throw StoreError(.unavailable, detail: "\(error)") }
        return try await base.rows(of: generation, from: offset, limit: limit)
    }

    func rows(
        _ filter: LogFilter, order: LogOrder, after position: RecordPosition?, limit: Int
    ) async throws(StoreError) -> RecordRows {
        try await base.rows(filter, order: order, after: position, limit: limit)
    }

    func count(_ filter: LogFilter) async throws(StoreError) -> Int64 { try await base.count(filter) }

    func count(of generation: GenerationID) async throws(StoreError) -> Int64 {
        try await base.count(of: generation)
    }

    func histogram(
        _ filter: LogFilter, interval: Duration, limit: Int
    ) async throws(StoreError) -> [HistogramBar] {
        try await base.histogram(filter, interval: interval, limit: limit)
    }
}

@Suite("Log tail beside commits", .timeLimit(.minutes(4)))
struct TailRaceTests {
    @Test("what is committed between the look at a cursor and at its records is shown once")
    func committedMeanwhile() async throws {
        let shelf = try await Shelf()
        try await shelf.add("{\"ts\":1}\n")
        let reader = InterruptedReader(shelf.store) { try await shelf.add("{\"ts\":2}\n") }
        var tail = LogTail(shelf.everything, cursors: shelf.store, reader: reader)
        var seen: [String] = []
        for _ in 0..<3 { try await tail.poll { seen += $0.texts } }
        #expect(seen == ["{\"ts\":1}", "{\"ts\":2}"])
        try await shelf.add("{\"ts\":3}\n")
        try await tail.poll { seen += $0.texts }
        #expect(seen.count == 3)
    }
}

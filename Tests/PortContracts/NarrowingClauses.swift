import Foundation
import InMemoryAdapter
import LogIngestion
import LogModel
import LogQuery
import TestSupport
import Testing

/// A store may leave out lines that cannot meet a filter, and none that can.
enum NarrowingClauses {
    static let clauses: [Clause<StoreUnderTest>] = [
        Clause("leaving out what cannot match loses no line that the domain would find") { store in
            let app = try await store.newApp()
            var feed = ObjectFeed(try await store.claim("o", of: app))
            let extra = [
                #"{"name":"Ärger","city":"K\u00f6ln"}"#, #"{"esc":"a\/b"}"#, #"{"quote":"say \"hi\""}"#, #"{"a\/b":1}"#,
                #"{"n\u0061me":"Ärger","list":[{"k":"Value"},2],"UPPER":"LOUD"}"#,
                #"{"k":"value","t":"VALUE","x":null}"#,
                #"{"k":"","deep":{"k":{"k":"x"}}}"#, #"{"k":"ſharp","t":"ΟΔΟΣ","name":"Ошибка","city":"zzÉ"}"#,
                "{\"k\":\"\u{212A}elvin\",\"t\":\"\u{1C82}то\",\"name\":\"\\u041eшибка\",\"x\":\"\\u017fharp\"}",
                #"{"İ":"İstanbul","ß":"STRASSE","K":"K"}"#,
            ]
            let lines = NastyLines.accepted.map(\.line) + extra.map { Array($0.utf8) }
            #expect(try await store.commit(feed.step(lines.flatMap { $0 + [0x0A] })) == .applied)
            let isSoak = ProcessInfo.processInfo.environment["LOGFERRY_TEST_SOAK"] == "1"
            let filters = NarrowingQuestions.filters(app).enumerated()
            let words = NarrowingQuestions.words.count
            for (number, filter) in filters where isSoak || number < words || number % 17 == 0 {
                let found = try await matches(filter, store.ports)
                // The same question, put to a reader that leaves nothing out.
                let expected = try await matches(filter, Unnarrowed(reader: store.ports))
                #expect(found == expected, "\(filter)")
            }
        }
    ]

    private static func matches(_ filter: LogFilter, _ reader: any RecordReader) async throws -> [Int64] {
        let service = LogQueryService(reader: reader, signer: PlainSigner())
        var offsets: [Int64] = []
        var cursor: String?
        repeat {
            let page = try await service.page(filter, order: LogOrder.stored, limit: 1000, cursor: cursor)
            offsets += page.rows.offsets
            cursor = page.next
        } while cursor != nil
        return offsets
    }
}

/// A reader that is asked by columns alone.
private struct Unnarrowed: RecordReader {
    let reader: any RecordReader

    func rows(
        _ filter: LogFilter, order: LogOrder, after position: RecordPosition?, limit: Int
    ) async throws(StoreError) -> RecordRows {
        var plain = filter
        plain.text = nil
        plain.conditions = []
        return try await reader.rows(plain, order: order, after: position, limit: limit)
    }

    func rows(
        of generation: GenerationID, from offset: Int64, limit: Int
    ) async throws(StoreError) -> RecordRows {
        try await reader.rows(of: generation, from: offset, limit: limit)
    }

    func count(_ filter: LogFilter) async throws(StoreError) -> Int64 { try await reader.count(filter) }

    func count(of generation: GenerationID) async throws(StoreError) -> Int64 {
        try await reader.count(of: generation)
    }

    func histogram(
        _ filter: LogFilter, interval: Duration, limit: Int
    ) async throws(StoreError) -> [HistogramBar] {
        try await reader.histogram(filter, interval: interval, limit: limit)
    }
}

/// Questions that could be narrowed down wrongly.
private enum NarrowingQuestions {
    static let words: [TextValue] = [
        "Ärger", "ärger", "ÄRGER", "Köln", "köln", "a/b", "say \"hi\"", "\"", "\\", "/", "value", "VALUE", "Value",
        "loud",
        "x", "istanbul", "İstanbul", "strasse", "K", "k", "\u{0}", "a\u{0}b", "200", "😀", "\u{2028}", "%", "_", "",
        "DROP TABLE", "\u{FEFF}", "http.status", "null", "\n", "\t", "sharp", "ſharp", "οδος", "ОШИБКА", "ошибка", "漢字",
        "zzé", "kelvin", "\u{FFFD}", "ото",
    ]

    static func filters(_ app: AppID) -> [LogFilter] {
        let paths: [FieldPath] = [
            ["name"], ["k"], ["t"], ["list", "0", "k"], ["deep", "k", "k"], ["UPPER"], ["x"], ["http.status"], [""],
            ["city"], ["esc"], ["quote"], ["a/b"], ["İ"], ["ß"], ["K"], ["\u{0}"], ["nul"], ["pair"], ["q"], ["café"],
            ["e"],
        ]
        var filters = words.map { LogFilter(app: app, text: $0) }
        for path in paths {
            for word in words {
                for test in [
                    Condition.Test.equal(.text(word)), .contains(word), .oneOf([.text(word), .text("none")]),
                    .oneOf([.text(word), .null]), .notEqual(.text(word)), .noneOf([.text(word)]), .greater(.text(word)),
                ] {
                    filters.append(LogFilter(app: app, conditions: [Condition(path: path, test: test)]))
                }
            }
            for test in [Condition.Test.exists(true), .exists(false), .equal(.null), .less(.number(JSONNumber(300)))] {
                filters.append(LogFilter(app: app, conditions: [Condition(path: path, test: test)]))
            }
        }
        return filters
    }
}

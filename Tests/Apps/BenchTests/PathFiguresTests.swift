import Foundation
import Testing

@testable import Bench

@Suite("Figures of paths")
struct PathFiguresTests {
    private func round(_ tally: Tally, wall: Int64 = 1_000_000, client: Int64 = 2_000_000, server: Int64? = nil)
        -> CaseFigures
    {
        CaseFigures(tally: tally, wall: wall, client: client, server: server, peakMemory: 1 << 20, allocations: 10)
    }

    private let tally = Tally(bytes: 1 << 30, lines: 2_000_000, records: 1_999_999)

    @Test(
        "There are none when a side went through less",
        arguments: [
            Tally(bytes: (1 << 30) - 1, lines: 2_000_000, records: 1_999_999),
            Tally(bytes: 1 << 30, lines: 1_999_999, records: 1_999_999),
            Tally(bytes: 1 << 30, lines: 2_000_000, records: 2_000_000),
        ])
    func refusal(_ other: Tally) {
        let right = round(tally)
        for (ours, limit) in [([right, round(other)], [right, right]), ([right, right], [right, round(other)])] {
            let error = #expect(throws: BenchError.self) {
                try PathFigures(.scan, input: "a.ndjson", limitName: "limit", ours: ours, limit: limit)
            }
            #expect(error?.description.contains(other.description) == true)
        }
    }

    @Test("There are none of nothing")
    func nothing() {
        let empty = round(Tally())
        #expect(throws: BenchError.self) {
            try PathFigures(.scan, input: "a.ndjson", limitName: "limit", ours: [empty], limit: [empty])
        }
        #expect(throws: BenchError.self) {
            try PathFigures(.scan, input: "a.ndjson", limitName: "limit", ours: [], limit: [])
        }
    }

    @Test("Ratios are those of the same round, with the server's time in them")
    func ratios() throws {
        let figures = try PathFigures(
            .postgres, input: "a.ndjson", limitName: "limit",
            ours: [
                round(tally, wall: 400, client: 3, server: 9), round(tally, wall: 200, client: 1, server: 1),
                round(tally, wall: 300, client: 10, server: 20),
            ],
            limit: [
                round(tally, wall: 200, client: 1, server: 2), round(tally, wall: 200, client: 1, server: 1),
                round(tally, wall: 100, client: 5, server: 5),
            ])
        #expect(figures.processorRatio.median == 3)
        #expect(figures.processorRatio.low == 1 && figures.processorRatio.high == 4)
        #expect(figures.throughputRatio.median == 0.5)
        #expect(figures.ours.serverPerGiB?.median == 9e-9)
        #expect(figures.ours.processorPerGiB.high == 30e-9)
        #expect(figures.ours.allocationsPerMillionLines?.median == 5)
    }

    @Test("A database's URL is that of the server with another database, and psql gets no password to show")
    func urls() throws {
        let url = try ServerURL("postgres://me:p%40ss@127.0.0.1:5433/postgres?sslmode=disable")
        #expect(url.database("b") == "postgres://me:p%40ss@127.0.0.1:5433/b?sslmode=disable")
        #expect(
            try url.variables(database: "b") == [
                "PGHOST": "127.0.0.1", "PGPORT": "5433", "PGUSER": "me", "PGPASSWORD": "p@ss", "PGDATABASE": "b",
                "PGSSLMODE": "disable",
            ])
        #expect(
            try ServerURL("mongodb://a:1,b:2/?replicaSet=x").database("d") == "mongodb://a:1,b:2/d?replicaSet=x")
        #expect(try ServerURL("postgres://h").database("d") == "postgres://h/d")
        #expect(throws: BenchError.self) { try ServerURL("h/d") }
        #expect(throws: BenchError.self) {
            try ServerURL("postgres://h/d?options=-cfsync%3Doff").variables(database: "d")
        }
    }
}

@Suite("Medians and their intervals")
struct MedianIntervalTests {
    @Test("Of nine values the second and the eighth hold the median with 96 %")
    func nine() {
        let interval = MedianInterval([9, 1, 8, 2, 7, 3, 6, 4, 5])
        #expect(interval.median == 5 && interval.low == 2 && interval.high == 8)
        #expect(abs(interval.confidence - (1 - 2 * 10.0 / 512)) < 1e-12)
    }

    @Test("Of seventeen values the fifth and the thirteenth")
    func seventeen() {
        let interval = MedianInterval((1...17).map(Double.init))
        #expect(interval.low == 5 && interval.high == 13 && interval.confidence > 0.95)
    }

    @Test("Too few values give their range and say how little that is")
    func few() {
        let interval = MedianInterval([3, 1, 2, 5, 4])
        #expect(interval.low == 1 && interval.high == 5 && abs(interval.confidence - 0.9375) < 1e-12)
        let one = MedianInterval([2])
        #expect(one.low == 2 && one.high == 2 && one.confidence == 0)
    }
}

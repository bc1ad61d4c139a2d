import AppRegistry
import InMemoryAdapter
import LogCursor
import LogModel
import LogQuery
import TestSupport
import Testing

@Suite("Records of several apps", .timeLimit(.minutes(2)))
struct SeveralAppsTests {
    /// Three apps in one store, whose records take turns.
    private func questions(_ shelf: Shelf, each count: Int) async throws -> [AppQuestion] {
        var questions: [AppQuestion] = []
        for number in 0..<3 {
            let app = number == 0 ? shelf.app : RegisteredApp.fresh()
            if number > 0 { try await shelf.store.add(app) }
            let lines = (0..<count).map { "{\"ts\":\($0 * 3 + number),\"n\":\($0 * 3 + number)}\n" }.joined()
            try await shelf.add(lines, to: "o\(number)", of: app)
            questions.append(AppQuestion(app: "app-\(number)", filter: LogFilter(app: app.id)))
        }
        return questions
    }

    private func all(_ merge: RecordMerge) async throws -> [String] {
        var merge = merge
        var lines: [String] = []
        while let part = try await merge.next() { lines += part.rows.texts.map { "\(part.app) \($0)" } }
        return lines
    }

    @Test("they come in one order, and no more than asked for", arguments: [1, 7, 2000])
    func merged(_ slice: Int) async throws {
        let shelf = try await Shelf()
        let questions = try await questions(shelf, each: 300)
        let expected = (0..<900).map { "app-\($0 % 3) {\"ts\":\($0),\"n\":\($0)}" }
        let service = shelf.service(slice: slice)
        #expect(try await all(service.records(questions, order: .oldestFirst, limit: nil)) == expected)
        #expect(try await all(service.records(questions, order: .newestFirst, limit: nil)) == expected.reversed())
        for limit in [1, 2, 100, 899, 900, 901] {
            let first = try await all(service.records(questions, order: .oldestFirst, limit: limit))
            #expect(first == Array(expected.prefix(limit)))
        }
        for limit in [Int.max - 1, .max] {
            #expect(try await all(service.records(questions, order: .oldestFirst, limit: limit)) == expected)
        }
        let stored = try await all(service.records(questions, order: .stored, limit: nil))
        #expect(stored.map { $0.prefix(5) } == (0..<900).map { "app-\($0 / 300)" })
    }

    @Test("a tail begins with the last records, and none of them comes again")
    func tails() async throws {
        let shelf = try await Shelf()
        let questions = try await questions(shelf, each: 10)
        var tails = AppTails(cursors: shelf.store, reader: shelf.store)
        for question in questions { try await tails.follow(question) }
        #expect(tails.follows(shelf.app.id))
        try await shelf.add("{\"ts\":1000}\n", to: "o0")
        let latest = try await tails.latest(4)
        #expect(
            latest.flatMap { part in part.rows.texts.map { "\(part.app) \($0)" } }
                == (26..<30).map {
                    "app-\($0 % 3) {\"ts\":\($0),\"n\":\($0)}"
                })
        var seen: [String] = []
        try await tails.poll { seen += $0.rows.texts }
        #expect(seen == ["{\"ts\":1000}"])
        let none = try await tails.latest(0)
        #expect(none.isEmpty)
        let many = try await tails.latest(100)
        #expect(many.reduce(0) { $0 + $1.rows.count } == 31)
    }
}

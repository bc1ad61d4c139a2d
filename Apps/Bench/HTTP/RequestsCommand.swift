import ArgumentParser
import Foundation

/// Measures requests of the HTTP API.
struct RequestsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "requests",
        abstract: "What requests of the HTTP API cost the server, beside a handler that only answers.",
        discussion: """
            The server is the one of "logferry serve", in a process of its own, over a SQLite store that is filled \
            first. Beside it stands the same kind of listener whose handler reads the body and answers as many bytes \
            that it has ready. Four connections are kept; what counts is the servers' processor time.
            """)

    @Option(help: "How many records are in the store.")
    var records = 100_000

    @Option(help: "How many requests are sent in a round.")
    var requests = 2000

    @Option(help: "Rounds of each request; one more, which is not counted, comes first.")
    var rounds = 9

    @Option(help: "Where the store is made; the default is the system's folder for such files.")
    var directory: String?

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard (10_000...100_000_000).contains(records) else {
            throw ValidationError("--records is from 10000 to 100000000")
        }
        guard (4...1_000_000).contains(requests) else { throw ValidationError("--requests is from 4 to 1000000") }
        guard (1...999).contains(rounds) else { throw ValidationError("--rounds is from 1 to 999") }
    }

    func run() async throws {
        let folder = try StageFolder(in: directory ?? FileManager.default.temporaryDirectory.path)
        let stage = RequestStage(folder: folder, records: records)
        let figures: [RequestFigures]
        do {
            figures = try await stage.measure(requests: requests, rounds: rounds)
        } catch {
            await stage.close()
            try? folder.remove()
            throw error
        }
        await stage.close()
        try folder.remove()
        guard !json else { return print(try prettyJSON(figures)) }
        print(RequestFigures.table(figures).joined(separator: "\n"))
    }
}

import AppRegistry
import ArgumentParser
import Composition
import LogCursor
import LogModel

/// Cursors.
struct Cursors: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "See how far each object is taken.", subcommands: [List.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the cursors.")

        @Option(help: "The app: its id or its name; all apps when it is left out.")
        var app: String?

        @Flag(help: "Write one JSON object a line.")
        var json = false

        func run() async throws {
            try await withDeployment { deployment in
                var chosen: AppID?
                if let app { chosen = try await deployment.apps.find(app).id }
                var table = Table(
                    ["generation", "object", "ordinal", "position", "sizeSeen", "records", "rejects", "updatedAt"],
                    json: json)
                var last: GenerationID?
                while true {
                    let page = try await deployment.cursors.cursors(of: chosen, after: last, limit: 1000)
                    for cursor in page {
                        table.add([
                            .number(cursor.generation.number), .text(cursor.object.text),
                            .number(Int64(cursor.ordinal)), .number(cursor.progress.position),
                            .number(cursor.progress.sizeSeen), .number(cursor.progress.counts.records),
                            .number(cursor.progress.counts.rejects), .moment(cursor.updatedAt),
                        ])
                    }
                    guard page.count == 1000 else { break }
                    last = page.last?.generation
                }
                table.finish(whenEmpty: "nothing was taken yet")
            }
        }
    }
}

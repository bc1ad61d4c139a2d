import AppRegistry
import ArgumentParser
import Composition
import LogAudit
import LogCursor
import LogIngestion
import LogModel

/// Cursors.
struct Cursors: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "See how far each object is taken, and put a cursor back.",
        subcommands: [List.self, History.self, Rewind.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the cursors, and the files that nobody reads.",
            discussion: """
                BEHIND is how many bytes of an object are not taken; - when its place does not show the object. A file that \
                nobody reads has no cursor; it is listed with the reason.
                """)

        @Option(help: "The app: its id or its name; all apps when it is left out.")
        var app: String?

        @OptionGroup var shown: ListOptions

        func run() async throws {
            try await withDeployment { deployment in
                var chosen: RegisteredApp?
                if let app { chosen = try await deployment.apps.find(app) }
                let apps = try await AppColumn(chosen: chosen, json: shown.json, in: deployment)
                let lags = shown.json ? nil : try await deployment.cursorLags(app: chosen)
                var table = Table(
                    ["generation"] + apps.heading
                        + ["object", "ordinal", "position", "behind", "records", "rejects", "updatedAt"], shown)
                var last: GenerationID?
                while true {
                    let page = try await deployment.cursors.cursors(of: chosen?.id, after: last, limit: 1000)
                    for cursor in page {
                        let behind = await lags?.bytes(behind: cursor)
                        var cells = [.number(cursor.generation.number)] + apps.cell(of: cursor.app)
                        cells += [
                            .text(cursor.object.text), .number(Int64(cursor.ordinal)),
                            .number(cursor.progress.position), behind.map { .number($0) } ?? .text(nil),
                            .number(cursor.progress.counts.records), .number(cursor.progress.counts.rejects),
                            .moment(cursor.updatedAt),
                        ]
                        table.add(cells) { $0.addMembers(of: cursor) }
                    }
                    guard page.count == 1000 else { break }
                    last = page.last?.generation
                }
                table.finish(whenEmpty: "nothing was taken yet")
                try await listForeign(of: chosen, in: deployment)
            }
        }

        private func listForeign(of app: RegisteredApp?, in deployment: Deployment) async throws {
            var table = Table(["foreign", "app", "size", "reason", "detail"], shown)
            var isEmpty = true
            try await deployment.unreadEntries().run(app: app) { app, finding in
                let name = shown.json ? app.id.text : app.name.text
                switch finding {
                case .foreign(let entry):
                    table.add([
                        .text(entry.name), .text(name), .number(entry.size),
                        .text(entry.reason.rawValue), .text(entry.reason.words),
                    ])
                case .moreForeign(let count):
                    table.add([
                        .text(nil), .text(name), .text(nil), .text(nil), .text("\(count) more"),
                    ])
                case .notTaken, .taken: return
                case .unreachable(let source, let words):
                    return Terminal.say("\(source) could not be looked through for files that nobody reads: \(words)")
                }
                isEmpty = false
            }
            if !isEmpty { table.finish(whenEmpty: "") }
        }
    }

    struct History: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the latest steps of a cursor, at most \(CursorStep.limit).")

        @Argument(help: "Its generation.")
        var generation: Int64

        @OptionGroup var shown: ListOptions

        func run() async throws {
            try await withDeployment { deployment in
                var table = Table(["kind", "from", "to", "epoch", "owner", "beganAt", "endedAt"], shown)
                let steps = try await deployment.history.steps(of: GenerationID(generation))
                if steps.isEmpty, try await deployment.cursors.cursor(of: GenerationID(generation)) == nil {
                    throw CursorsFailed(description: "there is no generation \(generation)")
                }
                for step in steps {
                    table.add([
                        .text(step.kind.rawValue), .number(step.from), .number(step.to), .number(step.epoch),
                        .text(step.owner?.text), .moment(step.beganAt), .moment(step.endedAt),
                    ])
                }
                table.finish(whenEmpty: "no steps are known")
            }
        }
    }

    struct Rewind: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a cursor back, so that what is behind is read again at the next run.",
            discussion: """
                What was stored stays and is not doubled; what was refused is judged anew. The object must still hold \
                what was taken of it. Doing it again changes nothing. No worker reads a local file: "logferry ingest FILE" \
                takes it again.
                """)

        @Argument(help: "The generation, as \"cursors list\" shows it.")
        var generation: Int64

        @Option(parsing: .unconditional, help: "Where a line begins, in bytes; 0 is the start.")
        var to: Int64

        func validate() throws {
            guard to >= 0 else { throw ValidationError("--to must be a position in bytes, from 0") }
        }

        func run() async throws {
            try await withDeployment { deployment in
                var name = "generation \(generation)"
                var next = ""
                if let cursor = try await deployment.cursors.cursor(of: GenerationID(generation)) {
                    let app = try await deployment.apps.names().name(of: cursor.app)
                    name += " (\(cursor.object) of \(app))"
                    if cursor.source.isFiles {
                        let command = "logferry ingest \(shellWord(cursor.object.text)) --app \(shellWord(app))"
                        next = "; no worker reads a local file, take it again with: \(command)"
                    }
                }
                switch try await deployment.rewinding().rewind(GenerationID(generation), to: to) {
                case .rewound(let from, let to): Terminal.say("\(name) went from byte \(from) to \(to)\(next)")
                case .alreadyThere: Terminal.say("\(name) is at byte \(to) already")
                case .refused(let words): throw CursorsFailed(description: words)
                }
            }
        }
    }
}

/// A generation that is not there, or a cursor that was left where it was.
private struct CursorsFailed: Error, CustomStringConvertible {
    let description: String
}

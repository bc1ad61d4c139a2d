import AppRegistry
import ArgumentParser
import Composition
import LogIngestion
import LogModel

/// Rejects.
struct Rejects: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "See the bytes that were refused, and why, and let them be judged anew.",
        subcommands: [List.self, Show.self, RejectsReplay.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the rejects.")

        @Option(help: "The app: its id or its name; all apps when it is left out.")
        var app: String?

        @OptionGroup var shown: ListOptions

        func run() async throws {
            try await withDeployment { deployment in
                var chosen: RegisteredApp?
                if let app { chosen = try await deployment.apps.find(app) }
                let apps = try await AppColumn(chosen: chosen, json: shown.json, in: deployment)
                var table = Table(
                    ["id"] + apps.heading
                        + ["object", "generation", "from", "to", "line", "reason", "receivedAt"], shown)
                var last: Int64?
                while true {
                    let page = try await deployment.rejects.rejects(of: chosen?.id, after: last, limit: 1000)
                    for reject in page {
                        var cells = [.number(reject.number)] + apps.cell(of: reject.app)
                        cells += [
                            .text(reject.object.text), .number(reject.generation.number),
                            .number(reject.range.lower), .number(reject.range.upper), .number(reject.lineNumber),
                            .text(reject.reason.rawValue), .moment(reject.receivedAt),
                        ]
                        table.add(cells) { $0.addMembers(of: reject) }
                    }
                    guard page.count == 1000 else { break }
                    last = page.last?.number
                }
                table.finish(whenEmpty: "nothing was refused")
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the first bytes of a reject, at most \(Reject.sampleLimit).",
            discussion: "Control characters are written out, unless --raw asks for the bytes themselves.")

        @Argument(help: "Its id.")
        var id: Int64

        @Flag(help: "Write the bytes as they are.")
        var raw = false

        @Flag(help: "Write a JSON object of the shape that the API has.")
        var json = false

        func validate() throws {
            guard !raw || !json else { throw ValidationError("--raw and --json exclude each other") }
        }

        func run() async throws {
            try await withDeployment { deployment in
                guard let reject = try await deployment.rejects.reject(id) else {
                    throw UnknownReject(description: "there is no reject \(id)")
                }
                guard !json else { return Terminal.json(JSONText { $0.addMembers(of: reject) }.bytes) }
                let kept = reject.sample.count
                Terminal.say(
                    "\(reject.object) \(reject.range), line \(reject.lineNumber): \(reject.reason.rawValue), "
                        + "\(reject.range.count) bytes" + (kept < reject.range.count ? ", the first \(kept) shown" : "")
                )
                if raw {
                    Terminal.write(reject.sample)
                } else {
                    Terminal.line(visibleCell(String(decoding: reject.sample, as: UTF8.self)))
                }
            }
        }
    }
}

/// A number that no reject has.
struct UnknownReject: Error, CustomStringConvertible {
    let description: String
}

import AppRegistry
import ArgumentParser
import Composition
import LogMaintenance
import LogModel

/// The field catalogue.
struct Fields: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "See which fields an app's records have.",
        discussion: """
            Paths are as "/v1/logs/fields" shows them: [*] stands for the elements of an array. The catalogue is as of \
            the latest run of index-logs, which a worker does again and again and "logferry work --once" does once.
            """)

    @Option(help: "The app: its id or its name.")
    var app: String?

    @Argument(help: "The app, in place of --app.")
    var name: String?

    @OptionGroup var shown: ListOptions

    func validate() throws {
        guard (app == nil) != (name == nil) else {
            throw ValidationError(app == nil ? "--app is missing" : "the app is given twice")
        }
    }

    func run() async throws {
        try await withDeployment { deployment in
            let id = try await deployment.apps.find(app ?? name ?? "").id
            var table = Table(["path", "types", "count", "firstSeen", "lastSeen"], shown)
            var last: String?
            while true {
                let page = try await deployment.catalogue.fields(of: id, after: last, limit: 1000)
                for field in page {
                    table.add([
                        .text(field.path), .words(field.types.names), .number(field.count), .moment(field.firstSeen),
                        .moment(field.lastSeen),
                    ]) { $0.addMembers(of: field) }
                }
                guard page.count == 1000 else { break }
                last = page.last?.path
            }
            table.finish(
                whenEmpty: "no records were looked at yet; bring the catalogue up to date: logferry work --once")
            let overflow = try await deployment.catalogue.overflow(of: id)
            if overflow > 0 {
                Terminal.say("there is no room for more paths: fields without an entry were seen \(overflow) times")
            }
        }
    }
}

import AppRegistry
import ArgumentParser
import Composition
import LogModel
import SdkProvisioning

/// What puts back what lets an app write.
struct AppsRepair: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "repair",
        abstract: "Look at what lets an app's SDKs write, and put back what the file store has lost.",
        discussion: """
            Init looks by itself, at most once a minute for each app and token. This looks at once, at the app's folder, \
            its permission group, the group's right and who is in it.
            """)

    @Argument(help: "Its id or its name.")
    var app: String

    @Flag(help: "Write what was found as JSON, of the shape that the API has.")
    var json = false

    func run() async throws {
        try await withDeployment { deployment in
            let found = try await deployment.apps.find(app)
            guard let provisioner = deployment.provisioner else { throw SettingsError(Deployment.noFileStore) }
            var report = try await provisioner.repair(found.id)
            while let last = report.next {
                report = report.joined(with: try await provisioner.repair(found.id, after: last))
            }
            if json {
                Terminal.json(JSONText { $0.addMembers(of: report) }.bytes)
            } else {
                for line in AppsRepair.words(report) { Terminal.say(line) }
            }
        }
    }

    private static func words(_ report: RepairReport) -> [String] {
        guard report.wasProvisioned else { return ["nothing to repair: no SDK of this app has called init yet"] }
        var lines = [
            report.repaired.isEmpty
                ? "nothing was lost; \(report.members) storage tokens may write"
                : "put back: \(report.repaired.map(\.rawValue).sorted().joined(separator: ", ")); "
                    + "\(report.members) storage tokens may write, \(report.restoredMembers) of them again"
        ]
        if report.withoutStorageToken > 0 {
            lines.append("\(report.withoutStorageToken) client tokens have no storage token; their next init makes it")
        }
        return lines
    }
}

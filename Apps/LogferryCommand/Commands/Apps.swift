import AppRegistry
import ArgumentParser
import Composition
import LogModel
import SdkProvisioning

/// Apps.
struct Apps: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Register, list and remove apps.", subcommands: [Add.self, List.self, Remove.self, AppsRepair.self],
        defaultSubcommand: List.self)

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Register an app.")

        @Argument(help: "Its name: \(AppName.rule).")
        var name: String

        @OptionGroup var shown: ListOptions

        func run() async throws {
            try await withDeployment(makes: true) { deployment in
                let app = try await deployment.apps.register(named: name)
                var table = Table(["id", "name", "createdAt"], shown)
                table.add([.text(app.id.text), .text(app.name.text), .moment(app.createdAt)]) {
                    $0.addMembers(of: app)
                }
                table.finish(whenEmpty: "")
                if !shown.json { Terminal.say("next: logferry tokens issue --app \(shellWord(app.name.text))") }
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the apps.")

        @OptionGroup var shown: ListOptions

        func run() async throws {
            try await withDeployment { deployment in
                var table = Table(["id", "name", "createdAt"], shown)
                var last: AppID?
                while true {
                    let page = try await deployment.apps.list(after: last, limit: 1000)
                    for app in page {
                        table.add([.text(app.id.text), .text(app.name.text), .moment(app.createdAt)]) {
                            $0.addMembers(of: app)
                        }
                    }
                    guard page.count == 1000 else { break }
                    last = page.last?.id
                }
                table.finish(whenEmpty: "there are no apps; register one with: logferry apps add NAME")
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove an app and revoke its tokens.",
            discussion: """
                Nothing more is taken in for it. Its records stay until they are cleaned up. On a terminal it asks back; \
                elsewhere it needs --yes.
                """)

        @Argument(help: "Its id or its name.")
        var app: String

        @OptionGroup var consent: Confirmation

        func run() async throws {
            try consent.prepare("removing an app")
            try await withDeployment { deployment in
                let found = try await deployment.apps.find(app)
                try consent.confirm("Remove the app \(found.name) (\(found.id)) and revoke its tokens?")
                let outcome = try await deployment.revoker().delete(found.id)
                Terminal.say("removed \(found.name) (\(found.id)); its tokens are revoked")
                Terminal.say(outcome.words)
            }
        }
    }
}

/// Opens the deployment of the settings, lends it to `work` and closes it.
/// - Parameters:
///   - makes: whether a data folder and a store that are missing are made; most commands are about what is there.
///   - work: what the command does.
/// - Throws: ``SettingsError``, ``StoreMissing``, or what `work` throws.
func withDeployment(makes: Bool = false, _ work: (Deployment) async throws -> Void) async throws {
    let settings = try GivenSettings.settings()
    let deployment = try await Deployment(settings, makes: makes, logger: settings.logger("store"))
    try await work(deployment)
    try await deployment.close()
}

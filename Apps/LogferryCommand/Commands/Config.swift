import ArgumentParser
import Composition

/// Settings.
struct Config: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show or check the settings.", subcommands: [Show.self, Check.self])

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the settings with their values and where they come from; secrets are not shown.")

        @Flag(help: "Write one JSON object a line.")
        var json = false

        func run() async throws {
            let source = try GivenSettings.given().source()
            var table = Table(["key", "value", "origin", "summary"], json: json)
            for key in SettingsCatalog.keys {
                let value = source.value(key)
                let shown = value.map { key.shown($0.text) }
                table.add([.text(key.name), .text(shown), .text(value?.origin ?? "unset"), .text(key.summary)])
            }
            table.finish(whenEmpty: "")
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check everything that a process needs to start; exit 78 when it could not work.",
            discussion: """
                Looks at the settings, ports, the data folder, key files, the store, Redis servers and the file store, \
                and says all that is wrong at once. It makes nothing and changes nothing. fimidara.auth_token goes to \
                fimidara.server_url if a file store answers there, and is asked for its rights. Without a mode only the settings and the servers that they name are looked at, not ports.
                """)

        @Argument(
            help: "What would be started: serve, work, dev or files.",
            completion: .list(ProcessMode.allCases.map(\.rawValue)), transform: Check.mode(_:))
        var mode: ProcessMode?

        @Flag(help: "Ask no server.")
        var offline = false

        @Flag(help: "Write one finding a line, as JSON.")
        var json = false

        func run() async throws {
            let findings = try await self.findings()
            var table = Table(["severity", "subject", "words"], json: json)
            if json {
                for found in findings {
                    table.add([.text(found.severity.rawValue), .text(found.subject), .text(found.words)])
                }
                table.finish(whenEmpty: "")
            } else {
                for found in findings where found.severity != .fine {
                    Terminal.complain("\(found.severity.rawValue): \(found.words)")
                }
            }
            guard !DeploymentCheck.isUnusable(findings) else {
                throw ExitCode(ExitStatus.configuration.rawValue)
            }
            if !json { Terminal.say("the settings are fine\(offline ? "; no server was asked" : "")") }
        }

        private static func mode(_ word: String) throws -> ProcessMode {
            guard let mode = ProcessMode(rawValue: word) else {
                let words = ProcessMode.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("'\(word)' is nothing that can be started: \(words)")
            }
            return mode
        }

        private func findings() async throws -> [CheckFinding] {
            let draft = try GivenSettings.draft(defaults: mode?.defaults ?? [:])
            return await DeploymentCheck(draft, as: mode).run(reachesOut: !offline)
        }
    }
}

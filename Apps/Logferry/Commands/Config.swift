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
            abstract: "Check the settings; exit 78 when they cannot be used.")

        func run() async throws {
            let settings = try GivenSettings.settings()
            for concern in await settings.lockConcerns() { Terminal.say("warning: \(concern)") }
            Terminal.say("the settings are fine")
        }
    }
}

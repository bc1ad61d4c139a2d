import ArgumentParser
import Composition
import Foundation

/// The program: settings are taken out of the arguments first, the rest is the commands'.
@main
struct Main {
    static func main() async {
        StandardFiles.fill()
        if let complaint = StandardFiles.takeDescriptors() {
            Terminal.complain(complaint)
            exit(ExitStatus.configuration.rawValue)
        }
        let arguments = Array(CommandLine.arguments.dropFirst())
        if arguments.first == CompletionRequest.name {
            await CompletionRequest.answer(
                Array(arguments.dropFirst()), environment: ProcessInfo.processInfo.environment)
            exit(ExitStatus.success.rawValue)
        }
        let given: GivenSettings
        do {
            given = try GivenSettings(
                arguments: arguments, environment: ProcessInfo.processInfo.environment)
        } catch {
            Terminal.complain("\(error)")
            exit(ExitStatus.usage.rawValue)
        }
        do {
            try await GivenSettings.$current.withValue(given) { try await run(given.arguments) }
        } catch {
            exit(ExitStatus.report(error))
        }
        exit(ExitStatus.success.rawValue)
    }

    /// The command that arguments name.
    /// - Throws: ``UsageError`` for a word that names nothing, or what the parser says.
    private static func parsed(_ arguments: [String]) throws -> any ParsableCommand {
        do {
            return try Logferry.parseAsRoot(arguments)
        } catch {
            if Logferry.exitCode(for: error) == .validationFailure { try UsageError.checkWords(arguments) }
            throw error
        }
    }

    @concurrent private static func run(_ arguments: [String]) async throws {
        var arguments = arguments
        // The argument parser's own script knows neither settings nor apps.
        if arguments.first == "--generate-completion-script" { arguments[0] = "completions" }
        try UsageError.checkHelp(arguments)
        var command = try parsed(arguments)
        try UsageError.checkRepeats(arguments, of: type(of: command))
        do {
            if var concurrent = command as? any AsyncParsableCommand {
                try await concurrent.run()
            } else {
                try command.run()
            }
        } catch let error as ValidationError {
            // Outside of the parser nobody knows whose arguments they were.
            throw UsageError(error.message, of: type(of: command))
        }
    }
}

/// The commands.
struct Logferry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logferry",
        abstract:
            "Carries log lines from where applications append them to where people query them, each exactly once.",
        discussion: """
            Every setting can be given as a flag (--http-port 9000), in the environment (LOGFERRY_HTTP_PORT=9000) or in \
            a JSON file (--config FILE); "logferry config show" lists them all with where each value comes from.

            EXAMPLES
              logferry dev                           everything in one process
              logferry apps add shop                 register an app
              logferry tokens issue --app shop       issue a token for its SDKs
              logferry ingest app.ndjson --app shop  take a local file in
              logferry query --app shop --from 15m   look at the latest records
            """,
        version: "logferry \(ServiceTelemetry.version)",
        subcommands: [
            Dev.self, Files.self, Serve.self, Work.self, Ingest.self, Apps.self, Tokens.self, Query.self, Tail.self,
            Fields.self, Verify.self, Cursors.self, Rejects.self, Runs.self, Simulate.self, Generate.self, Config.self,
            Completions.self, ManualPages.self,
        ])
}

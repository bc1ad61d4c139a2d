import ArgumentParser

/// Measurements that a change of the code may move, each a subcommand.
@main
struct Main: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logferry-bench",
        abstract: "Measures what parts of Logferry cost, beside their neighbours, in interleaved rounds.",
        subcommands: [
            LoggingCommand.self, PathsCommand.self, FunctionsCommand.self, QueryCommand.self, RequestsCommand.self,
            StartCommand.self, RunCaseCommand.self, ServeFilesCommand.self, ServeLinesCommand.self,
            ServeAPICommand.self, ServeAnswerCommand.self, EmptyServerCommand.self,
        ])
}

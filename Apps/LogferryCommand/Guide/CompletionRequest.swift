import AppRegistry
import CommandGuide
import Composition
import Foundation
import Logging

/// What a shell asks when somebody presses the tabulator: `logferry __complete SHELL LINE [BREAKS]`.
///
/// It is answered before settings are taken out of the arguments, since those of the line are no settings of this call.
/// Whatever goes wrong, it says nothing, makes nothing, and ends within a second.
enum CompletionRequest {
    /// The word by which shells ask.
    static let name = "__complete"

    /// Answers on standard output.
    static func answer(_ arguments: [String], environment: [String: String]) async {
        endInTime()
        guard arguments.count >= 2, let tree = try? ProgramGuide.tree() else { return }
        let line = TypedLine(arguments[1], breaks: arguments.count > 2 ? arguments[2] : "")
        let completion = Completion(tree, settings: ProgramGuide.settings, values: ProgramGuide.values)
        var answer = completion.answer(line)
        if case .apps(let prefix) = answer {
            let apps = await apps(line.words, environment)
            answer = .words(apps.map { .init(prefix + $0) }.filter { $0.text.hasPrefix(line.current) })
        }
        let hasSummaries = arguments[0] != GuidedShell.bash.rawValue
        for row in answer.lines(leftBehind: line.leftBehind, hasSummaries: hasSummaries) { Terminal.line(row) }
    }

    /// A thread of its own: a store that hangs may hold all others.
    private static func endInTime() {
        Thread.detachNewThread {
            Thread.sleep(forTimeInterval: 1)
            _exit(0)
        }
    }

    /// The names of the apps, by the settings of the line.
    private static func apps(_ words: [String], _ environment: [String: String]) async -> [String] {
        var apps: [String] = []
        do {
            let given = try GivenSettings(arguments: words, environment: environment)
            let settings = try Settings(given.source())
            let deployment = try await Deployment(
                settings, makes: false, logger: Logger(label: "completion") { _ in SwiftLogNoOpLogHandler() })
            apps = try await deployment.apps.list(after: nil, limit: 1000).map(\.name.text)
            try await deployment.close()
        } catch {
            // Somebody who types wants no errors between the words.
        }
        return apps
    }
}

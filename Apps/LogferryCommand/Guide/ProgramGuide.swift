import AppRegistry
import ArgumentParser
import CommandGuide
import Composition
import LogIngestion
import LogModel

/// What completions and the manual say of this program, from the same lists that it goes by itself.
enum ProgramGuide {
    /// The commands with their arguments.
    /// - Throws: `DecodingError` when the argument parser describes them in another form.
    static func tree() throws -> CommandTree { try CommandTree(json: Logferry._dumpHelp()) }

    /// The settings, which are taken out of the arguments before the commands see them.
    static let settings: [GuideSetting] = SettingsCatalog.keys.map { key in
        GuideSetting(
            name: key.name, flag: key.isSecret ? nil : key.flag, environmentName: key.environmentName,
            takesFile: key.takesFile, summary: key.summary, fallback: key.fallback,
            values: settingValues[key.name] ?? [], place: key.name == "data.dir" ? .folder : nil)
    }

    /// The values of settings that take few.
    static let settingValues: [String: [String]] = [
        "consume.lock_scope": ["run", "app"],
        "redis.when_down": ["pause", "continue"],
        "log.level": ["trace", "debug", "info", "notice", "warning", "error", "critical"],
        "log.format": ["text", "json"],
    ]

    /// The values of options and arguments that take few, by name, where their declarations do not list them.
    static let values: [String: [String]] = [
        "level": Level.allCases.map(\.name),
        "min-level": Level.allCases.map(\.name).filter { $0 != Level.unknown.name },
        "order": ["desc", "asc"],
        "scope": ["write", "read"],
        "reason": RejectReason.allCases.map(\.rawValue),
        "shell": GuidedShell.allCases.map(\.rawValue),
    ]

    /// The manual.
    /// - Throws: see ``tree()``.
    static func manual(date: String) throws -> Manual {
        Manual(
            try tree(), settings: settings,
            statuses: ExitStatus.allCases.map { Manual.Status($0.rawValue, $0.meaning) },
            version: Logferry.configuration.version, date: date)
    }
}

extension ExitStatus {
    /// When a command ends with it.
    fileprivate var meaning: String {
        switch self {
        case .success: "All went well."
        case .failure: "Something failed, or differs."
        case .usage: "The arguments are wrong."
        case .dataError: "Nothing of an input could be taken."
        case .leftBehind: "The time for ending was over, and something had not ended: it was left behind."
        case .outputLost: "Standard output cannot be written."
        case .tryAgain: "Try again later: the store or the file store cannot be reached, or another process is at it."
        case .configuration: "The configuration is wrong, or the store cannot be used."
        }
    }
}

import AppRegistry
import ArgumentParser
import Composition
import Foundation
import LogCursor
import LogIngestion
import LogMaintenance
import LogModel
import LogQuery

/// The program's exit codes; `Docs/Errors.md` lists the same ones.
enum ExitStatus: Int32, CaseIterable {
    /// All went well.
    case success = 0
    /// Something failed, or differs.
    case failure = 1
    /// The arguments are wrong.
    case usage = 2
    /// Nothing of an input could be taken (EX_DATAERR).
    case dataError = 65
    /// Work was left behind when the time for ending was over (EX_UNAVAILABLE).
    case leftBehind = 69
    /// Try again later (EX_TEMPFAIL).
    case tryAgain = 75
    /// The configuration is wrong (EX_CONFIG).
    case configuration = 78

    /// Says what went wrong and gives the code for it.
    static func report(_ error: any Error) -> Int32 {
        (error as? ExitCode)?.rawValue ?? status(error).rawValue
    }

    private static func status(_ error: any Error) -> ExitStatus {
        switch error {
        case let error as SettingsError:
            for complaint in error.complaints { Terminal.complain(complaint) }
            return configuration
        case let error as StoreMissing:
            Terminal.complain(error.description)
            return configuration
        case let error as StoreOutdated:
            Terminal.complain(error.description)
            return configuration
        case let error as StoreUnreachable:
            Terminal.complain(error.description)
            return tryAgain
        case let error as RegistryError:
            Terminal.complain(error.description)
            return failure
        case let error as RegistryStoreError:
            Terminal.complain("the store: \(error.detail)")
            return error.reason == .unavailable ? tryAgain : failure
        case let error as CursorStoreError:
            Terminal.complain("the store: \(error.detail)")
            return error.reason == .unavailable ? tryAgain : failure
        case let error as CommitStoreError:
            Terminal.complain("the store: \(error.detail)")
            return error.reason == .unavailable ? tryAgain : failure
        case let error as MaintenanceStoreError:
            Terminal.complain("the store: \(error.detail)")
            return failure
        case let error as SourceError:
            Terminal.complain(error.detail)
            return error.reason == .unavailable ? tryAgain : failure
        case let error as UsageError:
            let words = "Error: " + URLCredentials.removed(fromText: error.message)
            Terminal.say(lines: error.usage.map { "\(words)\n\($0)" } ?? words)
            return usage
        default: return reportUsage(error)
        }
    }

    private static func reportUsage(_ error: any Error) -> ExitStatus {
        let code = Logferry.exitCode(for: error)
        let message = Logferry.fullMessage(for: error)
        if code == ExitCode.success {
            Terminal.write(Array((message + "\n").utf8))
            return success
        }
        guard code == ExitCode.validationFailure else {
            Terminal.complain(String(describing: error))
            return failure
        }
        // It repeats what was given, and may be a URL with a password in a place where none belongs.
        Terminal.say(lines: URLCredentials.removed(fromText: message))
        if let hint = hint(message) { Terminal.say("Did you mean \(hint)?") }
        return usage
    }

    /// The setting that an unknown option is nearest to.
    private static func hint(_ message: String) -> String? {
        guard let range = message.range(of: "Unknown option '") else { return nil }
        let option = message[range.upperBound...].prefix { $0 != "'" && $0 != "=" }
        return SettingsCatalog.nearest(to: String(option), among: SettingsCatalog.keys.map(\.flag))
    }
}

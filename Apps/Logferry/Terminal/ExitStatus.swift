import AppRegistry
import ArgumentParser
import Composition
import Foundation
import LogCursor
import LogIngestion
import LogQuery

/// The program's exit codes.
enum ExitStatus {
    /// All went well.
    static let success: Int32 = 0
    /// Something failed, or differs.
    static let failure: Int32 = 1
    /// The arguments are wrong.
    static let usage: Int32 = 2
    /// Try again later (EX_TEMPFAIL).
    static let tryAgain: Int32 = 75
    /// The configuration is wrong (EX_CONFIG).
    static let configuration: Int32 = 78

    /// Says what went wrong and gives the code for it.
    static func report(_ error: any Error) -> Int32 {
        switch error {
        case let code as ExitCode: return code.rawValue
        case let error as SettingsError:
            Terminal.complain(error.description)
            return configuration
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
        case let error as SourceError:
            Terminal.complain(error.detail)
            return error.reason == .unavailable ? tryAgain : failure
        default: return reportUsage(error)
        }
    }

    private static func reportUsage(_ error: any Error) -> Int32 {
        let code = Logferry.exitCode(for: error)
        let message = Logferry.fullMessage(for: error)
        if code == .success {
            Terminal.write(Array((message + "\n").utf8))
            return success
        }
        guard code == .validationFailure else {
            Terminal.complain(String(describing: error))
            return failure
        }
        Terminal.say(message)
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

import AppRegistry
import ArgumentParser
import Composition
import Foundation
import IngestionJobs
import LogAudit
import LogCursor
import LogIngestion
import LogMaintenance
import LogModel
import SdkProvisioning

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
    /// Standard output cannot be written (EX_IOERR).
    case outputLost = 74
    /// Try again later (EX_TEMPFAIL).
    case tryAgain = 75
    /// The configuration is wrong (EX_CONFIG).
    case configuration = 78

    /// Says what went wrong and gives the code for it.
    static func report(_ error: any Error) -> Int32 {
        (error as? ExitCode)?.rawValue ?? status(error).rawValue
    }

    private static func status(_ error: any Error) -> ExitStatus {
        if let error = error as? UsageError {
            let words = "Error: " + URLCredentials.removed(fromText: error.message)
            Terminal.say(lines: error.usage.map { "\(words)\n\($0)" } ?? words)
            return usage
        }
        guard let (status, words) = known(error) else { return reportUsage(error) }
        for complaint in words { Terminal.complain(complaint) }
        return status
    }

    /// The code for an error, and what is wrong.
    static func judged(_ error: any Error) -> (status: ExitStatus, words: [String]) {
        known(error) ?? (failure, [String(describing: error)])
    }

    private static func known(_ error: any Error) -> (status: ExitStatus, words: [String])? {
        switch error {
        case let error as SettingsError: (configuration, error.complaints)
        case let error as AuditError: (configuration, [error.description])
        case let error as StoreMissing:
            (configuration, [error.description + "; before lines are taken in, an app is registered: \(registering)"])
        case let error as StoreOutdated: (configuration, [error.description])
        case let error as StoreUnreachable: (tryAgain, [error.description])
        case let error as RegistryError: (error.isOfArguments ? usage : failure, [error.description + error.advice])
        case let error as IntakeFailure: (error.isTemporary ? tryAgain : failure, [error.description])
        case let error as StoreError where error.reason == .outcomeUnknown:
            (tryAgain, ["the store: \(error.detail)", lookFirst])
        case let error as any StoreFault: (error.mayPass ? tryAgain : failure, ["the store: \(error.detail)"])
        case let error as StorageError:
            (error.isWorthRetrying ? tryAgain : failure, ["the file store: \(error.detail)"])
        case let error as SourceError: (error.mayPass ? tryAgain : failure, [error.detail])
        default: nil
        }
    }

    /// What registers an app.
    fileprivate static let registering = "logferry apps add NAME"

    /// What to do when the answer to a change of apps or tokens was lost.
    private static let lookFirst =
        "whether the change came about could not be found out: look with \"logferry apps list\" or \"logferry tokens "
        + "list --app APP\" before you repeat it, and revoke a token whose text nobody has"

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
        return usage
    }
}

extension RegistryError {
    /// Whether what was given breaks a rule, whatever is registered.
    fileprivate var isOfArguments: Bool {
        switch self {
        case .invalidAppName, .expiryInPast, .invalidTokenName: true
        case .nameTaken, .unknownApp, .unknownToken, .keyUsed: false
        }
    }

    /// What to do about it, behind what is wrong.
    fileprivate var advice: String {
        if case .unknownApp = self { "; register it first with: \(ExitStatus.registering)" } else { "" }
    }
}

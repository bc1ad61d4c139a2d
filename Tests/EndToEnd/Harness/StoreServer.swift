import Foundation
import ServerRig
import TestSupport

/// Which store the processes of a test share.
enum StoreKind: String, CaseIterable, Sendable {
    case sqlite, postgres, mongo

    /// The kinds that this machine has servers for; `Tests/run` sees to it that it has all.
    static let available: [StoreKind] = {
        let environment = ProcessInfo.processInfo.environment
        return StoreKind.allCases.filter { kind in
            kind.variable.map { environment[$0] != nil } ?? true
        }
    }()

    /// What the script of its servers calls the URL.
    fileprivate var variable: String? {
        switch self {
        case .sqlite: nil
        case .postgres: "LOGFERRY_TEST_POSTGRES"
        case .mongo: "LOGFERRY_TEST_MONGO"
        }
    }
}

/// A store of a test's own that can be killed, if it is a server; the embedded one is in the site's data folder.
final class StoreServer: Sendable {
    let kind: StoreKind
    /// What processes are told of it.
    let environment: [String: String]
    private let script: ServiceScript?
    private let folder: TemporaryFolder
    private let more: [String: String]

    /// Starts a server, with more in its environment.
    init(_ kind: StoreKind, more: [String: String] = [:]) async throws {
        self.kind = kind
        self.more = more
        folder = try TemporaryFolder()
        guard let variable = kind.variable else {
            (script, environment) = (nil, [:])
            return
        }
        let script = ServiceScript(kind.rawValue)
        let url = try await script.start(in: folder, environment: more).variable(variable)
        self.script = script
        environment = ["LOGFERRY_STORE_URL": kind == .mongo ? url.replacing("/?", with: "/logferry?") : url]
    }

    /// Kills it, as a crash of its machine would.
    func kill() throws { try script?.kill(in: folder) }

    /// Lets it fall silent: connections stay, and nothing is answered.
    func freeze() throws { try script?.signal(SIGSTOP, in: folder) }

    /// Lets it go on.
    func thaw() throws { try script?.signal(SIGCONT, in: folder) }

    /// Starts it again, where it was.
    func startAgain() async throws { _ = try await script?.start(in: folder, environment: more) }

    /// What the server wrote to its log.
    var log: String {
        ["log", "data/server.log"].map { name in
            String(decoding: FileManager.default.contents(atPath: folder.file(name)) ?? Data(), as: UTF8.self)
        }.joined()
    }

    /// Ends it.
    func stop() async throws { try await script?.stop(in: folder) }
}

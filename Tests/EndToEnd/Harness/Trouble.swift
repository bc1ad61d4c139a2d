import BlockingExecutor
import Foundation
import Glibc
import ServerRig
import TestSupport

/// What brings a fault about and ends it, again and again.
protocol Trouble: Sendable {
    /// The settings by which processes find the backend.
    var environment: [String: String] { get }
    func begin() async throws
    /// Ends the fault, or what is left of it.
    func end() async throws
    func stop() async throws
}

/// One server, itself or the link to it.
final class ServerTrouble: Trouble {
    let environment: [String: String]
    private let server: any TroubledServer
    private let fault: Fault
    private let proxy: FaultProxy?
    /// Whether the server goes away with the trouble.
    private let isOwned: Bool

    init(_ server: any TroubledServer, _ fault: Fault, isOwned: Bool = true) throws {
        self.server = server
        self.fault = fault
        self.isOwned = isOwned
        let mayPass = [.killed, .frozen, .failoverFromFrozen, .failoverFromKilled].contains(fault)
        guard !mayPass, let (name, url) = server.environment.first, let port = URLComponents(string: url)?.port
        else {
            (proxy, environment) = (nil, server.environment)
            return
        }
        let proxy = try FaultProxy(to: UInt16(port))
        self.proxy = proxy
        environment = [name: url.replacing(":\(port)", with: ":\(proxy.port)")]
    }

    func begin() async throws {
        switch fault {
        case .killed, .failoverFromKilled: try await server.kill()
        case .frozen, .failoverFromFrozen: try server.freeze()
        case .linkDown: proxy?.mood = .linkDown
        case .swallowed: proxy?.mood = .swallowingAnswers
        case .slow(let tenths): proxy?.mood = .slow(roundTrip: .milliseconds(100 * tenths))
        }
    }

    func end() async throws {
        switch fault {
        case .killed, .failoverFromKilled: try await server.startAgain()
        case .frozen, .failoverFromFrozen: try server.thaw()
        case .linkDown, .swallowed, .slow: proxy?.mood = .calm
        }
    }

    func stop() async throws {
        proxy?.stop()
        try? server.thaw()
        if isOwned { try await server.stop() }
    }
}

/// A pair of PostgreSQL servers whose primary goes, and whose standby is promoted; later on that one falls silent too.
final class PairTrouble: Trouble {
    var environment: [String: String] { pair.environment }
    private let pair: PostgresPair
    private let isKilled: Bool
    private let wasPromoted = Locked(false)

    init(isKilled: Bool) async throws {
        pair = try await PostgresPair()
        self.isKilled = isKilled
    }

    func begin() async throws {
        if wasPromoted.withLock({ $0 }) { return try pair.freezeStandby() }
        try isKilled ? pair.fencePrimary() : pair.freezePrimary()
    }

    func end() async throws {
        if wasPromoted.withLock({ $0 }) { return try pair.thawStandby() }
        try await pair.promote()
        wasPromoted.withLock { $0 = true }
    }

    func stop() async throws { try await pair.stop() }
}

/// A set of MongoDB servers whose primary falls silent until there is another one; later on that one does too.
final class SetTrouble: Trouble {
    var environment: [String: String] { members.environment }
    private let members: MongoSet
    private let frozen = Locked<[TemporaryFolder]>([])

    init() async throws { members = try await MongoSet(electionAfter: .seconds(10)) }

    func begin() async throws {
        let member = try await members.freezePrimary()
        frozen.withLock { $0.append(member) }
    }

    func end() async throws {
        let silent = frozen.withLock { $0 }
        if silent.count == 1 { return try await members.newPrimary(insteadOf: silent[0]) }
        for member in silent { try members.thaw(member) }
    }

    func stop() async throws { try await members.stop() }
}

/// Another process that holds the write lock of the SQLite file.
final class LockTrouble: Trouble {
    let environment: [String: String] = [:]
    private let site: Site
    private let holder = Locked<RunningProgram?>(nil)

    init(_ site: Site) { self.site = site }

    func begin() async throws {
        let script = """
            import sqlite3, sys, time
            store = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
            store.execute("BEGIN IMMEDIATE")
            print("held", flush=True)
            time.sleep(600)
            """
        let started = try RunningProgram(
            ["-c", script, site.data + "/logferry.sqlite"], folder: site.folder + "/logs", program: "/usr/bin/python3")
        holder.withLock { $0 = started }
        try await Fleet.until("the lock is held") { started.outputText.contains("held") }
    }

    func end() async throws {
        guard let running = holder.withLock({ $0 }) else { return }
        running.signal(SIGKILL)
        _ = try await running.wait()
    }

    func stop() async throws { holder.withLock { $0 }?.signal(SIGKILL) }
}

/// The worker that has the embedded store open is killed, and started again.
final class WorkerTrouble: Trouble {
    let environment: [String: String] = [:]
    private let processes: TroubledProcesses

    init(_ processes: TroubledProcesses) { self.processes = processes }

    func begin() async throws { try await processes.killWorker() }
    func end() async throws { try processes.startWorker() }
    func stop() async throws {}
}

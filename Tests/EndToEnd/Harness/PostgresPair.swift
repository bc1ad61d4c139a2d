import Foundation
import ServerRig
import TestSupport

/// A PostgreSQL server and its standby, each of which can be frozen, and the standby made the primary.
final class PostgresPair: Sendable {
    private let primary: TemporaryFolder
    private let standby: TemporaryFolder
    private let script = ServiceScript("postgres")
    /// What processes are told of both; they take the one that can be written to.
    let environment: [String: String]
    private let primaryURL: String
    private let standbyURL: String

    /// Starts both; a synchronous standby has what is answered.
    init(isSynchronous: Bool = true) async throws {
        (primary, standby) = (try TemporaryFolder(), try TemporaryFolder())
        primaryURL = try await script.start(
            in: primary, environment: ["LOGFERRY_TEST_POSTGRES_REPLICATION": "1"]
        ).variable("LOGFERRY_TEST_POSTGRES")
        standbyURL = try await script.start(
            in: standby, environment: ["LOGFERRY_TEST_POSTGRES_PRIMARY": primary.path]
        ).variable("LOGFERRY_TEST_POSTGRES")
        let ports = [primaryURL, standbyURL].compactMap { URLComponents(string: $0)?.port }
        guard ports.count == 2 else { throw HarnessError("the servers have no ports") }
        environment = [
            "LOGFERRY_STORE_URL": primaryURL.replacing(
                "127.0.0.1:\(ports[0])/", with: "127.0.0.1:\(ports[0]),127.0.0.1:\(ports[1])/")
                + "&target_session_attrs=read-write"
        ]
        guard isSynchronous else { return }
        // From now on a commit is answered when both have it.
        _ = try await ask("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
        _ = try await ask("SELECT pg_reload_conf()")
        let ask = ask
        try await Fleet.until("the standby is synchronous") {
            try await ask("SELECT sync_state FROM pg_stat_replication").contains("sync")
        }
    }

    /// Runs a statement on the primary, at its own server.
    /// - Returns: what it gives, a row in a line.
    @Sendable func ask(_ statement: String) async throws -> String {
        try await RunningProgram.run("/usr/bin/psql", [primaryURL, "-AtXqc", statement])
    }

    /// Runs a statement on what was the standby at first.
    /// - Returns: what it gives, a row in a line.
    func askStandby(_ statement: String) async throws -> String {
        try await RunningProgram.run("/usr/bin/psql", [standbyURL, "-AtXqc", statement])
    }

    /// Ends the primary for good, as whoever fences it does.
    func fencePrimary() throws {
        try script.kill(in: primary)
        // There is nothing left to be ended later; its children end by themselves.
        try FileManager.default.removeItem(atPath: primary.file("data/postmaster.pid"))
    }

    func freezePrimary() throws { try script.signal(SIGSTOP, in: primary) }
    func thawPrimary() throws { try script.signal(SIGCONT, in: primary) }
    func freezeStandby() throws { try script.signal(SIGSTOP, in: standby) }
    func thawStandby() throws { try script.signal(SIGCONT, in: standby) }

    /// Makes the standby the primary; it waits for no standby of its own.
    func promote() async throws {
        try await script.promote(in: standby)
        for statement in ["ALTER SYSTEM SET synchronous_standby_names = ''", "SELECT pg_reload_conf()"] {
            _ = try await RunningProgram.run("/usr/bin/psql", [standbyURL, "-AtXqc", statement])
        }
    }

    /// Ends both.
    func stop() async throws {
        try? script.signal(SIGCONT, in: primary)
        try? script.signal(SIGCONT, in: standby)
        try await script.stop(in: standby)
        try await script.stop(in: primary)
    }
}

import Foundation
import ServerRig
import TestSupport
import Testing

/// Whether a process says in time that its store is silent or gone.
@Suite("Readiness", .serialized)
struct ReadinessTests {
    private static let servers = StoreKind.available.filter { $0 != .sqlite }

    @Test(
        "T36: /readyz answers within a second while the store is silent or gone, on both listeners",
        arguments: servers)
    func silent(_ kind: StoreKind) async throws {
        let store = try await StoreServer(kind)
        let site = try Site()
        let dev = try await site.startDev(environment: store.environment)
        #expect(try await statuses(of: site, kind) == [200])
        try store.freeze()
        // Probes do not pile up behind the first.
        for _ in 0..<4 {
            let seen = try await statuses(of: site, kind)
            #expect(seen == [503], "\(seen)")
        }
        #expect(try await site.send("GET", site.api("/livez")).status == 200)
        try store.thaw()
        try await Fleet.until("the store is there again") { try await statuses(of: site, kind) == [200] }
        try store.kill()
        // Children of PostgreSQL's server go on until they notice.
        try await Fleet.until("the store is gone") { try await statuses(of: site, kind) == [503] }
        #expect(try await statuses(of: site, kind) == [503])
        try await store.startAgain()
        try await Fleet.until("the store is there again") { try await statuses(of: site, kind) == [200] }
        dev.signal(SIGKILL)
        _ = try await dev.wait()
        try await store.stop()
    }

    @Test("T36: with SQLite /readyz answers within a second while another process holds the file")
    func sqlite() async throws {
        let site = try Site()
        let dev = try await site.startDev(["--consume-interval", "1h"])
        let holder = try RunningProgram(
            "/usr/bin/python3",
            [
                "-c",
                "import sqlite3,sys,time\nc=sqlite3.connect(sys.argv[1],isolation_level=None)\n"
                    + "c.execute('BEGIN IMMEDIATE')\nprint('held',flush=True)\ntime.sleep(60)",
                site.data + "/logferry.sqlite",
            ], folder: site.folder + "/logs")
        try await Fleet.until("the file is held") { holder.outputText.contains("held") }
        #expect(try await statuses(of: site, .sqlite) == [200], "reading needs no lock")
        holder.signal(SIGKILL)
        _ = try await holder.wait()
        #expect(try await site.stop(dev) == 0)
    }

    /// What six probes at a time get, three of each listener, each within the promised second.
    private func statuses(of site: Site, _ kind: StoreKind) async throws -> Set<Int> {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<6 {
                group.addTask {
                    let start = ContinuousClock.now
                    let url = number % 2 == 0 ? site.api("/readyz") : site.ops("/readyz")
                    let status = try await site.send("GET", url).status
                    // One second is promised, and a busy machine gets two more.
                    #expect(ContinuousClock.now - start < .seconds(3), "\(kind) \(status)")
                    return status
                }
            }
            return try await group.reduce(into: []) { $0.insert($1) }
        }
    }
}

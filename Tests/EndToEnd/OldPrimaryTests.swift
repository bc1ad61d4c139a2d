import Foundation
import ServerRig
import TestSupport
import Testing

/// A primary of PostgreSQL that lives on although its standby was promoted.
@Suite("Old primaries", .serialized, .enabled(if: StoreKind.available.contains(.postgres)), .timeLimit(.minutes(15)))
struct OldPrimaryTests {
    /// A fleet on a pair whose standby was promoted, while processes go on with the old primary.
    private struct Scene: Sendable {
        let pair: PostgresPair
        let fleet: Fleet
        let door: Application.Door
        let writer: Application
        let worker: RunningProgram
        let admin: String

        init(isSynchronous: Bool) async throws {
            pair = try await PostgresPair(isSynchronous: isSynchronous)
            fleet = try await Fleet(more: pair.environment)
            let (app, writer) = try await fleet.register("old")
            self.writer = writer
            door = try await app.initialise()
            worker = try fleet.startWorker(
                ["--consume-interval", "50ms", "--ops-port", String(fleet.site.opsPort)], more: pair.environment)
            admin = try fleet.site.secret("admin.key")
        }

        func append(_ seed: UInt64) async throws -> [UInt8] {
            let bytes = Corpus.made(lines: 200, seed: seed)
            #expect(try await writer.append(bytes, to: door.file("2026-11-20"), with: door.token).status == 200)
            return bytes
        }

        func count() async -> Int? {
            let answer = try? await fleet.site.call("GET", fleet.site.api("/v1/logs/count?app=old"), admin)
            return answer?.json["count"] as? Int
        }

        func isStored(_ lines: Int) async throws {
            try await Fleet.until("\(lines) lines are stored\n\(worker.errorText.suffix(2000))") {
                await count() == lines
            }
        }

        /// Waits until what was the standby at first has so many lines.
        func standbyHas(_ lines: Int) async throws {
            try await Fleet.until("the standby has \(lines) lines\n\(worker.errorText.suffix(2000))") {
                try await pair.askStandby("SELECT count(*) FROM records").hasPrefix("\(lines)")
            }
        }

        func finish() async throws {
            #expect(try await fleet.site.stop(worker) == 0)
            #expect(try await fleet.stop() == [0, 0])
            try await pair.stop()
        }
    }

    @Test("T101: with a synchronous standby an old primary takes nothing more, which is said; fenced, lines go on once")
    func synchronous() async throws {
        let scene = try await Scene(isSynchronous: true)
        var expected = try await scene.append(1)
        try await scene.isStored(200)
        try await scene.pair.promote()
        expected += try await scene.append(2)
        try await Fleet.until("the worker says that commits wait\n\(scene.worker.errorText.suffix(2000))") {
            scene.worker.errorText.contains("commits to the store wait")
        }
        // Reading goes on, and shows what was answered.
        #expect(await scene.count() == 200)
        let site = scene.fleet.site
        #expect(try await site.send("GET", site.api("/readyz")).status == 200)
        let refused = try await site.call("POST", site.api("/v1/apps"), scene.admin, "{\"name\":\"late\"}")
        print("T101: an app during it: \(refused.status) \(refused.text)")
        #expect(refused.status == 503)
        #expect(try await scene.pair.askStandby("SELECT count(*) FROM records").hasPrefix("200"))
        let shown = try ExpositionReader(try await site.send("GET", site.ops("/metrics")).text)
        #expect(
            shown.value("logferry_store_calls_given_up_total", ["backend": "postgres", "reason": "commit"]) > 0)
        #expect(shown.value("logferry_runs_total", ["kind": "consume-logs", "state": "not_begun"]) > 0)
        let start = ContinuousClock.now
        try scene.pair.fencePrimary()
        try await scene.standbyHas(400)
        try await scene.isStored(400)
        print("T101: lines \(ContinuousClock.now - start) after the fencing")
        #expect(try await site.storedLines(of: "old") == expected)
        try await scene.finish()
    }

    @Test("T101: without one it takes lines; fenced, they are read again and stored once, and apps are lost")
    func asynchronous() async throws {
        let scene = try await Scene(isSynchronous: false)
        var expected = try await scene.append(1)
        try await scene.isStored(200)
        try await scene.standbyHas(200)
        try await scene.pair.promote()
        expected += try await scene.append(2)
        // Nothing is seen of it: this is what makes it dangerous.
        try await scene.isStored(400)
        let site = scene.fleet.site
        let late = try await site.call("POST", site.api("/v1/apps"), scene.admin, "{\"name\":\"late\"}")
        #expect(late.status == 201)
        #expect(try await scene.pair.askStandby("SELECT count(*) FROM records").hasPrefix("200"))
        try scene.pair.fencePrimary()
        try await scene.standbyHas(400)
        try await scene.isStored(400)
        #expect(try await site.storedLines(of: "old") == expected)
        #expect(try await site.call("GET", site.api("/v1/apps/late"), scene.admin).status == 404)
        try await scene.finish()
    }

    @Test("T101: one that is made read-only is left by those that write, and by readers when it ends their sessions")
    func readOnly() async throws {
        let scene = try await Scene(isSynchronous: false)
        var expected = try await scene.append(1)
        try await scene.isStored(200)
        try await scene.standbyHas(200)
        _ = try await scene.pair.ask("ALTER SYSTEM SET default_transaction_read_only = on")
        _ = try await scene.pair.ask("SELECT pg_reload_conf()")
        try await scene.pair.promote()
        expected += try await scene.append(2)
        try await scene.standbyHas(400)
        // The API has only read, and reads on from a server that can be read.
        #expect(await scene.count() == 200)
        _ = try await scene.pair.ask(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'logferry'")
        try await scene.isStored(400)
        #expect(try await scene.fleet.site.storedLines(of: "old") == expected)
        try await scene.finish()
    }
}

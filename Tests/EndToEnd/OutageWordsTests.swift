import Foundation
import Glibc
import RawSockets
import ServerRig
import TestSupport
import Testing

/// What commands say and how they end while something that they need does not answer.
@Suite("Words and ends in outages", .serialized, .timeLimit(.minutes(20)))
struct OutageWordsTests {
    @Test("T98: commands name the embedded file store that is frozen and what to do, and may be tried again")
    func frozenFileStore() async throws {
        let site = try Site()
        let dev = try await site.startDev(["--consume-interval", "1h"])
        let app = try await Application.register("shop", at: site)
        _ = try await app.initialise()
        dev.signal(SIGSTOP)
        let checked = try await site.run(["config", "check", "work"])
        #expect(checked.code == 78)
        let repaired = try await site.run(["apps", "repair", "shop"])
        #expect(repaired.code == 75, "\(repaired.words)")
        for words in [checked.words, repaired.words] {
            #expect(words.contains("the embedded file store of \(site.data)"), "\(words)")
            #expect(!words.contains("http://embedded-file-store"), "\(words)")
        }
        #expect(checked.words.contains("data.dir") && checked.words.contains("logferry files"), "\(checked.words)")
        dev.signal(SIGCONT)
        #expect(try await site.stop(dev) == 0)
    }

    @Test("T98: work --once that a signal ends hands back what it is at, and says so", arguments: [SIGINT, SIGTERM])
    func stoppedOnce(_ signal: Int32) async throws {
        let fleet = try await Fleet()
        let (app, _) = try await fleet.register("once")
        _ = try await app.initialise()
        fleet.freezeFiles()
        let once = try fleet.startWorker(["--once"])
        let admin = try fleet.site.secret("admin.key")
        let states: @Sendable () async throws -> [String] = {
            let answer = try await fleet.site.call("GET", fleet.site.api("/v1/runs?kind=consume-logs"), admin)
            return (answer.json["items"] as? [[String: Any]])?.compactMap { $0["state"] as? String } ?? []
        }
        try await Fleet.until("the run goes on") { try await states().first == "running" }
        once.signal(signal)
        let code = try await once.wait()
        #expect(code == 128 + signal, "\(once.errorText)")
        #expect(try await states().first == "interrupted", "\(once.errorText)")
        fleet.thawFiles()
        let next = try await fleet.run(["work", "--once"])
        #expect(next.code == 0 && !next.words.contains("another worker"), "\(next.words)")
        #expect(try await fleet.stop() == [0, 0])
    }

    @Test("T98: work --once may be tried again when nobody answers for the locks, or another process holds the file")
    func passingFailures() async throws {
        let site = try Site()
        #expect(try await site.run(["apps", "add", "shop"]).code == 0)
        let silent = try RawListener()
        let redis = try await site.run(
            ["work", "--once"], environment: ["LOGFERRY_REDIS_URLS": "redis://127.0.0.1:\(silent.port)"])
        #expect(redis.code == 75, "\(redis.words)")
        #expect(redis.words.contains("its lock cannot be asked for: unavailable: "), "\(redis.words)")
        _ = await silent.stop()
        let holder = try RunningProgram(
            [
                "-c",
                "import sqlite3,sys,time\nc=sqlite3.connect(sys.argv[1],isolation_level=None)\n"
                    + "c.execute('BEGIN IMMEDIATE')\nprint('held',flush=True)\ntime.sleep(600)",
                site.data + "/logferry.sqlite",
            ], folder: site.folder + "/logs", program: "/usr/bin/python3")
        try await Fleet.until("the file is held") { holder.outputText.contains("held") }
        let locked = try await site.run(["work", "--once"])
        #expect(locked.code == 75, "\(locked.code) \(locked.words)")
        holder.signal(SIGKILL)
        _ = try await holder.wait()
        #expect(try await site.run(["work", "--once"]).code == 0)
    }

    @Test("T98: what a PostgreSQL server tells while it is connected to does not come to standard error")
    func notices() async throws {
        // It lets us in, has something to say, and refuses us all the same.
        let message: (String, String) -> String = { kind, body in
            "\(kind)\0\0\0\(Character(UnicodeScalar(UInt8(body.utf8.count + 4))))\(body)"
        }
        let words =
            message("R", "\0\0\0\0") + message("N", "SNOTICE\0C00000\0Mraw text\0\0")
            + message("E", "SFATAL\0C28000\0Mno entry\0\0")
        let server = try RawListener(answer: words)
        let site = try Site()
        let checked = try await site.run(
            ["config", "check"],
            environment: ["LOGFERRY_STORE_URL": "postgres://u@127.0.0.1:\(server.port)/x?sslmode=disable"])
        #expect(checked.code == 78 && checked.words.contains("no entry"), "\(checked.words)")
        #expect(!checked.words.contains("raw text"), "\(checked.words)")
        _ = await server.stop()
    }

    @Test(
        "T98: with PostgreSQL frozen a check names it, commands may be tried again, and the log says what clients got",
        .enabled(if: StoreKind.available.contains(.postgres)))
    func frozenDatabase() async throws {
        let store = try await StoreServer(.postgres)
        let more = store.environment.merging(["LOGFERRY_SHUTDOWN_GRACE": "1s"]) { $1 }
        let site = try Site()
        let dev = try await site.startDev(["--consume-interval", "1h"], environment: more)
        _ = try await Application.register("frozen", at: site)
        let admin = try site.secret("admin.key")
        try store.freeze()
        let question = Task { try? await site.call("GET", site.api("/v1/logs/count?app=frozen"), admin).status }
        try await Task.sleep(for: .milliseconds(500))
        let code = try await site.stop(dev)
        #expect(code == 0 || code == 69, "\(code)")
        let entries = dev.errorText.split(separator: "\n").filter { $0.contains("/v1/logs/count") }
        if let status = await question.value {
            #expect(entries.contains { $0.contains("\"status\":\"\(status)\"") }, "\(status) \(entries)")
        } else {
            // A process that was ended by its own clock says nothing of its requests.
            #expect(code == 69 || entries.contains { $0.contains("was not answered") }, "\(entries)")
            #expect(!entries.contains { $0.contains("\"status\"") }, "\(entries)")
        }
        let checked = try await site.run(["config", "check", "serve"], environment: store.environment)
        #expect(checked.code == 78)
        let place = URLComponents(string: store.environment["LOGFERRY_STORE_URL"] ?? "")
        #expect(checked.words.contains("store.url"), "\(checked.words)")
        #expect(checked.words.contains(":\(place?.port ?? 0)"), "\(checked.words)")
        let asked = try await site.run(["query", "--app", "frozen", "--all", "--json"], environment: store.environment)
        #expect(asked.code == 75, "\(asked.words)")
        // T97: a service that waits for its store says for how long it will.
        let waiting = try RunningProgram(
            ["work"] + site.flags, environment: store.environment.merging(["LOGFERRY_STORE_WAIT": "90s"]) { $1 },
            folder: site.folder + "/logs")
        try await Fleet.until("it says that it waits") { waiting.errorText.contains("it is waited for") }
        #expect(waiting.errorText.contains("\"limit\":\"90.0 seconds\""), "\(waiting.errorText)")
        waiting.signal(SIGKILL)
        _ = try await waiting.wait()
        try store.thaw()
        try await store.stop()
    }
}

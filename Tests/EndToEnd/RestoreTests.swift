import Foundation
import Glibc
import ServerRig
import TestSupport
import Testing

/// A store that is put back to an earlier backup, by the commands of Docs/Operations.md.
@Suite("Backups", .serialized)
struct RestoreTests {
    @Test(
        "a store that is restored goes on where the backup ends: what came later is read again, each line once",
        arguments: StoreKind.available.filter { $0 != .mongo })
    func restore(_ kind: StoreKind) async throws {
        let store = try await StoreServer(kind)
        let site = try Site()
        var dev = try await site.startDev(["--consume-interval", "1h"], environment: store.environment)
        let app = try await Application.register("restored", at: site)
        let door = try await app.initialise()
        let pieces = (0..<3).map { Corpus.made(lines: 400, seed: 40 + $0) }
        /// Appends a piece to the file of a day and has all taken.
        func take(_ piece: [UInt8], _ day: String) async throws {
            let answer = try await app.append(piece, to: door.file(day), with: door.token)
            try #require(answer.status == 200, "\(answer.text)")
            try await consume()
        }
        func consume() async throws {
            try await Fleet.until("a run begins") { try await site.consume() != nil }
        }
        try await take(pieces[0], "2026-11-20")
        let copy = site.folder + "/backup"
        try await backUp(store, site, to: copy)
        // More in a file that the backup knows, and a file that it does not know.
        try await take(pieces[1], "2026-11-20")
        try await take(pieces[2], "2026-11-21")
        let before = try await site.storedLines(of: app.name)
        #expect(before.count == pieces.joined().count)
        #expect(try await site.stop(dev) == 0)
        try await putBack(store, site, from: copy)
        let restored = try await site.run(["query", "--app", app.name, "--count"], environment: store.environment)
        #expect(restored.output == "400\n", "\(restored.words)")
        dev = try await site.startDev(["--consume-interval", "1h"], environment: store.environment)
        // Its own first run may be under way, or have been.
        try await consume()
        let isWhole = try await site.storedLines(of: app.name) == before
        #expect(isWhole)
        let verified = try await site.run(["verify"], environment: store.environment)
        #expect(verified.code == 0, "\(verified.output) \(verified.words)")
        #expect(try await site.stop(dev) == 0)
        try await store.stop()
    }

    /// Copies a store that is in use.
    private func backUp(_ store: StoreServer, _ site: Site, to copy: String) async throws {
        if let url = store.environment["LOGFERRY_STORE_URL"] {
            _ = try await RunningProgram.run("/usr/bin/pg_dump", ["--format=custom", "--file", copy, url])
        } else {
            // What the shell's `.backup` calls.
            let script = """
                import sqlite3, sys
                with sqlite3.connect(sys.argv[2]) as copy:
                    sqlite3.connect(sys.argv[1]).backup(copy)
                """
            _ = try await RunningProgram.run("/usr/bin/python3", ["-c", script, site.data + "/logferry.sqlite", copy])
        }
    }

    /// Puts a copy in place of a store that nobody uses.
    private func putBack(_ store: StoreServer, _ site: Site, from copy: String) async throws {
        if let url = store.environment["LOGFERRY_STORE_URL"] {
            _ = try await RunningProgram.run(
                "/usr/bin/pg_restore", ["--clean", "--if-exists", "--exit-on-error", "--dbname", url, copy])
        } else {
            let file = site.data + "/logferry.sqlite"
            for end in ["", "-wal", "-shm"] { unlink(file + end) }
            try FileManager.default.copyItem(atPath: copy, toPath: file)
        }
    }
}

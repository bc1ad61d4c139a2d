import Foundation
import Glibc
import HTTPTransport
import ServerRig
import Testing

/// Disks that are full: files may grow to a limit and no further, and writes beyond it fail.
@Suite("Full disks", .serialized)
struct DiskFullTests {
    /// A program whose files may have so many KiB.
    private func limited(
        _ kibibytes: Int, _ program: String, _ arguments: [String], environment: [String: String] = [:], folder: String
    ) throws -> RunningProgram {
        try RunningProgram(
            ["-c", "trap '' XFSZ; ulimit -f \(kibibytes); exec \"$0\" \"$@\"", program] + arguments,
            environment: environment, folder: folder, program: "/bin/bash")
    }

    @Test("a store without room fails the run and names its file; with room all lines are there once")
    func store() async throws {
        let fleet = try await Fleet()
        let (app, writer) = try await fleet.register("full")
        let door = try await app.initialise()
        let bytes = Corpus.made(lines: 30_000, seed: 31)
        let file = door.file("2026-11-20")
        #expect(try await writer.append(bytes, to: file, with: door.token).status == 200)
        let poor = try limited(
            3072, RunningProgram.path, ["work", "--consume-interval", "50ms"] + fleet.site.flags,
            environment: fleet.environment, folder: fleet.site.folder + "/logs")
        try await Fleet.until("the worker says that the store is full") {
            poor.errorText.contains("logferry.sqlite")
        }
        #expect(try await fleet.site.stop(poor) == 0, "\(poor.errorText.suffix(1000))")
        #expect(try await fleet.site.storedLines(of: "full").count < bytes.count)
        let rich = try fleet.startWorker()
        try await Fleet.until("all is stored") {
            try await fleet.site.storedLines(of: "full").count >= bytes.count
        }
        #expect(try await fleet.site.storedLines(of: "full") == bytes)
        #expect(try await fleet.run(["verify"]).code == 0)
        #expect(try await fleet.site.stop(rich) == 0)
        #expect(try await fleet.stop() == [0, 0])
    }

    @Test("T98: clients are told that the store's disk is full, and not that it is busy; with room it goes on")
    func toldToClients() async throws {
        let disk = try await FullDisk()
        let site = try Site()
        let dev = try await site.startDev(["--consume-interval", "1h"], environment: disk.environment)
        let admin = try site.secret("admin.key")
        func register(_ name: String) async throws -> Site.Answer {
            try await site.call("POST", site.api("/v1/apps"), admin, "{\"name\":\"\(name)\"}")
        }
        try disk.fill()
        // What the files have room for by now may still be taken.
        var refused: Site.Answer?
        for number in 0..<3000 where refused == nil {
            let answer = try await register("app-\(number)")
            if answer.status != 201 { refused = answer }
        }
        let answer = try #require(refused)
        #expect(answer.status == 503 && answer.code == "store_unavailable", "\(answer.text)")
        #expect((answer.json["detail"] as? String)?.contains("the store's disk is full") == true, "\(answer.text)")
        #expect(answer.headers["Retry-After"] == "30")
        try disk.empty()
        #expect(try await register("late").status == 201)
        #expect(try await site.stop(dev) == 0)
    }

    @Test("a file store without room refuses appends whole and names its folder; with room they go on")
    func fileStore() async throws {
        let site = try Site()
        let poor = try limited(
            1024, RunningProgram.path, ["dev"] + site.flags, folder: site.folder + "/logs")
        try await Fleet.until("dev answers") {
            let hasFiles = (try? await site.send("GET", site.files("/v1/"))) != nil
            return (try? await site.send("GET", site.api("/readyz")))?.status == 200 && hasFiles
        }
        let app = try await Application.register("full", at: site)
        let door = try await app.initialise()
        let file = door.file("2026-11-20")
        let pieces = (0..<12).map { Corpus.made(lines: 600, seed: UInt64($0)) }
        var stored: [UInt8] = []
        var refused: [[UInt8]] = []
        for piece in pieces {
            let answer = try await app.append(piece, to: file, with: door.token)
            if answer.status == 200 { stored += piece } else { refused.append(piece) }
        }
        #expect(!stored.isEmpty && !refused.isEmpty)
        #expect(poor.errorText.contains("local-fimidara"), "\(poor.errorText.suffix(1000))")
        _ = try await site.stop(poor)
        let dev = try await site.startDev()
        #expect(try await app.committedSize(of: file) == stored.count)
        let again = try await app.initialise()
        for piece in refused {
            #expect(try await app.append(piece, to: file, with: again.token).status == 200)
        }
        _ = try await site.consumeToEnd()
        #expect(try await site.storedLines(of: "full") == stored + refused.flatMap { $0 })
        #expect(try await site.run(["verify"]).code == 0)
        #expect(try await site.stop(dev) == 0)
    }

    @Test("a disk buffer without room is said to be so, and lines go out of memory")
    func spool() async throws {
        let site = try Site()
        let dev = try await site.startDev()
        let app = try await Application.register("full", at: site)
        let notes = site.folder + "/notes"
        let writer = try limited(
            8, RunningProgram.beside("SdkWriter"),
            [site.api(""), app.clientToken, "writer", "0", "3", notes, site.folder + "/spool", "0"],
            folder: site.folder + "/logs")
        #expect(try await writer.wait() == 0, "\(writer.errorText)")
        let facts = try String(contentsOfFile: notes, encoding: .utf8).split(separator: "\n")
        #expect(
            facts.contains { $0.hasPrefix("journal ") && $0.contains(site.folder + "/spool") }, "\(facts.suffix(5))")
        _ = try await site.consumeToEnd()
        let numbers = try await StoredLine.all(of: app, at: site).map(\.number)
        let end = try #require(facts.last?.split(separator: " "))
        #expect(end.first == "end" && end.count == 7)
        #expect(Set(numbers).count == numbers.count && String(numbers.count) == end[2], "\(facts.last ?? "")")
        #expect(try await site.stop(dev) == 0)
    }
}

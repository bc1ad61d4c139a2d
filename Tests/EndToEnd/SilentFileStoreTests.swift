import Foundation
import ServerRig
import TestSupport
import Testing

/// A file store that takes connections and answers nothing.
@Suite("Silent file store", .serialized, .timeLimit(.minutes(10)))
struct SilentFileStoreTests {
    @Test(
        "T74, T94, T97: while the file store is frozen inits and commands end in time, and the log names it; then lines go on"
    )
    func frozen() async throws {
        let fleet = try await Fleet()
        let (app, writer) = try await fleet.register("frozen")
        let door = try await app.initialise()
        let bytes = Corpus.made(lines: 200, seed: 1)
        #expect(try await writer.append(bytes, to: door.file("2026-11-20"), with: door.token).status == 200)
        let worker = try fleet.startWorker(["--consume-interval", "50ms"])
        let admin = try fleet.site.secret("admin.key")
        let count: @Sendable () async throws -> Int? = {
            let answer = try await fleet.site.call("GET", fleet.site.api("/v1/logs/count?app=frozen"), admin)
            return answer.json["count"] as? Int
        }
        try await Fleet.until("the lines are stored") { try await count() == 200 }
        fleet.freezeFiles()
        let start = ContinuousClock.now
        let (site, url) = (fleet.site, fleet.site.api("/v1/sdk/init"))
        let answers = try await withThrowingTaskGroup(of: Site.Answer.self) { group in
            for _ in 0..<3 { group.addTask { try await site.call("POST", url, app.clientToken, "{}") } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let time = ContinuousClock.now - start
        print("T94: three inits ended after \(time)")
        // Ten seconds are promised to all of them; one after the other they would take 30.
        #expect(time < .seconds(25), "\(time)")
        for answer in answers {
            #expect(answer.status == 503 && answer.code == "storage_unavailable", "\(answer.status) \(answer.text)")
        }
        let verified = try await fleet.run(["verify"])
        print("T94: verify ended after \(ContinuousClock.now - start - time): \(verified.code)")
        #expect(verified.code == 75, "\(verified.code) \(verified.output.suffix(500)) \(verified.words.suffix(500))")
        try await Fleet.until("the worker says what it waits for\n\(worker.errorText.suffix(1000))") {
            worker.errorText.contains("a call has had no answer for long")
        }
        #expect(worker.errorText.contains("\"backend\":\"file_store\""))
        #expect(worker.errorText.contains("\"purpose\":\"a run of consume-logs\""))
        #expect(try await count() == 200, "questions are answered meanwhile")
        fleet.thawFiles()
        let thawed = ContinuousClock.now
        let more = Corpus.made(lines: 100, seed: 2)
        #expect(try await writer.append(more, to: door.file("2026-11-20"), with: door.token).status == 200)
        try await Fleet.until("lines go on\n\(worker.errorText.suffix(1000))") { try await count() == 300 }
        print("T94: lines after \(ContinuousClock.now - thawed)")
        #expect(try await fleet.site.storedLines(of: "frozen") == bytes + more)
        #expect(try await fleet.site.stop(worker) == 0)
        #expect(try await fleet.stop() == [0, 0])
    }

    @Test(
        "T71: what was revoked while the file store was frozen is carried out without a worker, once it answers again")
    func revocation() async throws {
        let fleet = try await Fleet()
        let (app, writer) = try await fleet.register("revoked")
        let door = try await app.initialise()
        let file = door.file("2026-11-20")
        #expect(try await writer.append(Array("{}\n".utf8), to: file, with: door.token).status == 200)
        fleet.freezeFiles()
        let admin = try fleet.site.secret("admin.key")
        let revoked = try await fleet.site.call(
            "DELETE", fleet.site.api("/v1/apps/\(app.id)/tokens/\(app.tokenID)"), admin)
        #expect(revoked.status == 202, "\(revoked.text)")
        fleet.thawFiles()
        let thawed = ContinuousClock.now
        try await Fleet.until("the credential is dead") {
            try await writer.append(Array("{}\n".utf8), to: file, with: door.token).status == 401
        }
        print("T71: the credential is dead after \(ContinuousClock.now - thawed)")
        #expect(try await fleet.stop() == [0, 0])
    }
}

import Foundation
import Glibc
import ServerRig
import Testing

/// That the disk has what is acknowledged before it is acknowledged, read off the system calls of the real programs.
@Suite(
    "Power cuts", .serialized,
    .enabled("strace must be there, and this machine must let processes be traced") {
        await SystemCallTrace.isPermitted()
    })
struct PowerCutTests {
    /// Runs a program under strace until it is told to end.
    private func traced<Result>(
        _ arguments: [String], in folder: String, environment: [String: String] = [:],
        program: String = RunningProgram.path, _ work: (RunningProgram) async throws -> Result
    ) async throws -> (result: Result, trace: SystemCallTrace) {
        let file = folder + "/trace"
        let strace = try RunningProgram(
            SystemCallTrace.arguments(to: file, [program] + arguments), environment: environment,
            folder: folder + "/logs", program: SystemCallTrace.program)
        let result: Result
        do {
            result = try await work(strace)
        } catch {
            end(file, of: strace)
            _ = try? await strace.wait()
            throw error
        }
        end(file, of: strace)
        if kill(strace.pid, 0) == 0 { #expect(try await strace.wait() == 0, "\(strace.errorText.suffix(1000))") }
        return (result, SystemCallTrace(try String(contentsOfFile: file, encoding: .utf8)))
    }

    /// Tells the traced program to end; strace itself would only let go of it.
    private func end(_ trace: String, of strace: RunningProgram) {
        guard kill(strace.pid, 0) == 0, let text = try? String(contentsOfFile: trace, encoding: .utf8),
            let process = SystemCallTrace.tracee(text)
        else { return }
        kill(process, SIGTERM)
    }

    @Test("C15: whenever the file store or the API says yes, the disk has it, with the names of all that is new")
    func stores() async throws {
        let site = try Site()
        let flags = ["dev"] + site.flags + ["--consume-interval", "1h"]
        let (count, trace) = try await traced(flags, in: site.folder) { _ in
            try await Fleet.until("dev answers") {
                let hasFiles = (try? await site.send("GET", site.files("/v1/"))) != nil
                return (try? await site.send("GET", site.api("/readyz")))?.status == 200 && hasFiles
            }
            // The first run of the worker is over.
            _ = try await site.consumeToEnd()
            let app = try await Application.register("power", at: site)
            let door = try await app.initialise()
            let bytes = Corpus.made(lines: 8000, seed: 3)
            var count = 0
            for (file, size) in [("2026-11-19", 100), ("2026-11-20", 1), ("2026-11-20", 700_000), ("2026-11-19", 5)] {
                let answer = try await app.append(bytes.prefix(size), to: door.file(file), with: door.token)
                #expect(answer.status == 200, "\(answer.text)")
                count += 1
                _ = try await site.consume()
            }
            return count
        }
        let ledger = DurabilityLedger(trace: trace, folder: site.data)
        let files = DurabilityLedger(trace: trace, folder: site.data + "/local-fimidara")
        // Before the app is there, a run of the worker's own may be writing while something else is answered.
        let start = try #require(ledger.answers(from: site.apiPort, "201").first)
        for (ledger, port) in [(files, site.filesPort), (ledger, site.apiPort)] {
            let answers = ledger.answers(from: port).filter { $0 >= start }
            #expect(answers.count >= count)
            for answer in answers { #expect(ledger.owed(at: answer) == [], "before line \(answer)") }
        }
        // Without these the above would hold of a program that writes nothing.
        let appended = ledger.writes(to: "/local-fimidara/blobs/")
        #expect(appended.count >= count + 2)
        #expect(ledger.syncs(of: "/local-fimidara/blobs/").count >= count)
        #expect(ledger.syncs(of: "/metadata.sqlite-wal").count >= 2 * count)
        #expect(ledger.writes(to: "/logferry.sqlite-wal").count >= count)
        #expect(ledger.syncs(of: "/logferry.sqlite-wal").count >= count)
        // And a look that leaves the synchronisations out must find something owed.
        let forgetful = DurabilityLedger(
            trace: SystemCallTrace(calls: trace.calls.filter { !$0.name.hasSuffix("sync") }), folder: site.data)
        #expect(forgetful.owed(at: .max).contains { $0.hasPrefix("the contents of") })
        #expect(forgetful.owed(at: .max).contains { $0.hasPrefix("the name of") })
    }

    @Test("C15: whenever the SDK counts a batch as kept, its disk buffer is on the disk")
    func spool() async throws {
        let site = try Site()
        let dev = try await site.startDev()
        let app = try await Application.register("power", at: site)
        let (notes, spool) = (site.folder + "/notes", site.folder + "/spool")
        let arguments = [site.api(""), app.clientToken, "writer", "0", "2", notes, spool, "0"]
        let trace = try await traced(
            arguments, in: site.folder, program: RunningProgram.beside("SdkWriter")
        ) { strace in
            let code = try await strace.wait(for: .seconds(120))
            #expect(code == 0, "\(strace.errorText)")
        }.trace
        var ledger = DurabilityLedger(trace: trace, folder: spool)
        // A note that a batch is delivered may be lost: the batch is sent again under its name, and counted once.
        ledger.matters = { call in Int(call.result).map { $0 > 43 } ?? true }
        let kept = trace.calls.filter { $0.target == notes && $0.words.contains("\"kept ") }
        #expect(kept.count >= 3)
        for note in kept { #expect(ledger.owed(at: note.began) == [], "before line \(note.began)") }
        #expect(ledger.writes(to: ".journal").count >= kept.count)
        #expect(ledger.syncs(of: ".journal").count >= kept.count)
        #expect(try await site.stop(dev) == 0)
    }
}

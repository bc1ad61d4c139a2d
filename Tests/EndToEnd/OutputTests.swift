import Foundation
import Glibc
import ServerRig
import Testing

/// What becomes of processes whose output cannot be written, or that lack what a process usually has.
@Suite("Output and limits", .timeLimit(.minutes(6)))
struct OutputTests {
    /// Runs a command of the shell; `$0` is the program.
    private func shell(_ script: String, at site: Site, _ arguments: [String] = []) throws -> RunningProgram {
        try RunningProgram(
            ["-c", script, RunningProgram.path] + arguments, folder: site.folder + "/logs", program: "/bin/bash")
    }

    /// The settings of a site as a shell takes them.
    private func flags(of site: Site) -> String {
        site.flags.joined(separator: " ").replacing("--ops-port 0", with: "--ops-port \(site.opsPort)")
    }

    private func run(_ script: String, at site: Site) async throws -> Site.CommandResult {
        let program = try shell(script, at: site)
        let code = try await program.wait(for: .seconds(60))
        return Site.CommandResult(code: code, output: program.outputText, words: program.errorText)
    }

    @Test("B5: a service starts whose log cannot be written: a full disk, nothing open, a pipe nobody reads")
    func services() async throws {
        for place in ["2>/dev/full", "2>&-", "2> >(true)"] {
            let site = try Site()
            let flags = flags(of: site)
            let dev = try shell("exec \"$0\" dev \(flags) \(place)", at: site)
            try await Fleet.until("it is ready with \(place)") {
                (try? await site.send("GET", site.api("/readyz")))?.status == 200
            }
            #expect(try await site.stop(dev) == 0, "\(place)")
            let files = try shell("exec \"$0\" files \(flags) \(place)", at: site)
            try await Fleet.until("the file store is ready with \(place)") {
                (try? await site.send("GET", site.ops("/readyz")))?.status == 200
            }
            #expect(try await site.stop(files) == 0, "\(place)")
        }
    }

    @Test("B7: a command whose output cannot be written says so and ends with 74; a closed pipe ends it quietly")
    func commands() async throws {
        let site = try Site()
        #expect(try await site.run(["apps", "add", "shop"]).code == 0)
        let place = "--data-dir \(site.data)"
        for command in ["apps list \(place)", "config show", "--version", "--help", "completions bash"] {
            for (target, says) in [(">/dev/full", "No space left"), (">&-", "it is closed")] {
                let lost = try await run("\"$0\" \(command) \(target)", at: site)
                #expect(lost.code == 74, "\(command) \(target): \(lost)")
                #expect(lost.words.contains("output cannot be written") && lost.words.contains(says), "\(lost)")
            }
        }
        let head = try await run("\"$0\" config show | head -1", at: site)
        #expect(head.code == 0 && head.words.isEmpty && head.output.contains("KEY"), "\(head)")
        for (target, isPipe) in [(">/dev/full", false), ("> >(exec <&-; sleep 1)", true)] {
            // A pipe takes what fits as long as somebody could read it.
            let wait = isPipe ? "sleep 0.5; " : ""
            let lost = try await run("{ \(wait)\"$0\" tokens issue --app shop \(place); } \(target)", at: site)
            #expect(lost.code == 74 && lost.words.contains("is revoked again"), "\(target): \(lost)")
        }
        let tokens = try await site.run(["tokens", "list", "--app", "shop", "--json"]).output
        #expect(tokens.split(separator: "\n").allSatisfy { !$0.contains(#""revokedAt":null"#) }, "\(tokens)")
    }

    @Test("B9: too few descriptors are said before anything else, with 78")
    func descriptors() async throws {
        let site = try Site()
        let flags = flags(of: site)
        for (count, command) in [(5, "apps list"), (12, "apps list"), (22, "dev"), (30, "files"), (30, "work")] {
            let few = try await run("ulimit -n \(count); \"$0\" \(command) \(flags)", at: site)
            #expect(few.code == 78 && few.words.contains("ulimit -n"), "\(count) \(command): \(few)")
            #expect(!FileManager.default.fileExists(atPath: site.data))
        }
        let needed = 32 + 4 * ProcessInfo.processInfo.activeProcessorCount
        let dev = try shell(
            "ulimit -n \(needed); exec \"$0\" dev \(flags)", at: site)
        try await Fleet.until("it is ready") { (try? await site.send("GET", site.api("/readyz")))?.status == 200 }
        #expect(try await site.stop(dev) == 0)
    }

    @Test("B15: what will never work is no matter of trying again")
    func statuses() async throws {
        let site = try Site()
        #expect(try await site.run(["apps", "add", "shop"]).code == 0)
        let place = "--app shop --data-dir \(site.data)"
        symlink("loop", site.folder + "/loop")
        let loop = try await run("\"$0\" ingest \(site.folder)/loop \(place)", at: site)
        #expect(loop.code == 1 && loop.words.contains("symbolic links"), "\(loop)")
        let closed = try await run("\"$0\" ingest - \(place) <&-", at: site)
        #expect(closed.code == 1 && closed.words.contains("standard input is closed"), "\(closed)")
        let folder = try await run("\"$0\" ingest - \(place) </tmp", at: site)
        #expect(folder.code == 1 && folder.words.contains("is a folder"), "\(folder)")
        for pipe in ["ingest <(echo '{}') \(place)", "ingest /dev/stdin \(place) < <(echo '{}')"] {
            let refused = try await run("\"$0\" \(pipe)", at: site)
            #expect(refused.code == 1 && refused.words.contains("not a regular file: it is a pipe"), "\(refused)")
        }
        let file = "\(site.folder)/$'\\xff'"
        let named = try await run("echo '{}' > \(file); \"$0\" ingest \(file) \(place)", at: site)
        #expect(named.code == 1 && named.words.contains("its name is not UTF-8"), "\(named)")
    }
}

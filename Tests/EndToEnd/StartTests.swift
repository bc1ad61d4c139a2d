import Foundation
import Glibc
import HTTPTransport
import RawSockets
import ServerRig
import Testing

/// What keeps a process from starting is said at once, wholly, and before anything is done.
@Suite("Starting", .serialized)
struct StartTests {
    private let keys = [
        "LOGFERRY_ADMIN_KEY": String(repeating: "a", count: 32),
        "LOGFERRY_INTERNAL_KEY": String(repeating: "i", count: 32),
    ]

    @Test("T31: commands that read make nothing, and say that there is no store", arguments: [false, true])
    func reading(_ isThere: Bool) async throws {
        let site = try Site()
        if isThere { try FileManager.default.createDirectory(atPath: site.data, withIntermediateDirectories: true) }
        for arguments in [
            ["query", "--app", "a"], ["fields", "--app", "a"], ["verify"], ["cursors", "list"], ["rejects", "list"],
            ["apps", "list"], ["tokens", "list", "--app", "a"], ["rejects", "show", "1"], ["cursors", "history", "1"],
            ["tail", "--app", "a"], ["apps", "remove", "a", "--yes"], ["tokens", "issue", "--app", "a"],
        ] {
            var result = try await site.run(arguments)
            if result.code == 2, arguments[0] == "fields" { result = try await site.run(["fields", "a"]) }
            #expect(result.code == 78, "\(arguments): \(result.code) \(result.words)")
            #expect(result.words.contains("no store in \(site.data)"), "\(arguments): \(result.words)")
            #expect(result.output.isEmpty)
        }
        let left = try? FileManager.default.contentsOfDirectory(atPath: site.data)
        #expect(left == (isThere ? [] : nil), "\(left ?? [])")
    }

    @Test("T35: a port that is taken is the only one that is named, before anything is made or said")
    func portInUse() async throws {
        for (command, listener) in [
            ("dev", "http"), ("dev", "ops"), ("dev", "local-fimidara"), ("serve", "ops"), ("work", "ops"),
        ] {
            let site = try Site()
            let taken = try RawListener()
            let result = try await site.run(
                [command, "--\(listener)-port", String(taken.port)], environment: command == "dev" ? [:] : keys)
            #expect(result.code == 78, "\(command): \(result.words)")
            let lines = result.words.split(separator: "\n")
            #expect(lines.count == 1 && lines[0].contains("127.0.0.1:\(taken.port)"), "\(command): \(result.words)")
            #expect(result.words.contains("--\(listener)-port"))
            for other in [site.apiPort, site.filesPort] { #expect(!result.words.contains(":\(other)")) }
            #expect(!FileManager.default.fileExists(atPath: site.data), "\(command) has made a data folder")
            _ = await taken.stop()
        }
    }

    @Test("T35: two listeners of one port are told from a port that another program has")
    func clash() async throws {
        let site = try Site()
        let result = try await site.run(["dev", "--ops-port", String(site.apiPort)])
        #expect(result.code == 78 && result.words.contains("http.port and ops.port are both"), "\(result.words)")
    }

    @Test("T35, T42: dev with ports of 0 names the real ones and prints no token; its demo logs; its end is no error")
    func realPorts() async throws {
        let site = try Site()
        let dev = try RunningProgram(
            ["dev", "--demo"] + site.flags + ["--http-port", "0", "--local-fimidara-port", "0"],
            folder: site.folder + "/logs")
        defer { dev.signal(SIGKILL) }
        try await Fleet.until("the demo's lines are stored") {
            let count = try await site.run(["query", "--app", "demo", "--count"])
            return count.code == 0 && (Int(count.output.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0) > 0
        }
        #expect(!dev.errorText.contains(":0\n"), "\(dev.errorText)")
        #expect(dev.errorText.contains("\(site.data)/demo.token"))
        let token = try site.secret("demo.token")
        #expect(token.hasPrefix("lfy_") && !dev.errorText.contains(token) && !dev.outputText.contains(token))
        #expect(try await site.stop(dev) == 0)
        #expect(!dev.errorText.contains(#""level":"error""#), "\(dev.errorText)")
    }

    @Test("a data folder that cannot be one is named with the reason")
    func badFolders() async throws {
        let site = try Site()
        let file = site.folder + "/file"
        try Data().write(to: URL(fileURLWithPath: file))
        let dangling = site.folder + "/dangling"
        symlink(site.folder + "/nowhere", dangling)
        for (folder, says) in [
            (file, "is no folder"), (file + "/sub", "Not a directory"), (dangling, "symbolic link to nothing"),
            ("/proc/nope", "cannot be made"), ("/sys/fs/nope", "cannot be made"),
        ] {
            for command in [["dev"], ["apps", "add", "a"]] {
                let result = try await site.run(command + ["--data-dir", folder])
                #expect(result.code == 78, "\(folder): \(result.code) \(result.words)")
                #expect(result.words.contains(folder) && result.words.contains(says), "\(folder): \(result.words)")
            }
        }
    }

    @Test("a start on a full disk says so, and goes well once there is room")
    func fullDisk() async throws {
        let site = try Site()
        let disk = try await FullDisk()
        try disk.fill()
        // The data folder alone is full: what the program says goes to a file elsewhere.
        let environment = disk.environment.merging(["FULL_DISK_FOLDER": site.data]) { $1 }
        for command in [["dev"], ["apps", "add", "a"]] {
            let full = try await site.run(command, environment: environment)
            #expect(full.code == 78 && full.words.contains("make room"), "\(command): \(full.code) \(full.words)")
        }
        try disk.empty()
        #expect(try await site.run(["apps", "add", "a"], environment: environment).code == 0)
    }

    @Test("on a read-only mount questions are answered, and what would write is refused by name")
    func readOnlyMount() async throws {
        let site = try Site()
        #expect(try await site.run(["apps", "add", "shop"]).code == 0)
        let file = site.folder + "/x.ndjson"
        try Data("{\"n\":1}\n".utf8).write(to: URL(fileURLWithPath: file))
        #expect(try await site.run(["ingest", file, "--app", "shop"]).code == 0)
        let mounted = #"mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" || exit 99; shift; exec "$@""#
        func run(_ arguments: [String]) async throws -> (code: Int32, output: String, words: String) {
            let program = try RunningProgram(
                ["--mount", "--map-root-user", "/bin/sh", "-c", mounted, "sh", site.data, RunningProgram.path]
                    + site.flags + arguments,
                folder: site.folder + "/logs", program: "/usr/bin/unshare")
            return (try await program.wait(), program.outputText, program.errorText)
        }
        let first = try await run(["query", "--app", "shop", "--json"])
        if first.code == 99 || first.words.contains("unshare failed") {
            return print("the read-only mount is left out: this machine does not let file systems be mounted")
        }
        #expect(first.code == 0 && first.output == "{\"n\":1}\n", "\(first.words)")
        for arguments in [["apps", "list"], ["fields", "--app", "shop"], ["verify"], ["cursors", "list"]] {
            let read = try await run(arguments)
            #expect(read.code == 0, "\(arguments): \(read.words)")
        }
        for arguments in [
            ["apps", "add", "b"], ["dev"], ["ingest", file, "--app", "shop"], ["work", "--once"], ["files"],
            ["config", "check"],
        ] {
            let refused = try await run(arguments)
            #expect(refused.code == 78, "\(arguments): \(refused.code) \(refused.words)")
            #expect(refused.words.contains("\(site.data) is not writable"), "\(arguments): \(refused.words)")
        }
        for arguments in [["tokens", "issue", "--app", "shop"], ["apps", "remove", "shop", "--yes"]] {
            let refused = try await run(arguments)
            #expect(refused.code != 0 && refused.words.contains("mount its disk"), "\(arguments): \(refused.words)")
        }
    }

    @Test("a clock at 1970 is named, and lines are kept with a time of receipt that can be asked for")
    func earlyClock() async throws {
        let site = try Site()
        let time = try ShiftedTime(library: try await ShiftedTime.compiled(in: site.folder), in: site.folder)
        try time.shift(hours: -Int64(Date().timeIntervalSince1970 / 3600))
        #expect(try await site.run(["apps", "add", "shop"], environment: time.environment).code == 0)
        let file = site.folder + "/x.ndjson"
        try Data("{\"n\":1}\n{\"n\":2,\"ts\":1780000000}\n".utf8).write(to: URL(fileURLWithPath: file))
        let taken = try await site.run(["ingest", file, "--app", "shop"], environment: time.environment)
        #expect(taken.code == 0 && taken.words.contains("clock of this machine says 1970"), "\(taken.words)")
        let check = try await site.run(["config", "check", "--offline"], environment: time.environment)
        #expect(check.code == 0 && check.words.contains("clock of this machine says 1970"), "\(check.words)")
        let lines = try await site.run(["query", "--app", "shop", "--json", "--order", "asc"])
        #expect(lines.output == "{\"n\":1}\n{\"n\":2,\"ts\":1780000000}\n", "\(lines.output) \(lines.words)")
    }

    @Test("what a killed process of the same number left in shared memory is no matter, and nothing is left there")
    func sharedMemory() async throws {
        let site = try Site()
        let script = #": > /dev/shm/mongoc-$$ && echo $$ >&2 && exec "$0" "$@""#
        let program = try RunningProgram(
            ["-c", script, RunningProgram.path, "apps", "add", "shop", "--json"] + site.flags,
            folder: site.folder + "/logs", program: "/bin/sh")
        #expect(try await program.wait() == 0)
        let number = program.errorText.split(separator: "\n").first.map(String.init) ?? ""
        #expect(program.errorText == number + "\n", "\(program.errorText)")
        #expect(!FileManager.default.fileExists(atPath: "/dev/shm/mongoc-\(number)"))
    }

    @Test("a folder with letters outside ASCII works in a locale that knows none")
    func locale() async throws {
        let site = try Site()
        let folder = site.folder + "/größe-漢字"
        let added = try await site.run(["apps", "add", "shop", "--data-dir", folder], environment: ["LC_ALL": "C"])
        #expect(added.code == 0, "\(added.words)")
        let list = try await site.run(["apps", "list", "--json", "--data-dir", folder], environment: ["LC_ALL": "C"])
        #expect(list.code == 0 && list.output.contains("shop"), "\(list.words)")
    }
}

import Foundation
import Glibc
import HTTPTransport
import RawSockets
import ServerRig
import TestSupport
import Testing

/// Keys that lie in files: who may have them, where they go, and which are none.
@Suite("Key files", .serialized)
struct KeyFileTests {
    @Test("T5: the embedded file store's key goes to the store of the data folder alone, whatever listens elsewhere")
    func keyStaysHome() async throws {
        let site = try Site()
        let listener = try RawListener(port: site.filesPort)
        let dev = try await site.startDev(["--local-fimidara-port", "0"], waitsForFiles: false)
        let app = try await Application.register("home", at: site)
        let told = try await site.call("POST", site.api("/v1/sdk/init"), app.clientToken, "{}")
        let url = try #require(told.json["serverURL"] as? String, "\(told.text)")
        #expect(url != site.files("") && !url.hasSuffix(":0"), "init hands out \(url)")
        #expect((try await site.send("GET", url + "/v1/")).status == 404, "init hands out the store's address")
        let file = site.folder + "/a.ndjson"
        try Data("{\"n\":1}\n".utf8).write(to: URL(fileURLWithPath: file))
        try await appendOneLine(app, at: site, url)
        #expect(try await site.run(["verify", "--json"]).code == 0)
        #expect(try await site.stop(dev) == 0)
        let after = try await site.run(["verify"])
        #expect(after.code == 75, "\(after.code) \(after.output) \(after.words)")
        #expect((after.output + after.words).contains("is not running"), "\(after.output) \(after.words)")
        #expect(try await site.run(["work", "--once"]).words.contains("is not running"))
        let heard = String(decoding: await listener.stop(), as: UTF8.self)
        #expect(heard.isEmpty, "the listener was sent \(heard.prefix(300))")
    }

    private func appendOneLine(_ app: Application, at site: Site, _ url: String) async throws {
        let elsewhere = try await app.initialise()
        let boundary = "boundary"
        let body =
            "--\(boundary)\r\nContent-Disposition: form-data; name=\"data\"\r\n"
            + "Content-Type: application/octet-stream\r\n\r\n{\"n\":1}\n\r\n--\(boundary)--\r\n"
        let path = elsewhere.file("2026-11-20").replacingOccurrences(of: "/", with: "%2F")
        let answer = try await site.send(
            "POST", "\(url)/v1/files/uploadFile/\(path)",
            headers: [
                "Authorization": "Bearer \(elsewhere.token)",
                "Content-Type": "multipart/form-data; boundary=\(boundary)", "x-fimidara-append": "true",
                "x-fimidara-on-append-create-if-not-exists": "true",
                "x-fimidara-upload-session-id": UUID().uuidString,
            ], body: Array(body.utf8))
        #expect(answer.status == 200, "\(answer.text)")
        try await Fleet.until("the line is stored") { try await !site.storedLines(of: app.name).isEmpty }
    }

    @Test("T5: a data folder with a path that is too long for a socket works as any other")
    func longPath() async throws {
        let site = try Site()
        let deep = site.folder + "/" + String(repeating: "a-folder-with-a-name/", count: 6) + "d"
        let dev = try await site.startDev(["--data-dir", deep])
        let verified = try await site.run(["verify", "--data-dir", deep])
        #expect(verified.code == 0, "\(verified.words)")
        #expect(try await site.stop(dev) == 0)
    }

    @Test("T3: a key file that holds no key is refused with its name, whatever command comes first")
    func noKeys() async throws {
        for name in ["admin.key", "internal.key", "local-fimidara.key"] {
            for text in ["", "\n", "a\n", "   \t \n", "fifteen letters", "with a blank in its middle"] {
                let site = try Site()
                try site.keep(name, text)
                let dev = try await site.run(["dev"])
                #expect(dev.code == 78 && dev.words.contains("\(site.data)/\(name)"), "\(name) \(text): \(dev.words)")
                #expect(!dev.words.contains("fifteen"))
            }
        }
    }

    @Test("T3: an empty key opens nothing, and no key may be short, wherever it is given")
    func settings() async throws {
        let site = try Site()
        let blank = site.folder + "/blank"
        try Data(" \n".utf8).write(to: URL(fileURLWithPath: blank))
        chmod(blank, 0o600)
        let good = String(repeating: "k", count: 32)
        for (name, text) in [
            ("ADMIN_KEY", String(repeating: " ", count: 20)), ("INTERNAL_KEY", "\n"), ("ADMIN_KEY", "short"),
            ("ADMIN_KEY_FILE", blank), ("FIMIDARA_AUTH_TOKEN", "short"), ("FIMIDARA_AUTH_TOKEN", ""),
        ] {
            var environment = [
                "LOGFERRY_INTERNAL_KEY": good, "LOGFERRY_ADMIN_KEY": good,
                "LOGFERRY_FIMIDARA_SERVER_URL": "http://127.0.0.1:1", "LOGFERRY_FIMIDARA_AUTH_TOKEN": good,
            ]
            if name.hasSuffix("_FILE") { environment["LOGFERRY_" + name.dropLast(5)] = nil }
            environment["LOGFERRY_" + name] = text
            let result = try await site.run(["serve"], environment: environment)
            #expect(result.code == 78, "\(name): \(result.code) \(result.words)")
            #expect(result.words.contains("LOGFERRY_" + name), "\(name): \(result.words)")
        }
    }

    @Test("T4: key files of others, or that others may write or read, are refused with what to run")
    func foreignKeys() async throws {
        for (mode, says) in [(0o666, "chmod 600"), (0o644, "chmod 600"), (0o620, "chmod 600")] {
            let site = try Site()
            try site.keep("internal.key", String(repeating: "k", count: 32) + "\n", mode: mode_t(mode))
            let dev = try await site.run(["dev"])
            #expect(dev.code == 78, "\(dev.words)")
            #expect(dev.words.contains("\(site.data)/internal.key") && dev.words.contains(says), "\(dev.words)")
        }
        let linked = try Site()
        try linked.keep("planted", String(repeating: "k", count: 32))
        symlink("\(linked.data)/planted", "\(linked.data)/admin.key")
        let dev = try await linked.run(["dev"])
        #expect(dev.code == 78 && dev.words.contains("symbolic link"), "\(dev.words)")
        guard geteuid() == 0 else { return }
        let site = try Site()
        try site.keep("admin.key", String(repeating: "k", count: 32))
        #expect(chown("\(site.data)/admin.key", 65_534, 65_534) == 0)
        let foreign = try await site.run(["dev"])
        #expect(foreign.code == 78 && foreign.words.contains("belongs to another user"), "\(foreign.words)")
    }

    @Test(
        "T4: a store file of another user is refused by starts, commands and the check, and is left as it was",
        .enabled("only the superuser can give files away") { geteuid() == 0 })
    func foreignStores() async throws {
        for name in ["logferry.sqlite", "logferry.sqlite-wal", "local-fimidara/metadata.sqlite"] {
            let site = try Site()
            if name.contains("/") {
                try FileManager.default.createDirectory(
                    atPath: "\(site.data)/local-fimidara", withIntermediateDirectories: true,
                    attributes: [.posixPermissions: 0o700])
            } else if name.hasSuffix("-wal") {
                try site.keep("logferry.sqlite", "")
            }
            try site.keep(name, "", mode: 0o666)
            let path = "\(site.data)/\(name)"
            #expect(chown(path, 65_534, 65_534) == 0)
            var commands = [["dev"], ["config", "check", "dev", "--offline"]]
            let others = [["work", "--once"], ["apps", "list"], ["apps", "add", "x"]]
            commands += name.contains("/") ? [["files"]] : others
            for command in commands {
                let refused = try await site.run(command)
                let says = refused.words.contains("\(path) belongs to another user (id 65534)")
                #expect(refused.code == 78 && says, "\(command): \(refused.words)")
            }
            var found = stat()
            #expect(stat(path, &found) == 0 && found.st_uid == 65_534 && found.st_mode & 0o777 == 0o666)
        }
        let own = try Site()
        try own.keep("logferry.sqlite", "", mode: 0o666)
        #expect(try await own.run(["apps", "add", "x"]).code == 0)
        var found = stat()
        #expect(stat("\(own.data)/logferry.sqlite", &found) == 0 && found.st_mode & 0o777 == 0o600)
    }

    @Test("T4: a data folder that others may write is warned of, and nothing in it is for others, whatever the umask")
    func modes() async throws {
        let site = try Site()
        try FileManager.default.createDirectory(atPath: site.data, withIntermediateDirectories: true)
        chmod(site.data, 0o777)
        let shell = try RunningProgram(
            ["-c", "umask 0; exec \"$0\" \"$@\"", RunningProgram.path, "dev", "--demo"] + site.flags
                + ["--ops-port", String(site.opsPort)],
            folder: site.folder + "/logs", program: "/bin/sh")
        defer { shell.signal(SIGKILL) }
        try await Fleet.until("the demo logs") {
            guard (try? await site.send("GET", site.api("/readyz")))?.status == 200 else { return false }
            return try await !site.storedLines(of: "demo").isEmpty
        }
        #expect(shell.errorText.contains("can be written by other users"), "\(shell.errorText)")
        var seen = 0
        for name in try #require(FileManager.default.enumerator(atPath: site.data)) {
            var found = stat()
            let path = "\(site.data)/\(name)"
            guard lstat(path, &found) == 0 else { continue }
            seen += 1
            #expect(found.st_mode & 0o077 == 0, "\(name) has the mode \(String(found.st_mode & 0o7777, radix: 8))")
        }
        #expect(seen > 10)
        #expect(try await site.stop(shell) == 0)
    }
}

extension KeyFileTests {
    @Test("V5: a link to nothing is refused as a store, and the file that a link leads to is closed to others")
    func linkedStores() async throws {
        let site = try Site()
        let catalog = "\(site.data)/local-fimidara/metadata.sqlite"
        try FileManager.default.createDirectory(
            atPath: "\(site.data)/local-fimidara", withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let target = site.folder + "/target"
        let (usual, named) = ("\(site.data)/logferry.sqlite", site.folder + "/named.sqlite")
        let url = ["--store-url", "sqlite:\(named)"]
        let add = ["apps", "add", "x"]
        let check = ["config", "check", "--offline"]
        let cases: [(link: String, commands: [[String]])] = [
            (usual, [["dev"], add, ["apps", "list"], check + ["dev"]]), (named, [add + url, check + ["work"] + url]),
            (usual + "-wal", [add]), (catalog, [["files"], check + ["files"]]),
        ]
        for (link, commands) in cases {
            #expect(symlink(target, link) == 0)
            for command in commands {
                let refused = try await site.run(command)
                let says = refused.words.contains("\(link) is a symbolic link to nothing")
                #expect(refused.code == 78 && says, "\(command): \(refused.code) \(refused.words)")
            }
            #expect(!FileManager.default.fileExists(atPath: target), "\(link)")
            #expect(unlink(link) == 0)
        }
        try site.keep("real.sqlite", "", mode: 0o644)
        #expect(symlink("\(site.data)/real.sqlite", usual) == 0)
        let added = try await site.run(add)
        #expect(added.code == 0, "\(added.words)")
        var found = stat()
        #expect(stat(usual, &found) == 0 && found.st_mode & 0o777 == 0o600)
    }

    @Test(
        "T4: a data folder of another user is warned of, by starts and by the check, for the superuser too",
        .enabled("only the superuser can give folders away") { geteuid() == 0 })
    func foreignFolder() async throws {
        let site = try Site()
        try FileManager.default.createDirectory(atPath: site.data, withIntermediateDirectories: true)
        #expect(chown(site.data, 65_534, 65_534) == 0)
        let says = "\(site.data) belongs to another user (id 65534), who can replace what is in it"
        let check = try await site.run(["config", "check", "dev", "--offline"])
        #expect(check.code == 0 && (check.words + check.output).contains(says), "\(check.words) \(check.output)")
        let work = try await site.run(["work", "--once"])
        // The log writes its entries as JSON, where slashes may be escaped.
        #expect(work.words.contains("belongs to another user (id 65534), who can replace"), "\(work.words)")
    }

    @Test(
        "T4: no key file and no store is made or opened with more than 0600, not for a moment",
        .enabled("strace must be there, and this machine must let processes be traced") {
            await SystemCallTrace.isPermitted()
        })
    func systemCalls() async throws {
        let site = try Site()
        let file = site.folder + "/trace"
        let strace = try RunningProgram(
            ["-f", "-e", "trace=openat,open,creat,mkdir,mkdirat,chmod,fchmod,fchmodat", "-o", file]
                + [RunningProgram.path, "dev", "--demo"] + site.flags + ["--ops-port", String(site.opsPort)],
            folder: site.folder + "/logs", program: SystemCallTrace.program)
        try await Fleet.until("the demo logs") {
            guard (try? await site.send("GET", site.api("/readyz")))?.status == 200 else { return false }
            return try await !site.storedLines(of: "demo").isEmpty
        }
        let text = try String(contentsOfFile: file, encoding: .utf8)
        if let process = SystemCallTrace.tracee(text) { kill(process, SIGTERM) }
        _ = try await strace.wait()
        let ours = text.split(separator: "\n").filter { $0.contains(site.data) }
        let made = ours.filter { $0.contains("O_CREAT") }
        #expect(made.count > 8)
        for line in made {
            // SQLite asks for 0644 and gets the mode of the database beside which it makes a file.
            let isBeside = line.contains("-wal\"") || line.contains("-shm\"") || line.contains("-journal\"")
            let isThere = line.contains(".sqlite\"") && !line.contains("O_EXCL")
            #expect(line.contains("0600") || isBeside || isThere, "\(line)")
        }
        for line in ours where line.contains("mkdir(") { #expect(line.contains("0700"), "\(line)") }
        for name in [".key", "demo.token", "node-id"] {
            for line in made where line.contains(name) {
                #expect(line.contains("O_EXCL") && line.contains("O_NOFOLLOW"), "\(line)")
            }
        }
    }
}

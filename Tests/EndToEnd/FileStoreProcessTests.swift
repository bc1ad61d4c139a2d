import Foundation
import Glibc
import HTTPTransport
import RawSockets
import ServerRig
import Testing

/// Our own file store as a server by itself, beside `serve` and `work`.
@Suite("The file store as a process", .timeLimit(.minutes(6)))
struct FileStoreProcessTests {
    /// Starts `files` and waits until it is ready.
    private static func start(_ site: Site, _ more: [String] = []) async throws -> RunningProgram {
        let program = try RunningProgram(
            ["files"] + site.flags + ["--ops-port", String(site.opsPort)] + more, environment: [:],
            folder: site.folder + "/logs")
        for _ in 0..<1000 {
            if (try? await site.send("GET", site.ops("/readyz")))?.status == 200,
                (try? await site.send("GET", site.files("/"))) != nil
            {
                return program
            }
            guard kill(program.pid, 0) == 0 else { break }
            try await Task.sleep(for: .milliseconds(10))
        }
        program.signal(SIGKILL)
        throw HarnessError("files did not start: \(program.errorText)")
    }

    private static func append(
        _ text: String, to path: String, _ credential: String, on site: Site
    ) async throws -> Site.Answer {
        let form =
            "--b\r\nContent-Disposition: form-data; name=\"data\"\r\nContent-Type: application/octet-stream\r\n\r\n"
            + "\(text)\r\n--b--\r\n"
        return try await site.send(
            "POST", site.files("/v1/files/uploadFile/\(path.replacing("/", with: "%2F"))"),
            headers: [
                "Authorization": "Bearer \(credential)", "Content-Type": "multipart/form-data; boundary=b",
                "x-fimidara-append": "true", "x-fimidara-on-append-create-if-not-exists": "true",
            ], body: Array(form.utf8))
    }

    @Test("T33: hands its key out safely, and serve and work use it by URL and key file")
    func wholePath() async throws {
        let store = try Site()
        let token = try await store.run(["files", "token"])
        let file = token.output.trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(token.code == 0 && file == "\(store.data)/local-fimidara.key", "\(token.output) \(token.words)")
        var status = stat()
        #expect(stat(file, &status) == 0 && status.st_mode & 0o777 == 0o600)
        let secret = try store.secret("local-fimidara.key")
        #expect(!token.output.contains(secret) && !token.words.contains(secret))
        let shown = try await store.run(["files", "token", "--show"])
        #expect(shown.output.trimmingCharacters(in: .whitespacesAndNewlines) == secret)
        let files = try await FileStoreProcessTests.start(store)

        let site = try Site()
        let environment = [
            "LOGFERRY_FIMIDARA_SERVER_URL": store.files(""), "LOGFERRY_FIMIDARA_AUTH_TOKEN_FILE": file,
            "LOGFERRY_ADMIN_KEY": String(repeating: "a", count: 32),
            "LOGFERRY_INTERNAL_KEY": String(repeating: "i", count: 32),
        ]
        #expect(try await site.run(["apps", "add", "shop"]).code == 0)
        let client = try await site.run(["tokens", "issue", "--app", "shop"]).output
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let serve = try RunningProgram(["serve"] + site.flags, environment: environment, folder: site.folder + "/logs")
        for _ in 0..<500 where (try? await site.send("GET", site.api("/readyz")))?.status != 200 {
            try await Task.sleep(for: .milliseconds(10))
        }
        let given = try await site.call("POST", site.api("/v1/sdk/init"), client, "{}")
        #expect(given.status == 200, "\(given.text)")
        let folder = try #require(given.json["folderPath"] as? String)
        let credential = try #require(given.json["token"] as? String)
        let prefix = try #require(given.json["filePrefix"] as? String)
        let path = "\(folder)/\(prefix)-2026-11-30.ndjson"
        let appended = try await FileStoreProcessTests.append("{\"n\":1}\n", to: path, credential, on: store)
        #expect(appended.status == 200, "\(appended.text)")
        let work = try await site.run(["work", "--once"], environment: environment)
        #expect(work.code == 0 && work.words.contains("1 record,"), "\(work.words)")
        let query = try await site.run(["query", "--app", "shop", "--json"])
        #expect(query.output.contains("{\"n\":1}"), "\(query.output) \(query.words)")

        let figures = try await store.send("GET", store.ops("/metrics")).text
        #expect(figures.contains(#"logferry_files_requests_total{operation="appendFile",outcome="ok"} 1"#))
        let second = try await store.run(["files", "--local-fimidara-port", "0"])
        #expect(second.code == 78 && second.words.contains("in use"), "\(second.words)")
        #expect(try await site.stop(serve) == 0)
        #expect(try await store.stop(files) == 0)
        for text in [files.errorText, serve.errorText, work.words] {
            #expect(!text.contains(secret) && !text.contains(credential))
        }
        #expect(!files.errorText.contains("\"level\":\"error\""), "\(files.errorText)")
    }

    @Test("T33: keeps its quotas exactly over kill -9 in the middle of appends, and says who is full")
    func quotaOverCrashes() async throws {
        let site = try Site()
        let quota = 40_000
        let flags = ["--local-fimidara-app-quota", String(quota), "--local-fimidara-quota", "1MiB"]
        var files = try await FileStoreProcessTests.start(site, flags)
        let secret = try site.secret("local-fimidara.key")
        let line = String(repeating: "x", count: 999) + "\n"
        var refusals = 0
        var rounds = 0
        while refusals == 0 {
            rounds += 1
            guard rounds < 30 else { throw HarnessError("the quota was never reached") }
            let (died, round) = (files, rounds)
            let answers = await withTaskGroup(of: Site.Answer?.self) { group -> [Site.Answer] in
                for number in 0..<8 {
                    group.addTask {
                        try? await FileStoreProcessTests.append(
                            line, to: "logferry/logs/app_a/f\(number)-\(round)", secret, on: site)
                    }
                }
                group.addTask {
                    // On a slow machine the first kills come before any append; later ones leave more and more time.
                    try? await Task.sleep(for: .milliseconds(4 * round * round))
                    died.signal(SIGKILL)
                    return nil
                }
                return await group.reduce(into: []) { found, answer in if let answer { found.append(answer) } }
            }
            refusals = answers.count { $0.status == 403 && $0.text.contains("UsageLimitExceededError") }
            _ = try await died.wait()
            files = try await FileStoreProcessTests.start(site, flags)
        }
        // Fill what is left, a line at a time: the sum of what is listed is the quota to the last whole line.
        for number in 0..<60 {
            _ = try await FileStoreProcessTests.append(line, to: "logferry/logs/app_a/end\(number)", secret, on: site)
        }
        let list = try await site.call(
            "POST", site.files("/v1/folders/listFolderContent"), secret, #"{"folderpath":"logferry/logs/app_a"}"#)
        let sizes = (list.json["files"] as? [[String: Any]])?.compactMap { $0["size"] as? Int } ?? []
        #expect(sizes.reduce(0, +) == quota, "\(sizes)")
        let other = try await FileStoreProcessTests.append(line, to: "logferry/logs/app_b/f", secret, on: site)
        #expect(other.status == 200, "another app has its own quota")
        for _ in 0..<600 where try await !site.send("GET", site.ops("/metrics")).text.contains("fullest_app_ratio 1\n")
        {
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(files.errorText.contains("an app has used nine tenths of its quota"))
        let gone = try await site.call(
            "DELETE", site.files("/v1/folders/deleteFolder"), secret, #"{"folderpath":"logferry/logs/app_a"}"#)
        #expect(gone.status == 200)
        let again = try await FileStoreProcessTests.append(line, to: "logferry/logs/app_a/f", secret, on: site)
        #expect(again.status == 200, "\(again.text)")
        #expect(try await site.stop(files) == 0)
    }

    @Test("V6: ends at once when something else is in the place of its socket, as dev does, and the check names it")
    func socketTaken() async throws {
        let site = try Site()
        let folder = "\(site.data)/local-fimidara"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let path = folder + "/socket"
        let obstacles: [(says: String, make: () -> Bool)] = [
            ("a symbolic link", { symlink("/nope", path) == 0 }), ("a folder", { mkdir(path, 0o700) == 0 }),
            ("a file", { FileManager.default.createFile(atPath: path, contents: nil) }),
        ]
        let check = ["config", "check", "--offline"]
        for (says, make) in obstacles {
            #expect(make())
            for command in [["files"], ["dev"], check + ["files"], check + ["dev"]] {
                let result = try await site.run(command)
                #expect(result.code == 78, "\(command), \(says): \(result.code) \(result.words)")
                #expect(
                    result.words.contains("cannot listen on \(path): \(says)") && result.words.contains("remove it"),
                    "\(command): \(result.words)")
            }
            #expect(remove(path) == 0, "what is there is left")
        }
        #expect(mknod(path, S_IFSOCK | 0o600, 0) == 0)
        let files = try await FileStoreProcessTests.start(site)
        #expect(try await site.stop(files) == 0, "a socket that an earlier process has left is replaced")
    }

    @Test("T33: refuses settings that cannot be meant, and names them")
    func settings() async throws {
        let site = try Site()
        let cases: [([String], String)] = [
            (["--local-fimidara-origins", "*"], "local_fimidara.origins"),
            (["--local-fimidara-origins", "https://a.example/path"], "local_fimidara.origins"),
            (["--local-fimidara-app-quotas", "shop=1GiB"], "logferry apps list"),
            (["--local-fimidara-app-quotas", "app_1=many"], "local_fimidara.app_quotas"),
            (["--local-fimidara-quota", "0"], "local_fimidara.quota"),
        ]
        for (flags, word) in cases {
            let result = try await site.run(flags + ["files", "token"])
            #expect(result.code == 78 && result.words.contains(word), "\(flags): \(result.code) \(result.words)")
        }
    }
}

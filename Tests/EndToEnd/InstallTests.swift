import Foundation
import Glibc
import ServerRig
import TestSupport
import Testing

/// What `Apps/install` puts into place, used as it is found there.
@Suite("Installation", .serialized)
struct InstallTests {
    private let folder: TemporaryFolder
    private let root: String
    private static let package = ((#filePath as NSString).deletingLastPathComponent as NSString)
        .deletingLastPathComponent

    init() throws {
        folder = try TemporaryFolder()
        root = folder.path + "/root"
    }

    @Test("T37: the program, manual, completions, units and documents are there; --uninstall leaves nothing")
    func comesAndGoes() async throws {
        try await install()
        let files = try found()
        for file in [
            "bin/logferry", "share/man/man1/logferry.1", "share/man/man1/logferry-query.1",
            "share/bash-completion/completions/logferry", "share/zsh/site-functions/_logferry",
            "share/fish/vendor_completions.d/logferry.fish", "lib/systemd/system/logferry-serve.service",
            "lib/systemd/system/logferry-work.service", "lib/systemd/system/logferry-files.service",
            "lib/sysusers.d/logferry.conf", "share/doc/logferry/LICENSE", "share/doc/logferry/Docs/Operations.md",
        ] {
            #expect(files.contains("/opt/ferry/" + file), "\(file)")
        }
        let version = try await RunningProgram.run(root + "/opt/ferry/bin/logferry", ["--version"])
        #expect(version.hasPrefix("logferry "))
        // A release that has less than the one before it.
        let list = root + "/opt/ferry/share/doc/logferry/installed-files"
        let stale = root + "/opt/ferry/share/man/man1/logferry-gone.1"
        #expect(FileManager.default.createFile(atPath: stale, contents: Data()))
        let listed = try String(contentsOfFile: list, encoding: .utf8)
        try (listed + "/opt/ferry/share/man/man1/logferry-gone.1\n").write(
            toFile: list, atomically: true, encoding: .utf8)
        let foreign = root + "/opt/ferry/bin/other"
        #expect(FileManager.default.createFile(atPath: foreign, contents: Data()))
        try await install()
        #expect(try found() == files.union(["/opt/ferry/bin/other"]))
        _ = try await run(["--prefix", "/opt/ferry", "--destdir", root, "--uninstall"])
        #expect(try found() == ["/opt/ferry/bin/other"])
        await #expect(throws: ProgramError.self) {
            try await run(["--prefix", "/opt/ferry", "--destdir", root, "--uninstall"])
        }
    }

    @Test("T37: the manual pages are rendered without a warning")
    func manual() async throws {
        try await install()
        let pages = try found().filter { $0.contains("/man1/") }.map { root + $0 }.sorted()
        #expect(pages.count > 12)
        let lint = try await RunningProgram.run("/usr/bin/mandoc", ["-T", "lint", "-W", "warning"] + pages)
        #expect(lint.isEmpty)
        let text = try await RunningProgram.run("/usr/bin/mandoc", ["-T", "ascii", pages[0]])
        #expect(text.contains("LOGFERRY"))
        // Settings are no options of the argument parser, so they could be forgotten.
        let main = try String(contentsOfFile: root + "/opt/ferry/share/man/man1/logferry.1", encoding: .utf8)
        #expect(main.contains("\\-\\-http\\-port") && main.contains("LOGFERRY_ADMIN_KEY"))
    }

    @Test("T37: a tabulator completes commands, options, values, settings, files and apps", .timeLimit(.minutes(5)))
    func completions() async throws {
        try await install()
        let data = folder.path + "/data"
        let program = root + "/opt/ferry/bin/logferry"
        for name in ["shop", "my app"] {
            _ = try await RunningProgram.run(program, ["apps", "add", name, "--data-dir", data])
        }
        let file = folder.file("lines.ndjson")
        #expect(FileManager.default.createFile(atPath: file, contents: Data()))
        let lines: [(String, [String])] = [
            ("logferry que", ["query"]),
            ("logferry query --min-level wa", ["query", "--min-level", "warn"]),
            ("logferry query --level=wa", ["query", "--level=warn"]),
            ("logferry query --http-por", ["query", "--http-port"]),
            ("logferry query --log-format js", ["query", "--log-format", "json"]),
            ("logferry --data-dir \(data) query --app sh", ["--data-dir", data, "query", "--app", "shop"]),
            ("logferry --data-dir \(data) query --app my", ["--data-dir", data, "query", "--app", "my app"]),
            ("logferry ingest \(file.dropLast(3))", ["ingest", file]),
        ]
        for shell in ["bash", "zsh", "fish"] where access("/usr/bin/" + shell, X_OK) == 0 {
            for (line, words) in shell == "bash" ? lines : [lines[2], lines[6]] {
                let given = try await RunningProgram.run(
                    InstallTests.package + "/tab", [shell, root + "/opt/ferry", line], within: .seconds(60))
                #expect(given.split(separator: "\n").map(String.init) == words, "\(shell): \(line)")
            }
        }
    }

    @Test("T37: completing apps makes no store, and waits for none", .timeLimit(.minutes(2)))
    func completionMakesNothing() async throws {
        let missing = folder.file("missing")
        let line = "logferry --data-dir \(missing) query --app "
        #expect(try await RunningProgram.run(RunningProgram.path, ["__complete", "bash", line]).isEmpty)
        #expect(access(missing, F_OK) != 0)
        // An address that answers nothing, on a port that is discarded or refused: the answer is empty either way.
        let silent = "logferry --store-url postgres://u@192.0.2.1/db query --app "
        #expect(try await RunningProgram.run(RunningProgram.path, ["__complete", "bash", silent]).isEmpty)
    }

    @Test("T37: systemd takes the units, and finds them well locked up")
    func units() async throws {
        guard access("/usr/bin/systemd-analyze", X_OK) == 0 else { return }
        try await install()
        let units = try found().filter { $0.hasSuffix(".service") }.sorted()
        #expect(units.count == 3)
        for unit in units {
            let text = try String(contentsOfFile: root + unit, encoding: .utf8)
            #expect(text.contains("\nExecStart=/opt/ferry/bin/logferry "))
            // The program lies elsewhere than the unit will find it.
            let here = folder.file((unit as NSString).lastPathComponent)
            try text.replacing("ExecStart=/opt", with: "ExecStart=\(root)/opt")
                .write(toFile: here, atomically: true, encoding: .utf8)
            let verified = try RunningProgram(
                "/usr/bin/systemd-analyze", ["verify", "--man=no", "--recursive-errors=no", here], folder: folder.path)
            #expect(try await verified.wait() == 0, "\(verified.errorText)")
            #expect(verified.errorText.isEmpty, "\(verified.errorText)")
            let exposure = try RunningProgram(
                "/usr/bin/systemd-analyze", ["security", "--offline=yes", "--threshold=20", here], folder: folder.path)
            #expect(try await exposure.wait() == 0, "\(exposure.outputText.suffix(200))")
        }
    }

    private func install() async throws {
        _ = try await run(["--prefix", "/opt/ferry", "--destdir", root, "--program", RunningProgram.path])
    }

    private func run(_ arguments: [String]) async throws -> String {
        try await RunningProgram.run(
            (InstallTests.package as NSString).deletingLastPathComponent + "/Apps/install", arguments,
            within: .seconds(120))
    }

    /// All files under the root, as they will be found once it is the machine's.
    private func found() throws -> Set<String> {
        let names = try #require(FileManager.default.enumerator(atPath: root))
        return Set(
            names.compactMap { $0 as? String }.filter { name in
                var isFolder: ObjCBool = false
                return FileManager.default.fileExists(atPath: "\(root)/\(name)", isDirectory: &isFolder)
                    && !isFolder.boolValue
            }.map { "/" + $0 })
    }
}

import Foundation
import Generation
import ServerRig
import TestSupport
import Testing

@testable import Bench

@Suite("The paths of the bench")
struct PathsProgramTests {
    /// A file of generated lines, and what is in it.
    private func input(in folder: TemporaryFolder, _ limit: Int64 = 300_000) throws -> (path: String, tally: Tally) {
        var generator = LogGenerator(seed: 5)
        var bytes: [UInt8] = []
        generator.lines(upTo: limit) { bytes += $0 }
        let path = folder.file("lines.ndjson")
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let lines = Int64(bytes.count { $0 == 0x0A })
        return (path, Tally(bytes: Int64(bytes.count), lines: lines, records: lines))
    }

    private func run(
        _ arguments: [String], in folder: TemporaryFolder, expecting code: Int32 = 0
    ) async throws -> RunningProgram {
        let program = try RunningProgram(
            RunningProgram.besideTests("logferry-bench"), ["paths", "--directory", folder.path] + arguments,
            folder: folder.path)
        let ended = try await program.wait(for: .seconds(300))
        #expect(ended == code, "\(program.errorText)")
        return program
    }

    private func report(_ program: RunningProgram) throws -> PathReport {
        try JSONDecoder().decode(PathReport.self, from: Data(program.outputText.utf8))
    }

    @Test("Both sides of every path that needs no server go through the whole input")
    func paths() async throws {
        let folder = try TemporaryFolder()
        let (path, tally) = try input(in: folder)
        let program = try await run(["--input", path, "--rounds", "1", "--json"], in: folder)
        let report = try report(program)
        #expect(report.paths.map(\.path) == [.frame, .scan, .follow, .batches, .sqlite, .range, .post])
        #expect(report.leftOut.map(\.path) == [.postgres, .mongo])
        for one in report.paths {
            var expected = tally
            if one.path == .frame { expected.records = 0 }
            if one.path == .range { (expected.records, expected.lines) = (0, 0) }
            if one.path == .batches {
                // Control lines are bytes, and neither lines nor records.
                #expect(one.tally.bytes > tally.bytes)
                expected.bytes = one.tally.bytes
            }
            #expect(one.tally == expected, "\(one.path)")
            #expect(one.rounds == 1 && one.ours.processorPerGiB.median > 0 && one.ours.peakMemory.median > 1_048_576)
            // Whoever sends the lines to a server is not what is measured.
            #expect((one.ours.clientPerGiB.median == 0) == (one.path == .post))
        }
        // Nothing is left of the stores and of what the programs were told.
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(left.filter { $0.hasPrefix("logferry-bench") } == [])
    }

    @Test("A path whose sides did not go through the same gets no figures, and the others keep theirs")
    func refusal() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("odd.ndjson")
        // An on-demand parser does not look at what nobody asks for; our scanner does.
        try Data("{\"seq\":0,\"a\":tru}\n{\"seq\":1}\n".utf8).write(to: URL(fileURLWithPath: path))
        let program = try await run(
            ["--input", path, "--rounds", "1", "--paths", "frame,scan"], in: folder, expecting: 1)
        #expect(program.outputText.contains("scan: NO FIGURES: scan, odd.ndjson: no figures, since our side"))
        #expect(program.outputText.contains("frame  odd.ndjson   ours"))
    }

    @Test("A server that judges lines and one that only reads them take every byte, blank lines and bad ones too")
    func requests() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("odd.ndjson")
        let lines = (0..<1234).map { $0 % 7 == 0 ? "" : $0 % 5 == 0 ? "{broken" : "{\"seq\":\($0)}" }
        let text = lines.joined(separator: "\n")
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        let program = try await run(["--input", path, "--rounds", "1", "--paths", "post", "--json"], in: folder)
        let accepted = lines.count { $0.hasPrefix("{\"") }
        let judged = lines.count { !$0.isEmpty }
        let tally = Tally(bytes: Int64(text.utf8.count), lines: Int64(judged), records: Int64(accepted))
        #expect(try report(program).paths.first?.tally == tally)
    }

    @Test("Lines are generated when there is no input, and kept when that is asked for")
    func generated() async throws {
        let folder = try TemporaryFolder()
        let program = try await run(
            ["--mib", "1", "--seed", "9", "--keep", "--rounds", "1", "--paths", "frame", "--json"], in: folder)
        #expect(try report(program).paths.first?.input == "generated-9.ndjson")
        let kept = try #require(program.errorText.split(separator: "\n").first { $0.hasPrefix("kept: ") })
        let size = try FileManager.default.attributesOfItem(atPath: kept.dropFirst(6) + "/generated-9.ndjson")[.size]
        #expect(try report(program).paths.first?.tally.bytes == (size as? Int64))
    }

    @Test(
        "Wrong options are refused with what is right",
        arguments: [
            (["--rounds", "0"], "--rounds is from 1 to 999"), (["--paths", "scan,fly"], "There is no path 'fly'"),
            (["--input", "/nowhere/x"], "/nowhere/x cannot be read"),
        ])
    func options(_ arguments: [String], _ words: String) async throws {
        let folder = try TemporaryFolder()
        let program = try await run(arguments, in: folder, expecting: 64)
        #expect(program.errorText.contains(words))
    }

    @Test(
        "Both sides of the servers' paths leave the same records",
        .enabled(if: TestServers.areThere))
    func servers() async throws {
        let folder = try TemporaryFolder()
        let (path, tally) = try input(in: folder)
        let program = try await run(
            [
                "--input", path, "--rounds", "1", "--paths", "postgres,mongo", "--json", "--postgres",
                TestServers.postgres ?? "", "--mongo", TestServers.mongo ?? "",
            ], in: folder)
        let report = try report(program)
        #expect(report.paths.map(\.path) == [.postgres, .mongo])
        for one in report.paths { #expect(one.tally == tally) }
    }
}

/// The servers that `Tests/run` starts.
private enum TestServers {
    static let postgres = ProcessInfo.processInfo.environment["LOGFERRY_TEST_POSTGRES"]
    static let mongo = ProcessInfo.processInfo.environment["LOGFERRY_TEST_MONGO"]
    static let areThere = postgres != nil && mongo != nil
}

extension RunningProgram {
    /// A program that was built with the tests.
    static func besideTests(_ name: String) -> String {
        let folders = [
            Bundle.main.bundlePath, (CommandLine.arguments[0] as NSString).deletingLastPathComponent,
            (#filePath as NSString).deletingLastPathComponent + "/../../../.build/debug",
        ]
        return folders.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 } ?? name
    }
}

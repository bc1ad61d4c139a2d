import Foundation
import LogCursor
import LogIngestion
import TestSupport
import Testing

@Suite("Real files", .timeLimit(.minutes(4)))
struct RealFileTests {
    /// Files of real lines; where they are is the machine's affair, so it is named from outside.
    private static let dataFolder =
        ProcessInfo.processInfo.environment["LOGFERRY_TEST_DATA"] ?? FileManager.default.currentDirectoryPath
        + "/../shared/data"
    private static let dataFiles =
        (try? FileManager.default.contentsOfDirectory(atPath: dataFolder))?
        .filter { $0.hasSuffix(".ndjson") }.sorted() ?? []

    @Test("real files are taken line by line, whatever the pieces", .enabled(if: !dataFiles.isEmpty, "no files"))
    func realFiles() async throws {
        for name in Self.dataFiles {
            let data = try Data(contentsOf: URL(fileURLWithPath: Self.dataFolder + "/" + name))
            let bytes = Array(data.prefix(100_000))
            let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast()
            let whole = Taking(maxLineBytes: 1 << 20).take(bytes)
            #expect(whole.records.map(\.line) == lines.map(Array.init), "\(name)")
            #expect(whole.rejects.isEmpty && whole.progress.counts.totalBytes == whole.progress.position)
            for size in [1021, 65_536] {
                let cuts = Array(stride(from: size, to: bytes.count, by: size))
                #expect(Taking(maxLineBytes: 1 << 20).take(bytes, cuts: cuts) == whole, "\(name) in pieces of \(size)")
            }
        }
    }
}

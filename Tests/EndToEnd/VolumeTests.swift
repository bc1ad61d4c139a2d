import Foundation
import ServerRig
import Testing

/// Much of everything, and what memory it takes.
@Suite("Volume", .serialized)
struct VolumeTests {
    /// What a worker may hold of its own, whatever it reads.
    private static let memoryLimit = 24 << 20

    @Test("C16: memory follows neither the size of an object nor the length of a line")
    func bigObject() async throws {
        var peaks: [Int] = []
        for size in Counts.isSoak ? [256 << 20, 1 << 30] : [96 << 20] { peaks.append(try await peak(of: size)) }
        for peak in peaks { #expect(peak <= VolumeTests.memoryLimit) }
        // Within a tenth, whatever the size.
        #expect((peaks.max() ?? 0) * 10 <= (peaks.min() ?? 0) * 11, "\(peaks)")
    }

    /// Takes an object of at least a size, and proves that all of it is there.
    /// - Returns: the most bytes that the worker held of its own.
    private func peak(of size: Int) async throws -> Int {
        let fleet = try await Fleet()
        let (app, writer) = try await fleet.register("big")
        let door = try await app.initialise()
        // A line far beyond any limit stands in the middle.
        let lines = Corpus.made(lines: 40_000, seed: 3)
        let longLine = Array("{\"long\":\"".utf8) + [UInt8](repeating: 0x78, count: 50_000_000) + Array("\"}\n".utf8)
        var appended = 0
        var lineCount = 0
        var isLongLineIn = false
        while appended < size {
            let piece = !isLongLineIn && appended > size / 2 ? longLine : lines
            isLongLineIn = isLongLineIn || piece.count == longLine.count
            let answer = try await writer.append(piece, to: door.file("2026-11-20"), with: door.token)
            try #require(answer.status == 200, "\(answer.text)")
            appended += piece.count
            lineCount += piece.count == longLine.count ? 0 : 40_000
        }
        let (worker, peak) = try await workOnce(fleet)
        #expect(worker.code == 0, "\(worker.words)")
        print("\(appended) bytes in one object: peak RssAnon \(peak / 1024) KiB, \(worker.seconds) s")
        let count = try await fleet.run(["query", "--app", "big", "--count"])
        #expect(count.output.trimmingCharacters(in: .whitespacesAndNewlines) == String(lineCount))
        let rejects = try await fleet.run(["rejects", "list", "--app", "big", "--json"])
        #expect(rejects.output.split(separator: "\n").count == 1 && rejects.output.contains("line_too_long"))
        let verified = try await fleet.run(["verify"])
        #expect(verified.code == 0, "\(verified.output) \(verified.words)")
        #expect(try await fleet.stop() == [0, 0])
        return peak
    }

    @Test("many small objects are listed and followed in one run")
    func manyObjects() async throws {
        let fleet = try await Fleet()
        let (app, writer) = try await fleet.register("many")
        let door = try await app.initialise()
        let count = Counts.of(2000, soak: 100_000)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...count {
                if number > 8 { try await group.next() }
                group.addTask {
                    let file = "\(door.folder)/\(door.prefix)-2026-11-20-\(number).ndjson"
                    let answer = try await writer.append(Array("{\"n\":\(number)}\n".utf8), to: file, with: door.token)
                    try #require(answer.status == 200, "\(answer.text)")
                }
            }
            try await group.waitForAll()
        }
        let (first, peak) = try await workOnce(fleet)
        #expect(first.code == 0, "\(first.words)")
        let (second, _) = try await workOnce(fleet)
        #expect(second.code == 0, "\(second.words)")
        print(
            "\(count) objects: first run \(first.seconds) s, peak RssAnon \(peak / 1024) KiB; "
                + "a run without news \(second.seconds) s")
        #expect(peak <= VolumeTests.memoryLimit)
        let stored = try await fleet.site.storedLines(of: "many").split(separator: 0x0A)
        #expect(stored.count == count && Set(stored).count == count)
        #expect(try await fleet.stop() == [0, 0])
    }

    /// Runs `work --once` to its end.
    /// - Returns: how it ended, and the most memory of its own that it held, in bytes.
    private func workOnce(_ fleet: Fleet) async throws -> ((code: Int32, words: String, seconds: Double), Int) {
        let begin = ContinuousClock.now
        let worker = try fleet.startWorker(["--once"])
        let watch = MemoryWatch(of: worker.pid)
        let code = try await worker.wait(for: .seconds(1800))
        let seconds = (ContinuousClock.now - begin) / .seconds(1)
        return ((code, worker.errorText, seconds), await watch.peak())
    }
}

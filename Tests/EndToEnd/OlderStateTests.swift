import Foundation
import Testing

/// A file store that shows an older state for a time, and the whole path behind it.
@Suite("A file store that goes back", .serialized)
struct OlderStateTests {
    @Test("T92: lines are stored once when reads show an older state for a while, listings being current")
    func goesBack() async throws {
        let scene = try await FlappingScene(seed: 3)
        let app = try await Application.register("older", at: scene.site)
        let door = try await app.initialise()
        let file = door.file("2026-11-20")
        for number in 0..<101 {
            _ = try await app.append(Array("{\"n\":\(number)}\n".utf8), to: file, with: door.token)
        }
        try await scene.catchUp()
        // The last lines come while reads show what there was a while ago.
        try scene.showBeginnings(500)
        _ = try await app.append(Array("{\"n\":101}\n".utf8), to: file, with: door.token)
        try await Fleet.until("the worker says so") {
            scene.workerLog.contains("an object shows only the beginning of what was taken")
        }
        try await Task.sleep(for: .milliseconds(1200))
        let doubted = try await scene.run(["query", "--app", "older", "--count"])
        #expect(doubted.output == "101\n", "\(doubted.output)")
        try scene.showBeginnings(nil)
        try await scene.catchUp()
        let count = try await scene.run(["query", "--app", "older", "--count"])
        #expect(count.output == "102\n", "\(count.output)")
        let verified = try await scene.run(["verify"])
        #expect(verified.code == 0, "\(verified.output) \(verified.words)")
        #expect(!scene.workerLog.contains("another one than before"))
        try await scene.stop()
    }

    @Test("T92: verify exits 1 for two generations that hold the same lines, and --allow-repeats accepts them")
    func repeats() async throws {
        let site = try Site()
        #expect(try await site.run(["apps", "add", "shop"]).code == 0)
        let path = site.folder + "/a.ndjson"
        let text = (0..<20).map { "{\"n\":\($0)}\n" }.joined()
        for part in [text, String(text.prefix(80))] {
            // The same inode: what a person gives by hand is taken at once.
            let handle = try #require(FileHandle(forWritingAtPath: path) ?? made(path))
            try handle.truncate(atOffset: 0)
            try handle.write(contentsOf: Data(part.utf8))
            try handle.close()
            #expect(try await site.run(["ingest", path, "--app", "shop"]).code == 0)
        }
        let verified = try await site.run(["verify"])
        #expect(verified.code == 1 && verified.output.contains("repeats"), "\(verified.output)")
        #expect(verified.output.contains("generations 1 and 2 hold the same 10 lines"), "\(verified.output)")
        #expect(try await site.run(["verify", "--allow-repeats"]).code == 0)
    }

    private func made(_ path: String) -> FileHandle? {
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        return FileHandle(forWritingAtPath: path)
    }
}

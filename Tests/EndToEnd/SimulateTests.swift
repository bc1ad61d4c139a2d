import Foundation
import ServerRig
import Testing

/// The command that runs simulated worlds.
@Suite("Simulated worlds as a command")
struct SimulateTests {
    @Test("a seed takes the same steps in every process, byte for byte", arguments: [1, 2, 17, 4711])
    func repeats(_ seed: Int) async throws {
        // Each process hashes with a key of its own, so that an order that hangs on hashes would show.
        let one = try await command(["simulate", "--seed", "\(seed)"])
        let other = try await command(["simulate", "--seed", "\(seed)"])
        #expect(one.code == 0, "\(one.words)")
        #expect(one.output.utf8.elementsEqual(other.output.utf8))
        #expect(one.output.contains("FAULT"))
        #expect(one.output.hasSuffix(" jobs\n"))
    }

    private func command(_ arguments: [String]) async throws -> Site.CommandResult {
        let folder = NSTemporaryDirectory() + "logferry-simulate-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let program = try RunningProgram(arguments, folder: folder)
        let code = try await program.wait(for: .seconds(120))
        return Site.CommandResult(code: code, output: program.outputText, words: program.errorText)
    }

    @Test("a range of seeds is judged on all processors, and the figures are those of its seeds")
    func range() async throws {
        let all = try await command(["simulate", "--seeds", "4", "--seed", "7", "--json"])
        #expect(all.code == 0, "\(all.words)")
        var records = 0
        for seed in 7...10 {
            let one = try await command(["simulate", "--seed", "\(seed)", "--json"])
            let last = try #require(one.output.split(separator: "\n").last)
            let object = try JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: Any]
            records += try #require(object?["records"] as? Int)
        }
        let object = try JSONSerialization.jsonObject(with: Data(all.output.utf8)) as? [String: Any]
        #expect(object?["seeds"] as? Int == 4)
        #expect(object?["records"] as? Int == records)
        #expect(object?["violation"] is NSNull)
    }
}

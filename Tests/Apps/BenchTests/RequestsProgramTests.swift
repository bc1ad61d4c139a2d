import Foundation
import ServerRig
import TestSupport
import Testing

@testable import Bench

@Suite("Requests of the bench")
struct RequestsProgramTests {
    private func run(_ arguments: [String], in folder: TemporaryFolder) throws -> RunningProgram {
        try RunningProgram(
            RunningProgram.besideTests("logferry-bench"), ["requests", "--directory", folder.path] + arguments,
            folder: folder.path)
    }

    @Test("Init and a page of records are answered whole by both sides, and nothing is left")
    func figures() async throws {
        let folder = try TemporaryFolder()
        let program = try run(["--records", "10000", "--requests", "40", "--rounds", "1", "--json"], in: folder)
        #expect(try await program.wait(for: .seconds(300)) == 0, "\(program.errorText)")
        let figures = try JSONDecoder().decode([RequestFigures].self, from: Data(program.outputText.utf8))
        #expect(figures.map(\.request) == ["init", "query: a page of 100"])
        for one in figures {
            // A page has a hundred records of some three hundred bytes; an init has a credential and a folder.
            #expect(one.answerBytes > (one.request == "init" ? 200 : 40_000))
            #expect(one.requests == 40 && one.ours.requestsPerSecond.median > 0)
            // Who asks a store and writes its answer uses more than who has it ready.
            #expect(one.processorRatio.median > 1)
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(left.filter { $0.hasPrefix("logferry-bench") } == [])
    }

    @Test("Wrong options are refused with what is right")
    func options() async throws {
        let folder = try TemporaryFolder()
        let program = try run(["--requests", "1"], in: folder)
        #expect(try await program.wait(for: .seconds(60)) == 64)
        #expect(program.errorText.contains("--requests is from 4 to 1000000"))
    }
}

import Foundation
import ServerRig
import TestSupport
import Testing

/// The command that writes lines to try things with.
@Suite("Generated lines as a command")
struct GenerateTests {
    private func generate(_ arguments: [String], in folder: TemporaryFolder) async throws -> (
        code: Int32, program: RunningProgram
    ) {
        let program = try RunningProgram(["generate"] + arguments, folder: folder.path)
        return (try await program.wait(for: .seconds(120)), program)
    }

    @Test("A file and standard output get the same whole lines, up to the size that was asked for")
    func sameBytes() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("lines.ndjson")
        let (code, program) = try await generate(["--mib", "1", "--seed", "3", "--out", path], in: folder)
        #expect(code == 0, "\(program.errorText)")
        let bytes = try #require(FileManager.default.contents(atPath: path))
        #expect(bytes.count <= 1 << 20 && bytes.count > (1 << 20) - 2000)
        #expect(bytes.last == 0x0A)
        let (second, printing) = try await generate(["--mib", "1", "--seed", "3"], in: folder)
        #expect(second == 0)
        #expect(Data(printing.outputText.utf8) == bytes)
    }

    @Test("A file that is there is left as it is")
    func noOverwriting() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("mine.txt")
        try Data("mine".utf8).write(to: URL(fileURLWithPath: path))
        let (code, program) = try await generate(["--mib", "1", "--out", path], in: folder)
        #expect(code == 1)
        #expect(program.errorText.contains("mine.txt: File exists"))
        #expect(FileManager.default.contents(atPath: path) == Data("mine".utf8))
    }
}

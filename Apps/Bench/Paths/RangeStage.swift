import Foundation
import LogIngestion

/// A file of the embedded file store, which a process of its own serves.
struct RangeStage: PathStage {
    let limit = "curl, the same ranges over one connection"
    private let task: CaseTask
    private let runner: CaseRunner
    private let folder: StageFolder
    private let server = ServingChild()

    init(input: String, directory: String, runner: CaseRunner) async throws {
        folder = try StageFolder(in: directory)
        self.runner = runner
        do {
            let key = UUID().uuidString + UUID().uuidString
            let port = try await server.start(
                ["serve-files", "--input", input, "--directory", folder.file("store")],
                environment: [CaseTask.keyVariable: key], limit: runner.limit)
            task = CaseTask(input: input, url: "http://127.0.0.1:\(port)", key: key)
            let object = try await RangeCase.open(task).object
            let configuration = RangeStage.configuration(task, object.identity, object.size)
            guard
                FileManager.default.createFile(
                    atPath: folder.file("curl"), contents: Data(configuration.utf8),
                    attributes: [.posixPermissions: 0o600])
            else { throw BenchError("\(folder.file("curl")) cannot be written") }
        } catch {
            try? await server.stop()
            try? folder.remove()
            throw error
        }
    }

    /// What curl is to do, which is a transfer for each range.
    ///
    /// The key is in the file and not among the arguments, which everybody on the machine can see.
    private static func configuration(_ task: CaseTask, _ id: String, _ size: Int64) -> String {
        stride(from: 0, to: size, by: benchedChunk).map { offset in
            """
            url = "\(task.url)/v1/files/readFile/\(id)"
            header = "Authorization: Bearer \(task.key)"
            range = "\(offset)-\(offset + Int64(benchedChunk) - 1)"
            output = "/dev/null"
            write-out = "%{http_code} %{size_download}\\n"
            silent

            """
        }.joined(separator: "next\n")
    }

    func run(_ side: Side) async throws -> CaseFigures {
        if side == .ours { return try await runner.run(.range, task) }
        var (figures, output) = try await runner.run(
            program: "/usr/bin/curl", ["--disable", "--config", folder.file("curl")])
        for line in output.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 2, words[0] == "206", let bytes = Int64(words[1]) else {
                throw BenchError("curl got no range: \(line)")
            }
            figures.tally.bytes += bytes
        }
        return figures
    }

    func close() async throws {
        try await server.stop()
        try folder.remove()
    }
}

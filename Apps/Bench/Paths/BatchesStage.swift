import Foundation
import LogIngestion
import LogModel
import Logferry

/// The lines of the input as our SDKs append them: in batches of a hundred, each behind its control line.
struct BatchesStage: PathStage {
    let limit = "bare simdjson reader in C++, to which control lines are lines like others"
    /// Lines in a batch.
    private static let lines = 100
    private let runner: CaseRunner
    private let folder: StageFolder
    private let batches: Int64

    init(input: String, directory: String, runner: CaseRunner) throws {
        self.runner = runner
        folder = try StageFolder(in: directory)
        do {
            batches = try BatchesStage.write(input, to: folder.file("batches"))
        } catch {
            try? folder.remove()
            throw error
        }
    }

    func run(_ side: Side) async throws -> CaseFigures {
        let task = CaseTask(input: folder.file("batches"))
        guard side == .limit else { return try await runner.run(.follow, task) }
        var figures = try await runner.run(.bareScan, task)
        figures.tally.lines -= batches
        figures.tally.records -= batches
        return figures
    }

    func close() throws { try folder.remove() }

    /// - Returns: how many batches there are.
    private static func write(_ input: String, to path: String) throws -> Int64 {
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let file = FileHandle(forWritingAtPath: path)
        else { throw BenchError("\(path) cannot be written") }
        var batches: Int64 = 0
        try FramedPieces.read(input, size: benchedChunk) { lines, bytes, _ in
            var text: [UInt8] = []
            var start = 0
            while start < lines.count {
                let end = min(start + BatchesStage.lines, lines.count)
                var body: [UInt8] = []
                var count = 0
                for row in start..<end where lines.isLine(row) {
                    for index in lines.range(row) { body.append(bytes[index]) }
                    body.append(0x0A)
                    count += 1
                }
                start = end
                guard count > 0 else { continue }
                batches += 1
                let id = BatchID(writer: "01kag8m3vn4z5qjb8t2x0d7wcs", seq: UInt64(batches))
                let batch = Batch(id: id, day: CivilDay(of: EngineCase.moment), lines: count, body: body)
                text += batch.controlLine + batch.body
            }
            try file.write(contentsOf: Data(text))
        }
        try file.close()
        return batches
    }
}

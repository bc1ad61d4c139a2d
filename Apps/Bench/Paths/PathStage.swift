import Foundation

/// Everything that one path needs around its cases: fresh places to write to, servers, and a look at what came of it.
protocol PathStage: Sendable {
    /// What our way is measured beside.
    var limit: String { get }

    /// Runs a side once, in a fresh place, and removes what it left.
    /// - Throws: also when what lies in the store is not what the case says that it did.
    func run(_ side: Side) async throws -> CaseFigures

    /// Removes what was made for all runs.
    func close() async throws
}

/// A path that ends in nothing.
struct ReadingStage: PathStage {
    let limit: String
    let ours: CaseName
    let bare: CaseName
    let input: String
    let runner: CaseRunner

    func run(_ side: Side) async throws -> CaseFigures {
        try await runner.run(side == .ours ? ours : bare, CaseTask(input: input))
    }

    func close() {}
}

/// A folder for what a stage makes.
struct StageFolder: Sendable {
    let path: String

    /// Makes a folder in another one.
    init(in parent: String) throws {
        path = parent + "/logferry-bench-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    /// The path of a file in it.
    func file(_ name: String) -> String { path + "/" + name }

    /// Removes it with all that is in it.
    func remove() throws { try FileManager.default.removeItem(atPath: path) }
}

extension CaseFigures {
    /// Makes sure that a store holds the records that the case says it brought.
    func holding(_ content: Tally, _ name: String) throws -> CaseFigures {
        guard content.records == tally.records else {
            throw BenchError("\(name) says \(tally), but its store holds \(content.records) records")
        }
        return self
    }
}

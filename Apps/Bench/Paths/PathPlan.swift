import Foundation

/// What is measured, and with what.
struct PathPlan: Sendable {
    /// Files of NDJSON.
    let inputs: [String]
    /// Rounds that count.
    let rounds: Int
    /// The URL of a PostgreSQL server; it can hold a password.
    let postgres: String?
    /// The URL of a MongoDB server; it can hold a password.
    let mongo: String?
    /// Where stores and prepared files are made.
    let directory: String
    let runner: CaseRunner

    /// Measures paths, one after the other, each over all inputs.
    /// - Parameters:
    ///   - paths: which.
    ///   - tell: told what is going on.
    /// - Returns: the figures; a path that fails has none and leaves the others theirs.
    /// - Throws: `CancellationError`.
    func measure(_ paths: [PathName], tell: @escaping @Sendable (String) -> Void) async throws -> PathReport {
        var figures: [PathFigures] = []
        var leftOut: [PathReport.LeftOut] = []
        var refused: [PathReport.LeftOut] = []
        for path in paths {
            if let reason = missing(for: path) {
                leftOut.append(PathReport.LeftOut(path: path, reason: reason))
                continue
            }
            for input in inputs {
                do {
                    figures.append(try await measure(path, input, tell: tell))
                } catch {
                    // Hours of other paths are not lost for it.
                    refused.append(PathReport.LeftOut(path: path, reason: String(describing: error)))
                }
                try Task.checkCancellation()
            }
        }
        return PathReport(paths: figures, leftOut: leftOut, refused: refused)
    }

    /// What a path needs and is not there; `nil` when it can be measured.
    private func missing(for path: PathName) -> String? {
        switch path {
        case .postgres where postgres == nil: "no --postgres URL"
        case .mongo where mongo == nil: "no --mongo URL"
        default: nil
        }
    }

    private func measure(
        _ path: PathName, _ input: String, tell: @escaping @Sendable (String) -> Void
    ) async throws -> PathFigures {
        let name = URL(fileURLWithPath: input).lastPathComponent
        let stage = try await stage(of: path, input)
        var runs = 0
        do {
            let results = try await Rounds.run(rounds, of: Side.allCases) { side in
                let round = runs / Side.allCases.count
                tell("\(path.rawValue), \(name), round \(round) of \(rounds): \(side == .ours ? "ours" : stage.limit)")
                runs += 1
                return try await stage.run(side)
            }
            try await stage.close()
            return try PathFigures(path, input: name, limitName: stage.limit, ours: results[0], limit: results[1])
        } catch {
            try? await stage.close()
            throw error
        }
    }

    private func stage(of path: PathName, _ input: String) async throws -> any PathStage {
        switch path {
        case .frame:
            ReadingStage(
                limit: "read and memchr in C", ours: .frame, bare: .newlines, input: input, runner: runner)
        case .scan:
            ReadingStage(
                limit: "bare simdjson reader in C++", ours: .scan, bare: .bareScan, input: input, runner: runner)
        case .follow:
            ReadingStage(
                limit: "bare simdjson reader in C++", ours: .follow, bare: .bareScan, input: input, runner: runner)
        case .batches: try BatchesStage(input: input, directory: directory, runner: runner)
        case .sqlite: SQLiteStage(input: input, directory: directory, runner: runner)
        case .postgres:
            try PostgresStage(input: input, url: postgres ?? "", directory: directory, runner: runner)
        case .mongo: try MongoStage(input: input, url: mongo ?? "", runner: runner)
        case .range: try await RangeStage(input: input, directory: directory, runner: runner)
        case .post: try await PostStage(input: input, runner: runner)
        }
    }
}

import Foundation

/// What a cell of the table showed.
struct FaultFigures: Sendable {
    /// Longest time without a new line of the app.
    var stall = Duration.zero
    /// The same of another app.
    var otherStall = Duration.zero
    /// From the end of the fault until a line of each app is seen that was acknowledged after it.
    var back = Duration.zero
    /// Lines that were acknowledged.
    var acknowledged = 0
    /// How many of those are not stored in the end.
    var lost = 0
    /// How many are stored more than once.
    var doubled = 0
    /// The longest request for a count.
    var request = Duration.zero
    /// How many of them there were by the status of their answers; 0 stands for none.
    var answers: [Int: Int] = [:]
    /// The longest answer of `/readyz`.
    var readiness = Duration.zero
    /// How each process ended under the fault.
    var ends: [(process: String, after: Duration, code: Int32)] = []
    /// What was said while the fault lasted, as lines of the log.
    var words = ""
    /// What was said first, since the beginning of the fault.
    var warning: (after: Duration, words: String)?
}

extension FaultFigures {
    /// The heads of the table.
    static let heads = [
        "backend", "fault", "stall", "of another app", "back after", "lost", "doubled", "longest request", "`/readyz`",
        "end of worker, API", "first warning after", "what it says",
    ]

    /// The cell as a row; limits are in brackets.
    func row(of cell: FaultCell) -> [String] {
        let ending = ends.map { "\($0.after.inSeconds) (\($0.code))" }.joined(separator: ", ")
        return [
            cell.backend.rawValue, "\(cell.fault)", "\(stall.inSeconds) (\(cell.limits.stall.inSeconds))",
            otherStall.inSeconds, "\(back.inSeconds) (\(cell.limits.back.inSeconds))", "\(lost)", "\(doubled)",
            "\(request.inSeconds) (\(cell.limits.request.inSeconds))", readiness.inSeconds,
            ending.isEmpty ? "–" : ending, warning?.after.inSeconds ?? "–", warning?.words ?? "–",
        ]
    }
}

extension Duration {
    /// With one digit behind the point, as far as there are any.
    var inSeconds: String {
        let text = String(format: "%.1f", self / .seconds(1))
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}

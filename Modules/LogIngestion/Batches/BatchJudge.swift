/// Says which batches were taken before, and notes those that are taken now.
struct BatchJudge: Sendable {
    private var known: [WriterID: WriterState] = [:]
    private var changed: [WriterID: WriterState] = [:]
    private var decided: [Int64: Bool] = [:]

    mutating func learn(_ writer: WriterID, _ state: WriterState) {
        known[writer] = state
    }

    mutating func decide(_ offset: Int64, isRepeated: Bool) {
        decided[offset] = isRepeated
    }

    /// Whether the batch at `offset` was taken before; `nil` when nothing is known.
    ///
    /// A fresh one is taken by this.
    mutating func isRepeated(_ control: ControlLine, at offset: Int64) -> Bool? {
        if let answer = decided.removeValue(forKey: offset) { return answer }
        guard var state = changed[control.writer] ?? known[control.writer] else { return nil }
        guard !state.taken.contains(control.sequence) else { return true }
        state.taken.insert(control.sequence)
        changed[control.writer] = state
        return false
    }

    /// What was taken since the last call, as moves from what was known then.
    mutating func moves() -> [WriterMove] {
        let moves = changed.map { writer, state in
            let from = known[writer]?.version ?? 0
            return WriterMove(
                writer: writer, from: from, to: WriterState(taken: state.taken, version: from + 1))
        }
        for move in moves { known[move.writer] = move.to }
        changed = [:]
        return moves
    }
}

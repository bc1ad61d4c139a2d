/// Says which batches were taken before, and notes those that are taken now.
struct BatchJudge: Sendable {
    private var known: [WriterID: WriterState] = [:]
    private var changed: [WriterID: WriterState] = [:]
    private var decided: [Int64: Bool] = [:]
    /// Batches before this place may have been taken from here: each is asked about.
    var askedBelow: Int64 = 0
    private var absent: Set<Int64> = []

    mutating func learn(_ writer: WriterID, _ state: WriterState) {
        known[writer] = state
    }

    mutating func decide(_ offset: Int64, isRepeated: Bool) {
        decided[offset] = isRepeated
    }

    /// Tells that no line of the batch at `offset` is stored: what is known of its writer decides.
    mutating func goByWriter(_ offset: Int64) {
        absent.insert(offset)
    }

    /// Whether the batch at `offset` was taken before; `nil` when nothing is known.
    ///
    /// A fresh one is taken by this.
    mutating func isRepeated(_ control: ControlLine, at offset: Int64) -> Bool? {
        if let answer = decided.removeValue(forKey: offset) { return answer }
        if offset < askedBelow, !absent.contains(offset) { return nil }
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

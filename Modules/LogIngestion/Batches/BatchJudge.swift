/// Tells batches that were taken before from new ones by what is known of their writers, and notes the new ones.
struct BatchJudge: Sendable {
    private var known: [WriterID: WriterState] = [:]
    private var changed: [WriterID: WriterState] = [:]

    /// Whether the state of a writer was learnt.
    func knows(_ writer: WriterID) -> Bool { known[writer] != nil }

    /// Learns the stored state of a writer.
    mutating func learn(_ writer: WriterID, _ state: WriterState) { known[writer] = state }

    /// Whether a batch was taken before; a new one counts as taken from now on.
    ///
    /// A writer of which nothing was learnt is new.
    mutating func isRepeated(_ batch: BatchPlace) -> Bool {
        var state = changed[batch.writer] ?? known[batch.writer] ?? WriterState()
        guard !state.taken.contains(batch.sequence) else { return true }
        state.taken.insert(batch.sequence)
        changed[batch.writer] = state
        return false
    }

    /// The batches that became taken since the last call, as moves from the states before.
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

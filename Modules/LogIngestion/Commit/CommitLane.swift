import LogModel

/// The way of one object's steps into the store: one commit at a time, while its caller goes on with the next chunk.
///
/// Whoever begins a commit must wait for its end before letting go of the lane.
struct CommitLane {
    private typealias Answer = Result<StepOutcome, StoreError>

    private let committer: GroupCommitter
    private var current: (output: ObjectAssembler.Output, answer: Task<Answer, Never>)?

    init(_ committer: GroupCommitter) { self.committer = committer }

    /// Sends a step on its way; the one before must have ended.
    mutating func begin(_ output: ObjectAssembler.Output, _ step: ObjectStep) {
        precondition(current == nil, "the commit before must have ended")
        // No child of the caller: a commit that has begun is not taken back by a cancellation.
        let answer = Task { [committer] () async -> Answer in
            do throws(StoreError) {
                return .success(try await committer.commit(step))
            } catch {
                return .failure(error)
            }
        }
        current = (output, answer)
    }

    /// Waits for the step that is on its way, and says what came of it; `nil` when there is none.
    mutating func end() async throws(StoreError) -> (output: ObjectAssembler.Output, outcome: StepOutcome)? {
        guard let (output, answer) = current else { return nil }
        current = nil
        return (output, try await answer.value.get())
    }
}

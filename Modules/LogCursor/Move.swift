public import LogModel

/// One cursor step: the cursor of a generation goes from one progress to the next, if nobody took it over.
public struct Move: Sendable, Hashable {
    /// The generation.
    public let generation: GenerationID
    /// Where the cursor must be.
    public let from: Int64
    /// Number of the claim that moves it; the cursor must have no higher one.
    public let epoch: Int64
    /// What the cursor holds afterwards; `to.position` is never below `from`.
    public let to: CursorProgress

    /// Makes a step.
    public init(generation: GenerationID, from: Int64, epoch: Int64, to: CursorProgress) {
        precondition(to.position >= from, "a cursor never moves back in a commit")
        self.generation = generation
        self.from = from
        self.epoch = epoch
        self.to = to
    }
}

/// Where a question goes on once it has taken long, so that short ones do not wait for it.
///
/// How long a question takes is known when it has been asked only: whether it looks at a hundred records or at a million
/// depends on what the store holds. So every question begins in the foreground, and goes on here.
public protocol BackgroundWork: Sendable {
    /// Whether the question is in the background already.
    var hasBegun: Bool { get }

    /// Does work in the background.
    /// - Returns: what the work returns.
    /// - Throws: what the work throws, or why there is no place for it.
    func carryOn<Value: Sendable>(
        _ work: @concurrent @Sendable @escaping () async throws -> Value
    ) async throws -> Value

    /// Lets others go first that wait for a place in the background, between two pieces of work there.
    /// - Throws: why there is no place for it any more.
    func giveWay() async throws
}

/// How a store reads for a question.
public enum ReadingPace: Sendable, Hashable {
    /// A call looks at little, and says where to go on; others may wait behind it.
    case short
    /// A call may look at much, and lets others go first where the store can.
    case long
}

/// What a question may do in the foreground.
///
/// It is counted in bytes of lines, once for each text that is looked for in them: some milliseconds of work, and the
/// same amount on every run, which a time would not be.
struct Effort {
    /// What is left.
    private(set) var left: Int

    /// What a question may do before it goes on in the background.
    static let short = Effort(left: 1 << 20)
    /// What a question does in the background before others may go first.
    static let piece = Effort(left: 64 << 20)
    /// As much as there is to do.
    static let unbounded = Effort(left: .max)

    /// Whether nothing is left.
    var isSpent: Bool { left <= 0 }

    /// Pays for work.
    mutating func spend(_ amount: Int) { left -= amount }
}

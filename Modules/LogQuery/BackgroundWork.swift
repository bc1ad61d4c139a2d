/// Runs long questions in the background, so that short questions do not wait for them.
///
/// The duration of a question is not known in advance: whether it examines a hundred records or a million depends on
/// what the store holds. So every question begins in the foreground, and continues here.
public protocol BackgroundWork: Sendable {
    /// Whether the question runs in the background already.
    var hasBegun: Bool { get }

    /// Runs work in the background.
    /// - Returns: the result of the work.
    /// - Throws: the error that the work throws, or the reason why there is no place for it; the work has not begun
    ///   then.
    func carryOn<Value: Sendable>(
        _ work: @concurrent @Sendable @escaping () async throws -> Value
    ) async throws -> Value

    /// Yields to other questions that wait for a place in the background, between two pieces of work.
    /// - Throws: the reason why there is no place for it any more; the question ends then.
    func giveWay() async throws
}

/// The pace at which a store reads for a question.
public enum ReadingPace: Sendable, Hashable {
    /// A call examines few rows, and says where to continue; other calls may wait behind it.
    case short
    /// A call may examine many rows, and yields to other calls where the store can.
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

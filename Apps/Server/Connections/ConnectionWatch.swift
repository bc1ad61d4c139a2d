/// Judges by the clock whether a connection goes on: what happens on it goes in, a verdict comes out.
struct ConnectionWatch {
    /// Why a connection ends.
    enum Verdict: Equatable {
        /// Nobody asks for anything.
        case idle
        /// A head is not sent to its end.
        case slowHead
        /// A body stands still or is too slow.
        case slowBody
        /// An answer is not taken, or too slowly.
        case slowReader
        /// A body goes on for too long after its request was answered.
        case endlessBody
    }

    private let limits: ConnectionLimits
    /// When the head began that is not there to its end.
    private var headSince: ContinuousClock.Instant?
    private var idleSince: ContinuousClock.Instant
    private var body: Pace?
    private var answer: Pace?
    private var unsent = 0
    private var unanswered = 0
    private var drained = 0

    init(_ limits: ConnectionLimits, at now: ContinuousClock.Instant) {
        self.limits = limits
        idleSince = now
    }

    /// Whether an answer is owed.
    var isAnswering: Bool { unanswered > 0 }
    /// Whether what comes next belongs to a head.
    var expectsHead: Bool { body == nil }
    /// Whether more of an answered request's body came than is passed over.
    var isDrainedOut: Bool { drained > limits.drainBytes }

    // MARK: - What happens

    /// We ask the other side for more.
    mutating func asked(at now: ContinuousClock.Instant) { body?.wait(at: now) }

    /// Bytes came in; they are not parsed yet.
    mutating func received(_ count: Int, at now: ContinuousClock.Instant) {
        guard body != nil else {
            if headSince == nil { headSince = now }
            return
        }
        body?.moved(count, at: now)
        if unanswered == 0 { drained += count }
    }

    /// A head came to its end.
    mutating func tookHead() {
        headSince = nil
        unanswered += 1
        drained = 0
        body = Pace(headStart: limits.stallTimeout, minimumRate: limits.minimumRate)
    }

    /// A request came to its end.
    mutating func tookRequest(at now: ContinuousClock.Instant) {
        body = nil
        idleSince = now
    }

    /// Bytes were handed over for sending.
    mutating func sending(_ count: Int, at now: ContinuousClock.Instant) {
        guard count > 0 else { return }
        unsent += count
        if answer == nil { answer = Pace(headStart: limits.stallTimeout, minimumRate: limits.minimumRate) }
        answer?.wait(at: now)
    }

    /// The other side's system took bytes.
    mutating func sent(_ count: Int, at now: ContinuousClock.Instant) {
        unsent -= count
        answer?.moved(count, at: now)
        if unsent > 0 {
            answer?.wait(at: now)
        } else if unanswered == 0 {
            answer = nil
        }
    }

    /// An answer came to its end.
    mutating func answered(at now: ContinuousClock.Instant) {
        unanswered = max(0, unanswered - 1)
        idleSince = now
        if headSince != nil { headSince = now }
    }

    // MARK: - What follows

    /// Why the connection must end; `nil` while it may go on.
    func verdict(at now: ContinuousClock.Instant) -> Verdict? {
        if let answer, answer.isOverdue(at: now) { return .slowReader }
        if let body {
            if isDrainedOut { return .endlessBody }
            return body.isOverdue(at: now) ? .slowBody : nil
        }
        guard unanswered == 0, unsent == 0 else { return nil }
        if let headSince { return now - headSince > limits.headTimeout ? .slowHead : nil }
        return now - idleSince > limits.idleTimeout ? .idle : nil
    }
}

import HTTPTransport
import LogModel

/// Finds out when the server as a whole has fallen silent, and lets one call at a time try whether it answers again.
///
/// A server that accepts everything and answers nothing would keep each call waiting until its limit, one after the other.
/// A single call that is late says nothing of the server: it may be about a file that hangs. Two calls without an answer, and
/// none to any other call between them, say that the server is silent.
actor SilenceGate {
    /// A call that may go to the server.
    struct Pass: Sendable {
        /// When it began, since the gate was made.
        let start: Duration
        /// Whether it tries out a silent server.
        let isProbe: Bool
    }

    /// What a call that ended without an answer means.
    enum Finding: Sendable {
        /// The server has answered nothing else meanwhile either.
        case silent
        /// It has answered others meanwhile, so it is what was asked for that is slow.
        case late
        /// Nobody else has asked meanwhile, so nothing is known of the server.
        case alone
        /// The call ended early for another reason.
        case neither
    }

    /// The first pause between two tries; it doubles.
    private static let firstPause: Duration = .seconds(1)
    /// The longest pause: so long may a server answer again before it is noticed.
    private static let longestPause: Duration = .seconds(10)
    /// How long a call that its caller gave up must have waited before it counts.
    private static let leastWait: Duration = .seconds(5)

    private let elapsed: @Sendable () -> Duration
    private let entropy: any Entropy
    private var lastAnswer: Duration?
    /// How many calls have ended without an answer since the last answer.
    private var unanswered = 0
    private var isSilent = false
    private var isProbing = false
    private var pause = SilenceGate.firstPause
    private var nextProbe: Duration = .zero

    /// - Parameters:
    ///   - clock: what time is measured by.
    ///   - entropy: the jitter of pauses.
    init(clock: any Clock<Duration>, entropy: any Entropy) {
        elapsed = clock.stopwatch()
        self.entropy = entropy
    }

    /// Lets a call through, unless the server is silent and it is not time for a try.
    /// - Throws: ``FimidaraFailure``.
    func enter(_ name: String) throws(FimidaraFailure) -> Pass {
        let now = elapsed()
        guard isSilent else { return Pass(start: now, isProbe: false) }
        guard !isProbing, now >= nextProbe else {
            var failure = FimidaraFailure(.unavailable, "\(name) was not sent: the file store has fallen silent")
            failure.isWithoutAnswer = true
            throw failure
        }
        isProbing = true
        return Pass(start: now, isProbe: true)
    }

    /// The present moment, since the gate was made.
    func moment() -> Duration { elapsed() }

    /// Whether the server has answered a call since a moment.
    func hasAnswered(since moment: Duration) -> Bool { lastAnswer.map { $0 > moment } ?? false }

    /// Notes that the server has answered a call, whatever it said.
    func noteAnswer(to pass: Pass) {
        lastAnswer = elapsed()
        unanswered = 0
        isSilent = false
        isProbing = false
        pause = SilenceGate.firstPause
    }

    /// Notes that a call ended without an answer.
    func noteEnd(of pass: Pass, _ error: HTTPTransportError) -> Finding {
        if pass.isProbe { isProbing = false }
        let now = elapsed()
        guard error.isTimeout || (error.reason == .cancelled && now - pass.start >= SilenceGate.leastWait) else {
            // Any other end is an answer of the network: the next call is as good a try as this one.
            if pass.isProbe, error.reason != .cancelled { isSilent = false }
            return .neither
        }
        if hasAnswered(since: pass.start) { return .late }
        unanswered += 1
        guard unanswered >= 2 || pass.isProbe else { return .alone }
        isSilent = true
        // Half to all of the pause, so that processes do not try at the same moment.
        nextProbe = now + pause / 2 + pause / 2000 * Int(entropy.number(below: 1001))
        pause = min(pause * 2, SilenceGate.longestPause)
        return .silent
    }
}

extension HTTPTransportError {
    /// Whether a time limit ended it.
    var isTimeout: Bool {
        [.timedOut(.connect), .timedOut(.idle), .timedOut(.total)].contains(reason)
    }
}

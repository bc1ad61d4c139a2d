import LogModel

/// How long to wait between attempts.
public struct BackoffSettings: Sendable, Hashable {
    /// The bound of the first wait; it doubles with each failure in a row.
    public var base: Duration = .milliseconds(500)
    /// The bound of all waits.
    public var cap: Duration = .seconds(30)
    /// The longest `Retry-After` that is obeyed; a longer one counts as this.
    public var retryAfterCap: Duration = .seconds(900)

    /// The defaults.
    public init() {}
}

/// Exponential back-off with full jitter: each wait is evenly spread between nothing and a bound that doubles.
struct Backoff {
    let settings: BackoffSettings
    private(set) var failures = 0

    /// Notes a failure and tells how long to wait before the next attempt.
    mutating func failed(retryAfter: Duration?, entropy: any Entropy) -> Duration {
        let bound = min(settings.cap, settings.base * (1 << min(failures, 20)))
        failures += 1
        let nanoseconds = max(1, bound / .nanoseconds(1))
        let jitter = Duration.nanoseconds(Int64(entropy.number(below: UInt64(nanoseconds))))
        guard let retryAfter else { return jitter }
        // Those who were sent away together shall not come back together.
        return min(max(retryAfter, .zero), settings.retryAfterCap) + min(jitter, .seconds(1))
    }

    /// Notes a success.
    mutating func succeeded() { failures = 0 }
}

/// Reads `Retry-After`: whole seconds, or an HTTP date (RFC 9110, section 10.2.3) in its preferred form.
func retryAfter(_ text: String?, now: Timestamp) -> Duration? {
    guard let text else { return nil }
    if let seconds = Int64(text), seconds >= 0 { return .seconds(min(seconds, 1_000_000_000)) }
    let words = text.split(separator: " ")
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    guard words.count == 6, let day = Int(words[1]), let month = months.firstIndex(of: String(words[2])),
        let year = Int(words[3]), let date = CivilDay(year: year, month: month + 1, day: day),
        let moment = Timestamp(rfc3339: "\(date)T\(words[4])Z")
    else { return nil }
    return max(.zero, moment.since(now))
}

import LogModel

/// Remembers when the file store last confirmed something, so that not each init asks.
actor Confirmations<Subject: Hashable & Sendable> {
    /// Beyond this many subjects, what is stale is forgotten, and if that is not enough, all is.
    private let limit: Int
    private let trust: Duration
    private var confirmed: [Subject: (grant: AppGrant, at: Timestamp)] = [:]

    /// Makes a memory in which what was confirmed counts for `trust`.
    init(trust: Duration, limit: Int = 10_000) {
        self.trust = trust
        self.limit = limit
    }

    /// Whether something was confirmed under a grant a short while ago.
    func isRecent(_ grant: AppGrant, of subject: Subject, at now: Timestamp) -> Bool {
        guard let last = confirmed[subject], last.grant == grant else { return false }
        // A clock that stepped back makes it stale rather than fresh for ever.
        return last.at <= now && now < last.at.advanced(by: trust)
    }

    /// Notes that something was confirmed under a grant.
    func confirm(_ grant: AppGrant, of subject: Subject, at now: Timestamp) {
        if confirmed.count >= limit {
            confirmed = confirmed.filter { isRecent($0.value.grant, of: $0.key, at: now) }
            if confirmed.count >= limit { confirmed = [:] }
        }
        confirmed[subject] = (grant, now)
    }
}

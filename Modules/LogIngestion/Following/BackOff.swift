import LogModel

/// Remembers which objects and sources failed or were slow, and when each is worth another try.
actor BackOff {
    private struct Entry {
        var failures: Int
        /// Whether the last failure was that it came too late, although its place answered others.
        var wasLate = false
        var since: Timestamp
        var notBefore: Timestamp
    }

    private struct Key: Hashable {
        let source: SourceID
        /// `nil` for the source itself.
        let object: ObjectKey?
    }

    private var entries: [Key: Entry] = [:]
    private let entropy: any Entropy

    /// How many failing objects are remembered; beyond that, new ones are tried again at once.
    private static let limit = 10_000
    private static let longest: Duration = .seconds(300)
    /// As many times what a failure cost is waited for at least, where the place answered others meanwhile.
    private static let costFactor = 4
    /// The longest wait for a source: all that an app writes waits with it.
    private static let longestForSource: Duration = .seconds(60)

    init(entropy: any Entropy) {
        self.entropy = entropy
    }

    func isDue(_ source: SourceID, _ object: ObjectKey? = nil, at now: Timestamp) -> Bool {
        guard let entry = entries[Key(source: source, object: object)] else { return true }
        // A clock that stepped back makes nobody wait for as long as it stepped.
        return entry.notBefore <= now || now < entry.since
    }

    /// Whether an object came too late the last time.
    func wasLate(_ source: SourceID, _ object: ObjectKey) -> Bool {
        entries[Key(source: source, object: object)]?.wasLate ?? false
    }

    func succeeded(_ source: SourceID, _ object: ObjectKey? = nil) {
        guard !entries.isEmpty else { return }
        entries[Key(source: source, object: object)] = nil
    }

    /// Notes a failure.
    /// - Parameters:
    ///   - source: where it was.
    ///   - object: of what.
    ///   - cost: how long it took, where it was late although the place answered others meanwhile.
    ///   - now: the time of day.
    /// - Returns: how long to wait: half to all of 1, 2, 4, … seconds, 300 at most, and at least twice to four times what
    ///   the failure cost.
    func failed(_ source: SourceID, _ object: ObjectKey, late cost: Duration? = nil, at now: Timestamp) -> Duration {
        let key = Key(source: source, object: object)
        let failures = (entries[key]?.failures ?? 0) + 1
        let usual: Duration = .seconds(1 << min(failures - 1, 9))
        let full = min(BackOff.longest, max(usual, (cost ?? .zero) * BackOff.costFactor))
        return wait(full, key, failures: failures, wasLate: cost != nil, at: now)
    }

    /// Notes that a source was late: it answered others meanwhile.
    /// - Returns: how long to wait: twice to four times what that cost, 60 seconds at most.
    func wasLate(_ source: SourceID, cost: Duration, at now: Timestamp) -> Duration {
        let full = min(BackOff.longestForSource, cost * BackOff.costFactor)
        return wait(full, Key(source: source, object: nil), failures: 1, at: now)
    }

    /// Notes that an object was slow, and that others get as much time as it took before it goes on.
    func wasSlow(_ source: SourceID, _ object: ObjectKey, cost: Duration, at now: Timestamp) {
        _ = wait(min(BackOff.longest, cost), Key(source: source, object: object), failures: 0, at: now)
    }

    private func wait(
        _ full: Duration, _ key: Key, failures: Int, wasLate: Bool = false, at now: Timestamp
    ) -> Duration {
        let wait = full / 2 + full / 2000 * Int(entropy.number(below: 1001))
        if entries.count < BackOff.limit || entries[key] != nil {
            entries[key] = Entry(
                failures: failures, wasLate: wasLate, since: now, notBefore: now.advanced(by: wait))
        }
        return wait
    }
}

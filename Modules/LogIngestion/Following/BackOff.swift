import LogModel

/// Remembers which objects failed, and when each is worth another try.
actor BackOff {
    private struct Entry {
        var failures: Int
        var since: Timestamp
        var notBefore: Timestamp
    }

    private struct Key: Hashable {
        let source: SourceID
        let object: ObjectKey
    }

    private var entries: [Key: Entry] = [:]
    private let entropy: any Entropy

    /// How many failing objects are remembered; beyond that, new ones are tried again at once.
    private static let limit = 10_000
    private static let longest: Duration = .seconds(300)

    init(entropy: any Entropy) {
        self.entropy = entropy
    }

    func isDue(_ source: SourceID, _ object: ObjectKey, at now: Timestamp) -> Bool {
        guard let entry = entries[Key(source: source, object: object)] else { return true }
        // A clock that stepped back makes nobody wait for as long as it stepped.
        return entry.notBefore <= now || now < entry.since
    }

    func succeeded(_ source: SourceID, _ object: ObjectKey) {
        guard !entries.isEmpty else { return }
        entries[Key(source: source, object: object)] = nil
    }

    /// Notes a failure.
    /// - Returns: how long to wait: half to all of 1, 2, 4, … seconds, 300 at most.
    func failed(_ source: SourceID, _ object: ObjectKey, at now: Timestamp) -> Duration {
        let key = Key(source: source, object: object)
        let failures = (entries[key]?.failures ?? 0) + 1
        let full = min(BackOff.longest, .seconds(1 << min(failures - 1, 9)))
        let wait = full / 2 + full / 2000 * Int(entropy.number(below: 1001))
        if entries.count < BackOff.limit || entries[key] != nil {
            entries[key] = Entry(failures: failures, since: now, notBefore: now.advanced(by: wait))
        }
        return wait
    }
}

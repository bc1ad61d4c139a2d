import DistributedLock
import InMemoryAdapter
import LogModel

/// A node in memory whose troubles a test chooses.
actor SimulatedNode: LockNode {
    enum Mood: CaseIterable {
        /// Does what it is asked.
        case well
        /// Does nothing and says so.
        case down
        /// Does what it is asked, and its answer is lost.
        case mute
        /// Will never do what it is asked.
        case refusing
    }

    struct Entry {
        var claim: LockClaim
        var end: ManualTicks.Instant
    }

    nonisolated let label: String
    private let ticks: ManualTicks
    private var mood = Mood.well
    private var slowness: Duration = .zero
    private(set) var entries: [LockName: Entry] = [:]
    private(set) var fences: [LockName: Int64] = [:]

    init(_ label: String, _ ticks: ManualTicks) {
        self.label = label
        self.ticks = ticks
    }

    func become(_ mood: Mood) { self.mood = mood }
    /// Lets that much time pass at each call.
    func take(_ time: Duration) { slowness = time }
    func count(_ fence: Int64, for name: LockName) { fences[name] = fence }
    func holds(_ name: LockName) -> Bool { live(name) != nil }

    func acquire(
        _ claim: LockClaim, for term: Duration, within limit: Duration
    ) throws(LockStoreError) -> LockNodeAnswer {
        try begin()
        let answer: LockNodeAnswer
        if let entry = live(claim.name) {
            answer = .held(by: entry.claim.holder, remaining: ticks.now.duration(to: entry.end))
        } else {
            fences[claim.name, default: 0] += 1
            entries[claim.name] = Entry(claim: claim, end: ticks.now.advanced(by: term))
            answer = .granted(fence: fences[claim.name] ?? 0)
        }
        try end()
        return answer
    }

    func claim(on name: LockName, within limit: Duration) throws(LockStoreError) -> LockClaim? {
        try begin()
        let claim = live(name)?.claim
        try end()
        return claim
    }

    func raise(_ claim: LockClaim, to fence: Int64, within limit: Duration) throws(LockStoreError) -> Bool {
        try begin()
        let isHeld = live(claim.name)?.claim == claim
        if isHeld { fences[claim.name] = max(fences[claim.name] ?? 0, fence) }
        try end()
        return isHeld
    }

    func extend(_ claim: LockClaim, for term: Duration, within limit: Duration) throws(LockStoreError) -> Bool {
        try begin()
        let isHeld = live(claim.name)?.claim == claim
        if isHeld { entries[claim.name]?.end = ticks.now.advanced(by: term) }
        try end()
        return isHeld
    }

    func release(_ claim: LockClaim, within limit: Duration) throws(LockStoreError) -> Bool {
        try begin()
        let isHeld = live(claim.name)?.claim == claim
        if isHeld { entries[claim.name] = nil }
        try end()
        return isHeld
    }

    private func live(_ name: LockName) -> Entry? {
        entries[name].flatMap { $0.end > ticks.now ? $0 : nil }
    }

    private func begin() throws(LockStoreError) {
        if slowness > .zero { ticks.advance(by: slowness) }
        if mood == .down { throw LockStoreError(.unavailable, detail: "is down") }
        if mood == .refusing { throw LockStoreError(.broken, detail: "refuses") }
    }

    private func end() throws(LockStoreError) {
        if mood == .mute { throw LockStoreError(.unavailable, detail: "said nothing") }
    }
}

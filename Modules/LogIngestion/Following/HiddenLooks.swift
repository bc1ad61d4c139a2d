import LogCursor
import LogModel

/// Decides when it is time to look behind the end that a place shows of an object.
///
/// An append that broke at the end of a line pushes acknowledged lines beyond that end and leaves nothing that is refused,
/// so nothing in the lines tells of it. An object that has grown is therefore looked at, at most once in ``interval`` each
/// and at most ``mostInRun`` of them in a run; those that had no turn stay due when they no longer grow.
actor HiddenLooks {
    private struct Key: Hashable {
        let source: SourceID
        let object: ObjectKey
    }

    /// Between two looks at one object: a look costs two requests, which is little in an hour and much in each visit.
    static let interval: Duration = .seconds(3600)
    /// How many objects are looked at in a run, so that a run after a restart does not spend its time on looking.
    static let mostInRun = 100
    /// How long after its last growth an object counts as one to be looked at when nothing is remembered of it, which is so
    /// after a restart.
    static let memory: Duration = .seconds(86_400)
    /// How many objects are remembered; beyond that, those whose look is long ago are forgotten first.
    private static let limit = 10_000

    private let ticks: any Clock<Duration>
    private var lookedAt: [Key: Timestamp] = [:]
    private var found: Set<Key> = []
    private var left = HiddenLooks.mostInRun

    init(ticks: any Clock<Duration>) {
        self.ticks = ticks
    }

    /// Begins a run, which has all its looks.
    func beginRun() {
        left = HiddenLooks.mostInRun
        found = []
    }

    /// Whether bytes lie hidden behind an object, if it is time to look.
    /// - Parameters:
    ///   - object: the object.
    ///   - source: its place.
    ///   - grownAt: when it was last seen to grow.
    ///   - now: the time of day.
    /// - Returns: `false` as well when a look fails; then the object stays due.
    func finds(
        behind object: SourceObject, in source: any ObjectSource, grownAt: Timestamp, at now: Timestamp
    ) async -> Bool {
        let key = Key(source: source.id, object: object.key)
        if found.remove(key) != nil { return true }
        guard left > 0, isDue(key, grownAt: grownAt, at: now) else { return false }
        left -= 1
        let before = remember(key, at: now)
        do {
            guard try await source.settledHiddenBytes(of: object, ticks: ticks) > 0 else { return false }
            // Due again until a cursor says that they were read.
            lookedAt[key] = nil
            return true
        } catch {
            lookedAt[key] = before
            return false
        }
    }

    /// Notes that bytes were found behind an object, so that its follower need not look again.
    func note(_ object: SourceObject, in source: SourceID) {
        found.insert(Key(source: source, object: object.key))
    }

    private func isDue(_ key: Key, grownAt: Timestamp, at now: Timestamp) -> Bool {
        guard let last = lookedAt[key] else { return now <= grownAt.advanced(by: HiddenLooks.memory) }
        // A clock that stepped back makes nobody wait for as long as it stepped.
        return now < last || (grownAt > last && now >= last.advanced(by: HiddenLooks.interval))
    }

    /// - Returns: when the object was looked at before.
    private func remember(_ key: Key, at now: Timestamp) -> Timestamp? {
        let before = lookedAt[key]
        if before == nil, lookedAt.count >= HiddenLooks.limit {
            lookedAt = lookedAt.filter { $0.value.advanced(by: HiddenLooks.memory) > now }
            if lookedAt.count >= HiddenLooks.limit { lookedAt.remove(at: lookedAt.startIndex) }
        }
        lookedAt[key] = now
        return before
    }
}

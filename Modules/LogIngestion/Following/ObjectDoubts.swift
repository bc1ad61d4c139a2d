import LogCursor
import LogModel

/// Remembers of which objects something else was seen than what was taken, and since when.
///
/// The memory is the process's own, and its time is what passes in the process: no time of day, of whatever machine, lets a
/// generation begin early, or never. A process that ends begins the waiting anew.
actor ObjectDoubts {
    private struct Entry {
        let position: Int64
        let movedAt: Timestamp
        var shown: ObjectDoubt.Shown
        var since: Duration
        var lookedAt: Duration
        var saidLasting = false
    }

    /// What is to be done about a finding.
    enum Step: Sendable, Hashable {
        /// Nothing is taken; what is worth telling, if anything is.
        case wait(telling: ObjectDoubt?)
        /// The finding has lasted: the next generation begins.
        case begin
    }

    private let wait: Duration
    private let elapsed: @Sendable () -> Duration
    private var entries: [GenerationID: Entry] = [:]

    /// How many objects are remembered.
    ///
    /// Beyond that, the one that was not looked at for longest is forgotten, and its
    /// waiting begins anew.
    private static let limit = 10_000

    init(wait: Duration, ticks: any Clock<Duration>) {
        self.wait = wait
        elapsed = stopwatch(ticks)
    }

    /// Those generations whose objects did not show what was taken of them when they were last looked at, and whether it
    /// is time to look again.
    ///
    /// That is at each visit at first; when an object goes on to show a beginning, once in each waiting time.
    func doubted(among generations: [GenerationID]) -> [GenerationID: Bool] {
        guard !entries.isEmpty else { return [:] }
        let now = elapsed()
        return generations.reduce(into: [:]) { found, generation in
            guard let entry = entries[generation] else { return }
            found[generation] =
                entry.shown == .otherBytes || now - entry.since < wait || now - entry.lookedAt >= wait
        }
    }

    /// Notes that an object showed what was taken of it.
    func clear(_ generation: GenerationID) {
        guard !entries.isEmpty else { return }
        entries[generation] = nil
    }

    /// Notes that an object did not show what was taken of it.
    /// - Parameters:
    ///   - shown: what it showed.
    ///   - size: how many bytes it showed.
    ///   - reason: what the next generation would begin because of.
    ///   - cursor: its cursor, as it was claimed.
    ///   - position: how far it is taken by now.
    /// - Returns: what is to be done about it.
    func note(
        _ shown: ObjectDoubt.Shown, size: Int64, because reason: GenerationReason, of cursor: Cursor, at position: Int64
    ) -> Step {
        let now = elapsed()
        let known = entries[cursor.generation]
        // A cursor that moved in between tells that the object was seen as it was taken.
        let goesOn =
            known.map { $0.position == position && $0.movedAt == cursor.updatedAt && $0.shown == shown } ?? false
        var entry =
            known.flatMap { goesOn ? $0 : nil }
            ?? Entry(position: position, movedAt: cursor.updatedAt, shown: shown, since: now, lookedAt: now)
        entry.lookedAt = now
        let hasLasted = now - entry.since >= wait
        if shown == .otherBytes, hasLasted {
            entries[cursor.generation] = nil
            return .begin
        }
        let isNews = !goesOn || hasLasted && !entry.saidLasting
        entry.saidLasting = hasLasted
        keep(entry, of: cursor.generation)
        let doubt = ObjectDoubt(
            shown: shown, reason: reason, size: size, isLasting: hasLasted,
            wait: shown == .otherBytes ? wait - (now - entry.since) : nil)
        return .wait(telling: isNews ? doubt : nil)
    }

    private func keep(_ entry: Entry, of generation: GenerationID) {
        if entries.count >= ObjectDoubts.limit, entries[generation] == nil,
            let stalest = entries.min(by: { $0.value.lookedAt < $1.value.lookedAt })?.key
        {
            entries[stalest] = nil
        }
        entries[generation] = entry
    }
}

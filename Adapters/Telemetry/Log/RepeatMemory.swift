/// Remembers what was said lately, so that the same thing about the same thing is not said again and again.
struct RepeatMemory<Key: Hashable & Sendable, Entry: Sendable>: Sendable {
    private struct Window: Sendable {
        let begin: Duration
        /// How many entries were held back since, and the latest of them.
        var held = 0
        var latest: Entry?
    }

    private let length: Duration
    private let limit: Int
    private var windows: [Key: Window] = [:]
    private var sweptAt: Duration = .zero

    /// A memory of windows of some length, of `limit` of them at most; what finds no room is not held back.
    init(length: Duration, limit: Int) {
        self.length = length
        self.limit = limit
    }

    /// Decides about an entry.
    /// - Returns: how many like it were held back before it, when it is to be written; else `nil`.
    mutating func admit(_ entry: Entry, like key: Key, at now: Duration) -> Int? {
        if var window = windows[key], now - window.begin < length {
            window.held += 1
            window.latest = entry
            windows[key] = window
            return nil
        }
        let held = windows[key]?.held ?? 0
        if windows.count < limit || windows[key] != nil { windows[key] = Window(begin: now) }
        return held
    }

    /// Closes windows that are over and takes out what they held back last; looks at most once in half a window.
    /// - Returns: the latest entry of each, and how many more like it were held back.
    mutating func takeOverdue(at now: Duration) -> [(entry: Entry, more: Int)] {
        guard now - sweptAt >= length / 2 else { return [] }
        sweptAt = now
        var overdue: [(entry: Entry, more: Int)] = []
        for (key, window) in windows where now - window.begin >= length {
            windows[key] = nil
            if let latest = window.latest { overdue.append((latest, window.held - 1)) }
        }
        return overdue
    }
}

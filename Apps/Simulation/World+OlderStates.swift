import DeterministicExecutor
import InMemoryAdapter
import LogIngestion
import LogModel

/// What a file held at some time.
struct FileState {
    let bytes: [UInt8]
    /// As a listing showed it.
    let object: SourceObject
}

/// An older state of a file that is shown for a time, as a replica that lags behind shows one.
struct OlderState {
    let state: FileState
    let until: Duration
    /// Whether reads show it.
    let inReads: Bool
    /// Whether listings show it.
    let inListings: Bool

    /// A range of what is shown.
    func chunk(from offset: Int64, limit: Int) -> ObjectChunk {
        let start = min(Int(clamping: offset), state.bytes.count)
        return ObjectChunk(
            offset: offset, bytes: Array(state.bytes[start...].prefix(limit)), size: Int64(state.bytes.count))
    }
}

// Older states: of a file that is only appended to, one is a beginning of what it holds.
extension World {
    /// How many states of a file are remembered.
    private static let remembered = 6

    /// What a file holds; `nil` when there is none.
    func state(of place: FilePlace) async -> FileState? {
        guard let object = await listed(place), let bytes = await files.bytes(of: place.name, in: place.app.text),
            object.size == bytes.count
        else { return nil }
        return FileState(bytes: bytes, object: object)
    }

    /// Remembers what a file held before it was appended to.
    func remember(_ state: FileState, of place: FilePlace) {
        earlier[place, default: []].append(state)
        if earlier[place, default: []].count > World.remembered { earlier[place]?.removeFirst() }
    }

    /// Forgets older states of a file that is another one now.
    func forgetEarlier(_ place: FilePlace) {
        earlier[place] = nil
        older[place] = nil
    }

    /// Shows an older state of some file for a time, in its reads, in listings or in both.
    func goBack() {
        let files = earlier.keys.sorted()
        guard !files.isEmpty else { return }
        let place = files[below(files.count)]
        // Where old records go, an older state of which no line is stored any more is told by its duration alone.
        guard let states = earlier[place], !states.isEmpty, retention == nil || older[place] == nil else { return }
        let state = states[below(states.count)]
        let kind = below(3)
        older[place] = OlderState(
            state: state, until: scheduler.now + span(500, retention == nil ? 20_000 : 5000), inReads: kind != 1,
            inListings: kind != 0)
        let places = ["in reads", "in listings", "everywhere"][kind]
        note("store", "FAULT shows \(state.bytes.count) bytes of \(place.name) \(places)")
    }

    /// What is shown of a file in place of what it holds, if something is.
    func shownState(of place: FilePlace) -> OlderState? {
        guard isStormy, let older = older[place], scheduler.now < older.until else { return nil }
        return older
    }

    private func listed(_ place: FilePlace) async -> SourceObject? {
        var found: SourceObject?
        try? await InMemoryObjectSource(files, folder: place.app.text).list { page in
            found = found ?? page.objects.first { $0.key.text == place.name }
        }
        return found
    }
}

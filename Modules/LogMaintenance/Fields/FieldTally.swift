import LogModel

/// Adds up the fields of many records.
struct FieldTally {
    private struct Entry {
        var types: FieldTypes
        var count: Int64
        var firstSeen: Int64
        var lastSeen: Int64
        /// The record that was counted last, so that a field counts once for each record.
        var record: Int
    }

    private var entries: [[UInt8]: Entry] = [:]
    private var record = 0
    private let limit: Int
    /// How many bytes of lines were looked at.
    private(set) var bytes = 0
    /// How many records were looked at.
    var records: Int { record }
    /// How many times a field was seen for which there was no room.
    private(set) var overflow: Int64 = 0

    /// A tally that keeps at most `limit` paths.
    init(limit: Int) { self.limit = limit }

    /// Adds the fields of one record.
    /// - Parameters:
    ///   - line: its line.
    ///   - moment: its event time, nanoseconds since the epoch.
    mutating func add(_ line: Span<UInt8>, at moment: Int64) {
        record += 1
        bytes += line.count
        var fields = self
        // Taken out, so that the entries have one owner while they change.
        entries = [:]
        FieldWalk.over(line) { path, types in fields.note(path, types, at: moment) }
        self = fields
    }

    private mutating func note(_ path: [UInt8]?, _ types: FieldTypes, at moment: Int64) {
        guard let path, entries[path] != nil || entries.count < limit else {
            overflow += 1
            return
        }
        let fresh = Entry(types: [], count: 0, firstSeen: moment, lastSeen: moment, record: 0)
        let current = record
        func merge(_ entry: inout Entry) {
            entry.types.formUnion(types)
            entry.firstSeen = min(entry.firstSeen, moment)
            entry.lastSeen = max(entry.lastSeen, moment)
            if entry.record != current { entry.count += 1 }
            entry.record = current
        }
        merge(&entries[path, default: fresh])
    }

    /// What was seen, in the order of the paths' bytes.
    var sightings: [FieldEntry] {
        entries.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { path, entry in
            FieldEntry(
                path: String(decoding: path, as: UTF8.self), types: entry.types, count: entry.count,
                firstSeen: Timestamp(nanoseconds: entry.firstSeen), lastSeen: Timestamp(nanoseconds: entry.lastSeen))
        }
    }
}

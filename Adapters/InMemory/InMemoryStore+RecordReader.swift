import LogCursor
public import LogModel
public import LogQuery

extension InMemoryStore: RecordReader {
    /// Rows behind a position in the order asked for.
    public func rows(_ filter: LogFilter, order: LogOrder, after position: RecordPosition?, limit: Int) -> RecordRows {
        switch order {
        case .oldestFirst:
            let timeline = records.timeline(of: filter.app)
            let start = position.map { from in timeline.partitionPoint { !from.precedes($0) } } ?? 0
            return collect(timeline[start...], filter, limit)
        case .newestFirst:
            let timeline = records.timeline(of: filter.app)
            let end = position.map { from in timeline.partitionPoint { $0.precedes(from) } } ?? timeline.count
            return collect(timeline[..<end].reversed(), filter, limit)
        case .stored: return stored(filter, after: position, limit)
        }
    }

    /// Rows of one generation from an offset on.
    public func rows(of generation: GenerationID, from offset: Int64, limit: Int) -> RecordRows {
        let places = records.places(in: generation)
        var rows = RecordRows()
        for place in places[places.partitionPoint({ $0 < offset })...].prefix(limit) {
            guard !cut(&rows) else { break }
            append(generation, place, to: &rows)
        }
        return rows
    }

    /// How many records there are.
    public func count(_ filter: LogFilter) -> Int64 {
        Int64(records.timeline(of: filter.app).count { meets($0, filter) })
    }

    /// How many records of one generation are stored.
    public func count(of generation: GenerationID) -> Int64 {
        Int64(records.places(in: generation).count)
    }

    /// How many records of each level there are in each interval.
    public func histogram(_ filter: LogFilter, interval: Duration, limit: Int) -> [HistogramBar] {
        let (seconds, attoseconds) = interval.components
        let width = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
        var bars: [(start: Int64, counts: [Level: Int64])] = []
        for position in records.timeline(of: filter.app) where meets(position, filter) {
            let start = position.timestamp / width * width
            if bars.last?.start != start {
                guard bars.count < limit else { break }
                bars.append((start, [:]))
            }
            let code = records.record(position.generation, position.offset)?.facts.level ?? 0
            bars[bars.count - 1].counts[Level(rawValue: code) ?? .unknown, default: 0] += 1
        }
        return bars.map { HistogramBar(from: Timestamp(nanoseconds: $0.start), counts: $0.counts) }
    }

    // MARK: - Steps

    private func stored(_ filter: LogFilter, after position: RecordPosition?, _ limit: Int) -> RecordRows {
        let generations = cursors.values.filter { $0.app == filter.app }.map(\.generation).sorted()
        var rows = RecordRows()
        for generation in generations where position.map({ $0.generation <= generation }) ?? true {
            let places = records.places(in: generation)
            let first = position?.generation == generation ? places.partitionPoint { $0 <= position?.offset ?? -1 } : 0
            for place in places[first...] {
                guard rows.count < limit, !cut(&rows) else { return rows }
                guard let kept = records.record(generation, place), kept.app == filter.app else { continue }
                if meets(kept.position, filter) { append(generation, place, to: &rows) }
            }
        }
        return rows
    }

    private func collect(_ positions: some Sequence<RecordPosition>, _ filter: LogFilter, _ limit: Int) -> RecordRows {
        var rows = RecordRows()
        for position in positions {
            guard rows.count < limit, !cut(&rows) else { break }
            if meets(position, filter) { append(position.generation, position.offset, to: &rows) }
        }
        return rows
    }

    private func meets(_ position: RecordPosition, _ filter: LogFilter) -> Bool {
        if let from = filter.from, position.timestamp < from.nanoseconds { return false }
        if let to = filter.to, position.timestamp >= to.nanoseconds { return false }
        let facts = records.record(position.generation, position.offset)?.facts
        guard filter.admits(RecordFlags(rawValue: facts?.flags ?? 0)) else { return false }
        let level = facts?.level ?? 0
        if let wanted = filter.level, level != wanted.rawValue { return false }
        if let lowest = filter.minLevel, level < lowest.rawValue { return false }
        return true
    }

    /// Whether rows have as many bytes as they may; then they say where to go on.
    private func cut(_ rows: inout RecordRows) -> Bool {
        guard rows.isFull else { return false }
        rows.cut = rows.position(rows.count - 1)
        return true
    }

    private func append(_ generation: GenerationID, _ offset: Int64, to rows: inout RecordRows) {
        guard let kept = records.record(generation, offset) else { return }
        rows.append(kept.facts) { $0.append(contentsOf: kept.line) }
        rows.name(generation, cursors[generation]?.object ?? ObjectKey(""))
    }
}

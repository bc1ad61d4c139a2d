public import LogIngestion
public import LogModel

extension InMemoryStore: TakenLines {
    /// The stored lines of a generation that begin in a range of its object.
    public func lines(of generation: GenerationID, in range: ByteRange) -> [TakenLine] {
        let places = records.places(in: generation)
        return places[places.partitionPoint { $0 < range.lower }...].prefix { $0 < range.upper }.compactMap { place in
            records.record(generation, place).map { TakenLine(offset: place, bytes: Array($0.line)) }
        }
    }

    /// How many lines of a generation are stored.
    public func lineCount(of generation: GenerationID) -> Int64 { count(of: generation) }

    /// Whether a stored line of a generation begins in a range.
    public func hasLine(in range: ByteRange, of generation: GenerationID) -> Bool {
        let places = records.places(in: generation)
        let first = places.partitionPoint { $0 < range.lower }
        return first < places.count && places[first] < range.upper
    }
}

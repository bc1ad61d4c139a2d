public import IngestionJobs

extension RunFigures {
    /// The skips as stores keep them in one column, in the order of their words: `gone=1,unchanged=20`.
    public var skipsText: String {
        skips.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
    }

    /// Takes the skips from such a text; what is no skip is left out.
    public mutating func takeSkips(from text: String) {
        skips = [:]
        for part in text.split(separator: ",") {
            let pair = part.split(separator: "=")
            guard pair.count == 2, let count = Int64(pair[1]) else { continue }
            skips[String(pair[0])] = count
        }
    }
}

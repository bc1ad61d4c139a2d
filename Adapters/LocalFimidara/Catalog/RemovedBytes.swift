/// Bytes that a transaction has cut loose; they are removed from the disk after its commit.
struct RemovedBytes: Sendable {
    private(set) var blobs: [BlobID] = []
    /// How many bytes each folder with a limit gets back; those of no such folder under `nil`.
    private(set) var counts: [String?: Int64] = [:]

    /// Adds the bytes of a file or of a part.
    /// - Parameters:
    ///   - blob: where they lie; `nil` when there are none.
    ///   - size: how many there are.
    ///   - folder: the folder whose account they are on.
    mutating func add(_ blob: BlobID?, size: Int64, of folder: String?) {
        if let blob { blobs.append(blob) }
        counts[folder, default: 0] += size
    }

    /// Adds all of another's bytes.
    mutating func add(_ other: RemovedBytes) {
        blobs += other.blobs
        counts.merge(other.counts, uniquingKeysWith: +)
    }

    /// Leaves the bytes on the books, since another blob holds them now.
    mutating func keepOnBooks(_ count: Int64, of folder: String?) {
        counts[folder, default: 0] -= count
    }
}

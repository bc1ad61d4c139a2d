/// Bytes that a transaction has cut loose; they are removed from the disk after its commit.
struct RemovedBytes: Sendable {
    private(set) var blobs: [BlobID] = []
    private(set) var count: Int64 = 0

    mutating func add(_ file: FileRow) {
        add(file.blob, size: file.size)
    }

    mutating func add(_ blob: BlobID?, size: Int64) {
        if let blob { blobs.append(blob) }
        count += size
    }
}

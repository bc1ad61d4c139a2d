extension StorageBody {
    /// The same body on a connection that breaks after some bytes.
    func cut(afterBytes limit: Int) -> StorageBody {
        StorageBody { take in
            var left = limit
            try await forEach { chunk in
                guard chunk.count <= left else {
                    try await take(Array(chunk.prefix(left)))
                    throw StorageConnectionLost()
                }
                left -= chunk.count
                try await take(chunk)
            }
        }
    }
}

extension StorageChunks {
    /// The same body on a connection that breaks after some bytes.
    func cut(afterBytes limit: Int) -> StorageChunks {
        var left = Int64(limit)
        var kept: [Segment] = []
        for segment in segments {
            switch segment {
            case .bytes(let bytes):
                kept.append(.bytes(Array(bytes.prefix(Int(left)))))
                left -= Int64(Swift.min(bytes.count, Int(left)))
            case .file(let start, let count):
                kept.append(.file(from: start, count: Swift.min(count, left)))
                left -= Swift.min(count, left)
            case .breakOff:
                kept.append(.breakOff)
            }
        }
        return StorageChunks(segments: kept + [.breakOff], file: file, threads: threads, onFailure: onFailure)
    }
}

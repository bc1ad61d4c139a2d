internal import BlockingExecutor

/// A body that is read from the disk piece by piece, as fast as it is taken.
public struct StorageChunks: AsyncSequence, Sendable {
    /// Pieces of at most 256 KiB.
    public typealias Element = [UInt8]

    enum Segment: Sendable {
        case bytes([UInt8])
        case file(from: Int64, count: Int64)
        /// The connection breaks here.
        case breakOff
    }

    let segments: [Segment]
    let file: OpenFile?
    let threads: BlockingThreads
    let onFailure: @Sendable (String) -> Void

    /// How many bytes there are in all.
    var count: Int64 {
        segments.reduce(0) { sum, segment in
            switch segment {
            case .bytes(let bytes): sum + Int64(bytes.count)
            case .file(_, let count): sum + count
            case .breakOff: sum
            }
        }
    }

    /// Starts from the first byte.
    public func makeAsyncIterator() -> Iterator {
        Iterator(chunks: self)
    }

    /// Reads the next piece when it is asked for.
    public struct Iterator: AsyncIteratorProtocol {
        private static let pieceLimit: Int64 = 256 * 1024

        private let chunks: StorageChunks
        private var index = 0
        private var offset: Int64 = 0

        init(chunks: StorageChunks) {
            self.chunks = chunks
        }

        /// The next piece, or `nil` at the end.
        /// - Throws: ``StorageConnectionLost`` when the disk does not give what it should, after the observer was
        ///   told; the response cannot be completed then.
        public mutating func next() async throws -> [UInt8]? {
            while index < chunks.segments.count {
                switch chunks.segments[index] {
                case .bytes(let bytes):
                    index += 1
                    return bytes
                case .breakOff:
                    throw StorageConnectionLost()
                case .file(let start, let count):
                    guard offset < count else {
                        index += 1
                        offset = 0
                        continue
                    }
                    let wanted = Int(Swift.min(Iterator.pieceLimit, count - offset))
                    let bytes = try await read(wanted, at: start + offset)
                    offset += Int64(wanted)
                    return bytes
                }
            }
            return nil
        }

        private func read(_ count: Int, at position: Int64) async throws -> [UInt8] {
            guard let file = chunks.file else { throw StorageConnectionLost() }
            do {
                let bytes = try await chunks.threads.run { try file.read(count, at: position) }
                guard bytes.count == count else { throw IOFailure("pread: file shorter than recorded", code: 5) }
                return bytes
            } catch let failure as IOFailure {
                chunks.onFailure(failure.description)
                throw StorageConnectionLost()
            }
        }
    }
}

import BlockingExecutor

/// A body that is made up as it is asked for, and measures how far the disk lags behind at each piece.
struct MeasuredBody: AsyncSequence, Sendable {
    typealias Element = [UInt8]

    let head: [UInt8]
    let piece: [UInt8]
    let count: Int
    let tail: [UInt8]
    let directory: TemporaryDirectory
    /// The most bytes that were handed over and not yet in a file.
    let mostInMemory = Locked(0)

    func makeAsyncIterator() -> Iterator { Iterator(body: self) }

    struct Iterator: AsyncIteratorProtocol {
        let body: MeasuredBody
        var next = -1

        mutating func next() async -> [UInt8]? {
            defer { next += 1 }
            switch next {
            case -1: return body.head
            case body.count: return body.tail
            case 0..<body.count:
                let written = body.directory.files(under: "blobs").reduce(0) { $0 + $1.size }
                let lag = next * body.piece.count - written
                body.mostInMemory.withLock { $0 = Swift.max($0, lag) }
                return body.piece
            default: return nil
            }
        }
    }
}

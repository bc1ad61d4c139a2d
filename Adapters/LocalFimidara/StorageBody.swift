/// A request's body: chunks of bytes that come as the client sends them.
///
/// A sequence that throws stands for a connection that was lost. The next chunk is asked for when the one before has
/// been dealt with, so a listener that waits for that holds the client back.
public struct StorageBody: Sendable {
    private let iterate: @Sendable (_ take: (_ chunk: [UInt8]) async throws -> Void) async throws -> Void

    /// Takes a sequence of chunks, which is iterated at most once.
    public init<Chunks: AsyncSequence & Sendable>(_ chunks: Chunks) where Chunks.Element == [UInt8] {
        iterate = { take in
            var iterator = chunks.makeAsyncIterator()
            while let chunk = try await StorageBody.next(of: &iterator) { try await take(chunk) }
        }
    }

    /// Takes a body that is in memory as a whole.
    public init(bytes: [UInt8]) {
        iterate = { take in if !bytes.isEmpty { try await take(bytes) } }
    }

    /// Takes a function that hands over one chunk after another.
    init(_ iterate: @escaping @Sendable (_ take: (_ chunk: [UInt8]) async throws -> Void) async throws -> Void) {
        self.iterate = iterate
    }

    /// No bytes.
    public static let empty = StorageBody(bytes: [])

    /// Hands each chunk to `take`.
    /// - Throws: what `take` throws; ``StorageConnectionLost`` when the sequence threw.
    func forEach(_ take: (_ chunk: [UInt8]) async throws -> Void) async throws {
        try await iterate(take)
    }

    /// All bytes.
    /// - Throws: a failure with status 413 when there are more than `limit`.
    func collect(upTo limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        try await forEach { chunk in
            guard bytes.count + chunk.count <= limit else { throw StorageFailure.tooLarge(limit) }
            bytes.append(contentsOf: chunk)
        }
        return bytes
    }

    private static func next<Iterator: AsyncIteratorProtocol>(
        of iterator: inout Iterator
    ) async throws -> Iterator.Element? {
        do {
            return try await iterator.next(isolation: #isolation)
        } catch {
            throw StorageConnectionLost()
        }
    }
}

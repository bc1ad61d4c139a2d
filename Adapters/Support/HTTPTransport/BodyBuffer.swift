/// Bytes of a body between the network and its reader: a queue of pieces with a ceiling.
struct BodyBuffer {
    /// Above this many bytes a transfer is paused.
    static let highWater = 1 << 20
    /// Below this many bytes a paused transfer goes on.
    static let lowWater = 256 << 10
    /// Small writes are joined up to this size, so that a slow drip does not become many tiny pieces.
    static let pieceSize = 256 << 10

    /// After how many taken pieces their empty places are given back.
    private static let compaction = 64

    private var pieces: [[UInt8]] = []
    private var head = 0
    /// How many bytes wait for the reader.
    private(set) var count = 0

    /// Whether so little is left that a paused transfer should go on.
    var isLow: Bool { count < BodyBuffer.lowWater }

    /// Takes bytes in; `false`, and nothing taken, when the ceiling is reached.
    ///
    /// An empty buffer takes what comes whatever its size, or nothing would ever move.
    mutating func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard count == 0 || count + bytes.count <= BodyBuffer.highWater else { return false }
        count += bytes.count
        if head < pieces.count, pieces[pieces.count - 1].count + bytes.count <= BodyBuffer.pieceSize {
            unsafe pieces[pieces.count - 1].append(contentsOf: bytes)
        } else {
            unsafe pieces.append([UInt8](bytes))
        }
        return true
    }

    /// The oldest piece, or `nil` when there is none.
    mutating func take() -> [UInt8]? {
        guard head < pieces.count else { return nil }
        let piece = pieces[head]
        pieces[head] = []
        head += 1
        if head == pieces.count || head == BodyBuffer.compaction {
            pieces.removeFirst(head)
            head = 0
        }
        count -= piece.count
        return piece
    }
}

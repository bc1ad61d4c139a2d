public import LogModel

/// Shows the stored lines of a generation, so that what a source shows can be compared with what was taken of it.
public protocol TakenLines: Sendable {
    /// The stored lines of a generation that begin in a range of its object, in the order of their places.
    ///
    /// The range is chosen so that its lines fit into memory.
    /// - Throws: what the store says when it cannot be read.
    func lines(of generation: GenerationID, in range: ByteRange) async throws -> [TakenLine]

    /// How many lines of a generation are stored.
    /// - Throws: what the store says when it cannot be read.
    func lineCount(of generation: GenerationID) async throws -> Int64

    /// Tells whether a stored line of a generation begins in a range of its object.
    /// - Parameters:
    ///   - range: its lower end is inclusive, its upper one exclusive.
    ///   - generation: the generation.
    /// - Returns: whether there is one; `false` for a generation that is not known.
    /// - Throws: what the store says when it cannot be read.
    func hasLine(in range: ByteRange, of generation: GenerationID) async throws -> Bool
}

/// A stored line.
public struct TakenLine: Sendable, Hashable {
    /// Its first byte in the object.
    public let offset: Int64
    /// Its bytes, without the newline.
    public let bytes: [UInt8]

    /// Puts a line together.
    public init(offset: Int64, bytes: [UInt8]) {
        self.offset = offset
        self.bytes = bytes
    }
}

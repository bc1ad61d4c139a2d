import LogModel

/// Looks for some bytes in others, and allocates nothing.
struct ByteSearch: Sendable {
    private let wanted: [UInt8]
    private let probe: ByteProbe

    /// - Parameter bytes: what is looked for, at least one byte.
    init(_ bytes: [UInt8]) {
        wanted = bytes
        probe = ByteProbe(bytes.map(MaskedByte.init))
    }

    /// Whether the bytes occur; `nil` when so many places looked like them that another way must be taken, for the time
    /// to grow with the length of the line alone.
    func occurs(in line: Span<UInt8>) -> Bool? {
        probe.finds(in: line) { bytes, place, patience in
            for index in wanted.indices {
                patience -= 1
                guard bytes.unsafeLoad(fromByteOffset: place + index, as: UInt8.self) == wanted[index] else {
                    return false
                }
            }
            return true
        }
    }
}

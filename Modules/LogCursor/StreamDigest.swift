public import LogModel

/// A digest of all bytes taken from the start of a generation, which can be stored and gone on with.
///
/// It is ``CRC64`` and the count of bytes. It finds damage, it does not withstand an adversary who builds a second text.
public struct StreamDigest: Sendable, Hashable {
    /// How many bytes were taken.
    public private(set) var count: UInt64 = 0
    /// The digest of the bytes taken so far.
    public private(set) var value: UInt64 = 0

    /// The digest of no bytes.
    public init() {}

    /// Takes a further run of bytes.
    public mutating func update(_ bytes: Span<UInt8>, by checksums: any Checksums = PortableChecksums()) {
        count += UInt64(bytes.count)
        value = checksums.crc64(of: bytes, after: value)
    }
}

// MARK: - The stored form

extension StreamDigest {
    /// The digest as a store keeps it: a version byte (2), the count and the value, little-endian, 17 bytes in all.
    ///
    /// Version 1 was XXH64, before the first release.
    public var state: [UInt8] {
        var bytes: [UInt8] = [2]
        for number in [count, value] {
            for shift in stride(from: UInt64(0), to: 64, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: number >> shift))
            }
        }
        return bytes
    }

    /// Reads a stored state; `nil` when it is none.
    public init?(state: [UInt8]) {
        guard state.count == 17, state[0] == 2 else { return nil }
        let numbers = [1, 9].map { start in
            state[start..<start + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        }
        (count, value) = (numbers[0], numbers[1])
    }
}

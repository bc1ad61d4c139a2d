/// Writes the numbers of a position, most significant byte first or in as few bytes as they need.
struct PositionWriter {
    private(set) var bytes: [UInt8] = []

    mutating func add(fixed number: UInt64) {
        bytes += stride(from: UInt64(56), through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    mutating func add(byte: UInt8) { bytes.append(byte) }

    /// Seven bits a byte, the lowest first; all bytes but the last have their high bit set.
    mutating func add(short number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }
}

/// Reads what ``PositionWriter`` wrote; `nil` where there is too little.
struct PositionReader {
    private let bytes: [UInt8]
    private var index = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { index == bytes.count }

    mutating func byte() -> UInt8? {
        guard index < bytes.count else { return nil }
        index += 1
        return bytes[index - 1]
    }

    mutating func fixed() -> UInt64? {
        var number: UInt64 = 0
        for _ in 0..<8 {
            guard let byte = byte() else { return nil }
            number = number << 8 | UInt64(byte)
        }
        return number
    }

    mutating func short() -> UInt64? {
        var number: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = byte() else { return nil }
            number |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return number }
        }
        return nil
    }
}

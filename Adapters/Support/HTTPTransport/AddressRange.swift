import Glibc

/// A range of addresses as `10.0.0.0/8` or `fd00::/8` write it; without a length, one address.
public struct AddressRange: Sendable, Hashable, CustomStringConvertible {
    private let network: [UInt8]
    private let bits: Int
    /// The range as it was written.
    public let description: String

    /// Reads a range; `nil` when it is none, or when bits behind its length are set.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = AddressRange.address(String(parts[0])) else { return nil }
        var bits = address.count * 8
        if parts.count == 2 {
            guard let given = Int(parts[1]), (0...bits).contains(given) else { return nil }
            bits = given
        }
        network = address
        self.bits = bits
        description = text
        guard AddressRange.prefix(of: address, bits) == address else { return nil }
    }

    /// Whether an address of 4 or 16 bytes is in the range.
    public func contains(_ address: [UInt8]) -> Bool {
        address.count == network.count && AddressRange.prefix(of: address, bits) == network
    }

    /// An address with all bits behind the first `bits` cleared.
    private static func prefix(of address: [UInt8], _ bits: Int) -> [UInt8] {
        address.enumerated().map { index, byte in
            let kept = min(max(bits - index * 8, 0), 8)
            return byte & UInt8(truncatingIfNeeded: 0xFF00 >> kept)
        }
    }

    private static func address(_ text: String) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 16)
        if unsafe inet_pton(AF_INET6, text, &bytes) == 1 { return bytes }
        if unsafe inet_pton(AF_INET, text, &bytes) == 1 { return Array(bytes.prefix(4)) }
        return nil
    }
}

import NIOCore

/// Where a connection comes from, as far as limits go by it.
///
/// Of an IPv6 address that is the first half, since whoever has one address has all of its network.
struct PeerAddress: Hashable, Sendable, CustomStringConvertible {
    private let family: UInt8
    private let prefix: UInt64

    /// The address of a connection; all that have none are one.
    init(_ address: SocketAddress?) {
        // The system's layouts: family, port, and then for IPv4 the address, for IPv6 four bytes and the address.
        let bytes = address?.withSockAddr { Array(UnsafeRawBufferPointer(start: $0, count: $1)) } ?? []
        switch address?.protocol {
        case .inet where bytes.count >= 8: self.init(v4: bytes[4..<8])
        case .inet6 where bytes.count >= 24:
            let address = bytes[8..<24]
            guard !address.starts(with: PeerAddress.mappedPrefix) else {
                self.init(v4: address.suffix(4))
                return
            }
            self.init(family: 6, bytes: address.prefix(8))
        default: self.init(family: 0, bytes: [])
        }
    }

    private init(v4 address: ArraySlice<UInt8>) { self.init(family: 4, bytes: address) }

    private init(family: UInt8, bytes: ArraySlice<UInt8>) {
        self.family = family
        prefix = bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// `::ffff:0:0/96`, under which IPv4 addresses appear on a listener for both.
    private static let mappedPrefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]

    /// The address, of IPv6 the network alone.
    var description: String {
        switch family {
        case 4: stride(from: 24, through: 0, by: -8).map { String(prefix >> UInt64($0) & 0xFF) }.joined(separator: ".")
        case 6:
            stride(from: 48, through: 0, by: -16).map { String(prefix >> UInt64($0) & 0xFFFF, radix: 16) }
                .joined(separator: ":") + "::/64"
        default: "unknown"
        }
    }
}

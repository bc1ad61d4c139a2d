/// Which addresses a transport may connect to, whatever a URL or the name service says.
///
/// For URLs that come in with requests: without it, whoever may name a URL could reach what only this machine may. It
/// is asked for the resolved address of each connection, so that a name which means another address the second time
/// helps nobody. Of addresses that carry an IPv4 address (mapped, NAT64, 6to4), the IPv4 address counts.
public struct AddressPolicy: Sendable, Hashable {
    private let listed: [AddressRange]

    /// Public addresses, and what is listed.
    ///
    /// Link-local addresses are refused even when they are listed: that is where cloud providers keep credentials.
    public init(alsoAllowing listed: [AddressRange] = []) { self.listed = listed }

    /// Whether an address may be connected to.
    /// - Parameter address: 4 or 16 bytes, the first of the address first.
    /// - Returns: `false` for an address of another length too.
    public func allows(_ address: [UInt8]) -> Bool {
        guard let address = AddressPolicy.effective(address) else { return false }
        if AddressPolicy.linkLocal.contains(where: { $0.contains(address) }) { return false }
        if listed.contains(where: { $0.contains(address) }) { return true }
        return !AddressPolicy.special.contains { $0.contains(address) }
    }

    /// The IPv4 address inside an IPv6 address, else the address itself.
    private static func effective(_ address: [UInt8]) -> [UInt8]? {
        switch address.count {
        case 4: return address
        case 16:
            if mapped.contains(address) || nat64.contains(address) { return Array(address[12...]) }
            if sixToFour.contains(address) { return Array(address[2..<6]) }
            return address
        default: return nil
        }
    }

    private static let mapped = range("::ffff:0:0/96")
    private static let nat64 = range("64:ff9b::/96")
    private static let sixToFour = range("2002::/16")
    private static let linkLocal = ["169.254.0.0/16", "fe80::/10"].map(range)
    /// Loopback, private, shared, multicast and reserved addresses, and the one that means this machine.
    private static let special = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16",
        "198.18.0.0/15", "224.0.0.0/3", "::/96", "64:ff9b:1::/48", "100::/64", "fc00::/7", "fec0::/10", "ff00::/8",
    ].map(range)

    private static func range(_ text: String) -> AddressRange {
        guard let range = AddressRange(text) else { preconditionFailure("\(text) is no range of addresses") }
        return range
    }
}

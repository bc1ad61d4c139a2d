import HTTPTransport
import Testing

@Suite("Address policy", .timeLimit(.minutes(6)))
struct AddressPolicyTests {
    private static func bytes(_ text: String) throws -> [UInt8] {
        if text.contains(".") { return text.split(separator: ".").compactMap { UInt8($0) } }
        return try text.split(separator: ":", omittingEmptySubsequences: false).flatMap { part -> [UInt8] in
            let number = try #require(UInt16(part, radix: 16))
            return [UInt8(number >> 8), UInt8(number & 0xFF)]
        }
    }

    @Test(
        "refuses what is not public",
        arguments: [
            "127.0.0.1", "127.255.0.9", "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "172.16.0.1", "172.31.255.255",
            "192.168.1.1", "169.254.169.254", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
            "0:0:0:0:0:0:0:0", "0:0:0:0:0:0:0:1", "fe80:0:0:0:0:0:0:1", "fd00:ec2:0:0:0:0:0:254", "ff02:0:0:0:0:0:0:1",
            // An IPv4 address in an IPv6 one: mapped, NAT64, 6to4.
            "0:0:0:0:0:ffff:7f00:1", "0:0:0:0:0:ffff:a9fe:a9fe", "64:ff9b:0:0:0:0:a00:1", "2002:7f00:1:0:0:0:0:1",
        ])
    func refused(_ address: String) throws {
        #expect(try !AddressPolicy().allows(AddressPolicyTests.bytes(address)))
    }

    @Test(
        "allows what is public",
        arguments: [
            "1.1.1.1", "9.255.255.255", "11.0.0.0", "172.15.0.1", "172.32.0.1", "192.167.1.1", "223.255.255.255",
            "2606:4700:0:0:0:0:0:1111", "0:0:0:0:0:ffff:101:101", "64:ff9b:0:0:0:0:101:101",
        ])
    func allowed(_ address: String) throws {
        #expect(try AddressPolicy().allows(AddressPolicyTests.bytes(address)))
    }

    @Test("allows what is listed, and never what is link-local")
    func listed() throws {
        let ranges = ["10.1.0.0/16", "127.0.0.1", "169.254.0.0/16", "::1", "fe80::/10", "0.0.0.0/0"]
        let policy = AddressPolicy(alsoAllowing: try ranges.dropLast().map { try #require(AddressRange($0)) })
        for address in ["10.1.2.3", "127.0.0.1", "0:0:0:0:0:0:0:1", "0:0:0:0:0:ffff:7f00:1"] {
            #expect(try policy.allows(AddressPolicyTests.bytes(address)), "\(address)")
        }
        for address in ["10.2.0.1", "127.0.0.2", "169.254.169.254", "fe80:0:0:0:0:0:0:1"] {
            #expect(try !policy.allows(AddressPolicyTests.bytes(address)), "\(address)")
        }
        #expect(!policy.allows([]) && !policy.allows([127, 0, 0]))
        let all = AddressPolicy(alsoAllowing: [try #require(AddressRange("0.0.0.0/0"))])
        #expect(try !all.allows(AddressPolicyTests.bytes("169.254.169.254")))
        #expect(try all.allows(AddressPolicyTests.bytes("127.0.0.1")))
    }

    @Test(
        "a range is an address and a length, with nothing behind the length",
        arguments: [
            "", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.1/8", "10.0.0/8", "::/129", "fe80::1/10", "host", "1.1.1.1/",
        ])
    func noRange(_ text: String) { #expect(AddressRange(text) == nil) }

    @Test(
        "a transport connects to allowed addresses only, whatever the host is called",
        arguments: ["127.0.0.1", "localhost"])
    func transport(_ host: String) async throws {
        let server = try LoopbackServer.answering { _, connection in
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        }
        let url = "http://\(host):\(server.port)/"
        let strict = CurlTransport(CurlSettings(addresses: AddressPolicy()))
        let error = await failure { _ = try await strict.send(HTTPRequest(.get, url)) }
        #expect(error?.reason == .refusedAddress && error?.mayHaveReachedServer == false, "\(error?.detail ?? "")")
        #expect(server.connectionCount == 0)
        let listed = CurlTransport(
            CurlSettings(addresses: AddressPolicy(alsoAllowing: [try #require(AddressRange("127.0.0.1"))])))
        #expect(try await listed.send(HTTPRequest(.get, url)).status == 200)
        #expect(server.connectionCount == 1)
    }
}

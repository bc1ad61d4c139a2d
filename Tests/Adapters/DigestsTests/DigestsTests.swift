import Digests
import Testing

@Suite("SHA-256 and HMAC")
struct DigestsTests {
    /// As hexadecimal digits.
    private func text(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test(
        "digests are those that FIPS 180-4 and NIST's vectors have",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func digests(_ message: String, _ digest: String) {
        #expect(text(SHA256.hash(Array(message.utf8))) == digest)
    }

    @Test("the digest of bytes in any pieces is that of all of them")
    func pieces() {
        let bytes = (0..<3000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let whole = SHA256.hash(bytes)
        for size in [1, 63, 64, 65, 2999, 3000] {
            var hash = SHA256()
            var rest = bytes[...]
            while !rest.isEmpty {
                hash.update(Array(rest.prefix(size)).span)
                rest = rest.dropFirst(size)
            }
            hash.update([UInt8]().span)
            #expect(hash.finalize() == whole)
        }
    }

    @Test("codes are those of RFC 4231, test cases 1, 2 and 6, and an empty key is one")
    func codes() {
        let cases: [([UInt8], String, String)] = [
            (
                Array(repeating: 0x0B, count: 20), "Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                Array(repeating: 0xAA, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
            ([], "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
        ]
        for (key, message, code) in cases {
            #expect(text(HMACSHA256.code(of: Array(message.utf8), under: key)) == code)
        }
    }
}

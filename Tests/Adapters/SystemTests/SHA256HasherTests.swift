import LogModel
import SystemAdapter
import Testing

@Suite("Hashes of secrets")
struct SHA256HasherTests {
    @Test("a digest and a code are those of FIPS 180-4 and of RFC 4231, test case 2")
    func published() {
        let hasher = SHA256Hasher()
        #expect(
            base16(hasher.digest(of: Array("abc".utf8)))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        let code = hasher.code(of: Array("what do ya want for nothing?".utf8), under: Array("Jefe".utf8))
        #expect(base16(code) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    }
}

import LogModel
import Testing

@Suite("Base 64")
struct Base64Tests {
    /// RFC 4648 section 10.
    @Test(
        "gives the published values",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ])
    func published(_ text: String, _ encoded: String) {
        #expect(base64(Array(text.utf8)) == encoded)
        #expect(base64URL(Array(text.utf8)) == encoded.replacing("=", with: ""))
    }

    @Test("the alphabets differ in their last two letters")
    func alphabets() {
        #expect(base64([0xFB, 0xFF]) == "+/8=")
        #expect(base64URL([0xFB, 0xFF]) == "-_8")
    }
}

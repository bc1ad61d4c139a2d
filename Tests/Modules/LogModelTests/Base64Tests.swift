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

    @Test("what is written for URLs is read again, and only that")
    func readAgain() {
        for length in 0..<40 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 83 + length * 7) }
            #expect(LogModel.bytes(ofBase64URL: base64URL(bytes)) == bytes)
        }
        // A last letter with bits that stand for nothing would be a second text of the same bytes.
        for text in ["A", "Zh", "Zm9", "Zg==", "Zm 9v", "Zm9+", "Zm9/", "é"] {
            #expect(LogModel.bytes(ofBase64URL: text) == nil, "\(text)")
        }
    }
}

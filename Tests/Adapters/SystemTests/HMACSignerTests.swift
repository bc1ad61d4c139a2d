import LogModel
import SystemAdapter
import Testing

@testable import LogQuery

@Suite("Signed positions")
struct HMACSignerTests {
    private let signer = HMACSigner(Secret("a secret of the deployment"))
    private let position: [UInt8] = Array("where to go on".utf8)

    @Test("a signature follows from all bytes and from the secret, and from nothing else")
    func follows() {
        let signature = signer.signature(of: position)
        #expect(signature.count == 16)
        #expect(HMACSigner(Secret("a secret of the deployment")).signature(of: position) == signature)
        #expect(HMACSigner(Secret("another secret")).signature(of: position) != signature)
        for index in position.indices {
            var other = position
            other[index] ^= 1
            #expect(signer.signature(of: other) != signature)
        }
        #expect(signer.signature(of: Array(position.dropLast())) != signature)
        #expect(signer.signature(of: []) != signature)
    }

    @Test("a sealed position opens as it was, and with no letter changed")
    func sealed() {
        let text = signer.sealed(position)
        #expect(signer.opened(text) == position)
        #expect(HMACSigner(Secret("another secret")).opened(text) == nil)
        for index in text.indices {
            let letter: Character = text[index] == "A" ? "B" : "A"
            let other = text.replacingCharacters(at: index, with: letter)
            // The last letter of base64 may have bits that stand for nothing.
            #expect(signer.opened(other) == nil || index == text.index(before: text.endIndex))
        }
        #expect(signer.opened("") == nil && signer.opened(String(text.dropLast(4))) == nil)
    }
}

extension String {
    fileprivate func replacingCharacters(at index: Index, with letter: Character) -> String {
        self[..<index] + String(letter) + self[self.index(after: index)...]
    }
}

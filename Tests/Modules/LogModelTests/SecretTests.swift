import LogModel
import Testing

@Suite("Secret")
struct SecretTests {
    private struct Holder {
        let secret: Secret
        let inner: [String: [Secret]]
        let maybe: Secret?
    }

    @Test("no way of printing shows a character of it")
    func neverShows() {
        let canary = "c4n4ry-Zq9"
        let secret = Secret(canary)
        let holder = Holder(secret: secret, inner: ["k": [secret]], maybe: secret)
        var dumped = ""
        dump(secret, to: &dumped)
        dump(holder, to: &dumped)
        let error: any Error = Wrapped(secret: secret)
        let texts = [
            secret.description, secret.debugDescription, "\(secret)", String(describing: secret),
            String(reflecting: secret), "\(holder)", String(reflecting: holder), "\([secret])", "\(["a": secret])",
            "\(Optional(secret) as Any)", "\((1, secret))", String(reflecting: [secret]), "\(error)", dumped,
            "\(Mirror(reflecting: secret).children.map { "\($0.value)" })",
        ]
        for text in texts { #expect(!text.contains("c4n4ry") && !text.contains("Zq9")) }
        #expect(dumped.contains("•••"))
    }

    private struct Wrapped: Error { let secret: Secret }

    @Test("it is lent to who asks for it")
    func reveal() {
        #expect(Secret("abc").reveal { $0 + "!" } == "abc!")
        #expect(Secret("").isEmpty && !Secret("a").isEmpty)
    }

    @Test("matches its own text and no other")
    func matching() {
        let secret = Secret("s3cret")
        #expect(secret.matches("s3cret"))
        for other in ["", "s3cre", "s3crets", "S3cret", "s3creu", "t3cret", "s3crets3cret"] {
            #expect(!secret.matches(other), "\(other)")
        }
        #expect(!Secret("").matches("") && !Secret("").matches("a"))
        #expect(!Secret("ab").matches("abab") && !Secret("\u{0}").matches("\u{0}\u{0}"))
    }

    @Test("a crash that names a secret does not show it")
    func crash() async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let secret = Secret("canary-in-a-crash")
            preconditionFailure("it was \(secret), \(String(reflecting: secret)), \([secret])")
        }
        let words = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(words.contains("it was •••"))
        #expect(!words.contains("canary-in-a-crash"))
    }
}

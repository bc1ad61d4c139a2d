import LogModel
import Testing

@Suite("Censored messages")
struct CredentialCensorTests {
    @Test("T10: a message shows no part of the credentials that a URL was given with, escaped or not")
    func messages() {
        let censor = CredentialCensor(
            url: Secret("postgres://someone:SEC%40RET@h/d?sslpassword=OTHER"), passwords: ["SEC@RET"], user: "someone")
        for message in [
            "password \"SEC@RET\" is wrong", "invalid token: \"SEC%40RET\"", "authentication failed for user 'someone'",
            "FATAL: role \"someone\" does not exist", "key OTHER", "postgres://someone:x@h/d",
        ] {
            let shown = censor.shown(message)
            for secret in ["SEC", "RET", "OTHER", "someone"] { #expect(!shown.contains(secret), "\(shown)") }
        }
        #expect(censor.shown("for someone else") == "for someone else", "a user's name can be a usual word")
        #expect(CredentialCensor(url: Secret("")).shown("as it is") == "as it is")
        #expect("\(censor)" == "•••")
    }

    @Test(
        "T10: of what is no URL nothing is shown, and of a URL no parameter that is not known to be harmless",
        arguments: [
            ("postgres:/u:SECRET@h/d", "•••"), ("u:SECRET@h/d", "•••"), ("host=h password=SECRET", "•••"),
            ("sqlite://u:SECRET@h", "sqlite:•••"), ("sqlite:/var/x.sqlite", "sqlite:/var/x.sqlite"),
            (
                "postgres://u:SECRET@h/d?pasword=SECRET&sslmode=require",
                "postgres://•••@h/d?pasword=•••&sslmode=require"
            ),
            ("https://h/b?X-Amz-Signature=SECRET&x", "https://h/b?X-Amz-Signature=•••&x"),
            ("http://h:1/p", "http://h:1/p"),
        ])
    func shown(_ url: String, _ expected: String) { #expect(URLCredentials.removed(fromURL: url) == expected) }

    @Test("T10: a short password is no reason to take letters out of words")
    func short() {
        let censor = CredentialCensor(url: Secret("postgres://u:p@h/d"))
        #expect(censor.shown("port \"p\" refused") == "port \"•••\" refused")
    }

    @Test("T10: it is said where the credentials of a URL end, or the URL is refused")
    func ambiguity() {
        for url in ["postgres://u:a@b@h/d", "redis://:a/b@h", "mongodb://u:a?b@h", "postgres://u:a#b@h", "x://h/p@q"] {
            #expect(URLCredentials.areAmbiguous(in: url), "\(url)")
        }
        for url in ["postgres://u:a%40b@h/d", "postgres://h/d?x=y", "sqlite:a@b/c@d", "", "mongodb://u:p@h1,h2/d"] {
            #expect(!URLCredentials.areAmbiguous(in: url), "\(url)")
        }
    }
}

import LogModel
import Testing

@Suite("Keys")
struct KeyRuleTests {
    @Test("T3: white space around a key is no part of it, and what is left must be a key")
    func rule() throws {
        let good = "sixteen-letters!"
        for text in [good, good + "\n", " \t" + good + "\r\n", "\u{FEFF}" + good] {
            #expect(try KeyRule.key(text).matches(good), "\(text)")
        }
        let faults: [(String, KeyFault)] = [
            ("", .empty), ("\n", .empty), (" \t\r\n ", .empty), (String(repeating: " ", count: 20), .empty),
            ("a", .tooShort), ("fifteen-letters", .tooShort), ("sixteen letters!", .unfitCharacter),
            ("sixteen-lettérs!", .unfitCharacter), ("sixteen-letters\u{0}x", .unfitCharacter),
            ("sixteen-letters!\nsixteen-letters!", .unfitCharacter), (String(repeating: "k", count: 8193), .tooLong),
        ]
        for (text, fault) in faults {
            #expect(throws: fault, "\(text)") { try KeyRule.key(text) }
        }
        for fault in KeyFault.allCases { #expect(!fault.description.contains("sixteen-l")) }
    }

    @Test("T30: the same text for both keys is a concern, which does not show it")
    func sameKeys() throws {
        let (one, other) = (Secret("sixteen-letters!"), Secret("sixteen-letters?"))
        #expect(KeyRule.concern(admin: one, internalKey: other) == nil)
        let words = try #require(KeyRule.concern(admin: one, internalKey: Secret("sixteen-letters!")))
        #expect(words.contains("admin.key and internal.key") && !words.contains("sixteen"))
    }

    @Test("T3: an empty secret matches nothing")
    func empty() {
        for candidate in ["", " ", "\n", "a"] { #expect(!Secret("").matches(candidate)) }
        #expect(Secret("a").matches("a"))
    }
}

@Suite("Trust in files")
struct FileTrustTests {
    private func facts(_ owner: UInt32, _ mode: UInt32, isReadOnly: Bool = false) -> FileFacts {
        FileFacts(kind: .file, owner: owner, mode: mode, isReadOnly: isReadOnly)
    }

    @Test("T4: a file with a secret is judged as ssh judges private keys")
    func files() {
        let trust = FileTrust(user: 1000)
        for good in [facts(1000, 0o600), facts(1000, 0o400), facts(0, 0o600), facts(0, 0o640), facts(0, 0o444)] {
            #expect(trust.complaint(about: good, at: "k") == nil, "\(good)")
        }
        #expect(trust.complaint(about: facts(1000, 0o644, isReadOnly: true), at: "k") == nil, "a mounted secret")
        for (bad, says) in [
            (facts(1001, 0o600), "belongs to another user (id 1001)"), (facts(1000, 0o620), "can be written"),
            (facts(1000, 0o602), "can be written"), (facts(0, 0o666), "can be written"),
            (facts(1000, 0o640), "can be read"), (facts(1000, 0o604), "can be read"),
            (FileFacts(kind: .folder, owner: 1000, mode: 0o700), "no regular file"),
            (FileFacts(kind: .other, owner: 1000, mode: 0o600), "no regular file"),
        ] {
            let words = trust.complaint(about: bad, at: "it's/k")
            #expect(words?.contains(says) == true, "\(bad): \(words ?? "fine")")
            guard says.hasPrefix("can be") else { continue }
            #expect(words?.contains(#"chmod 600 'it'\''s/k'"#) == true, "\(words ?? "")")
        }
    }

    @Test("T4: a database file is judged as one with a secret, but this user's own may still be open")
    func databases() {
        let trust = FileTrust(user: 1000)
        for good in [facts(1000, 0o600), facts(1000, 0o666), facts(0, 0o644), facts(0, 0o666, isReadOnly: true)] {
            #expect(trust.complaint(aboutDatabase: good, at: "s") == nil, "\(good)")
        }
        for (bad, says) in [
            (facts(1001, 0o600), "belongs to another user (id 1001)"), (facts(0, 0o666), "chmod 600"),
            (facts(0, 0o620), "can be written"), (FileFacts(kind: .other, owner: 1000, mode: 0o600), "no regular file"),
        ] {
            let words = trust.complaint(aboutDatabase: bad, at: "s")
            #expect(words?.contains(says) == true, "\(bad): \(words ?? "fine")")
        }
        let root = FileTrust(user: 0, folderOwner: 1000)
        #expect(root.complaint(aboutDatabase: facts(1000, 0o600), at: "s") == nil)
        #expect(root.complaint(aboutDatabase: facts(1001, 0o600), at: "s") != nil)
    }

    @Test("T4: the superuser trusts the owner of the data folder, and nobody else")
    func superuser() {
        let trust = FileTrust(user: 0, folderOwner: 1000)
        #expect(trust.complaint(about: facts(1000, 0o600), at: "k") == nil)
        #expect(trust.complaint(about: facts(1001, 0o600), at: "k") != nil)
        #expect(trust.complaint(about: facts(1000, 0o644), at: "k") != nil)
        #expect(FileTrust(user: 1000, folderOwner: 1001).complaint(about: facts(1001, 0o600), at: "k") != nil)
    }

    @Test("T4: a folder that others may write is a concern, and no place for a store's socket")
    func folders() {
        func folder(_ owner: UInt32, _ mode: UInt32) -> FileFacts { FileFacts(kind: .folder, owner: owner, mode: mode) }
        let trust = FileTrust(user: 1000)
        for good in [folder(1000, 0o700), folder(1000, 0o755), folder(0, 0o755)] {
            #expect(trust.concern(about: good, at: "d") == nil)
            #expect(trust.complaint(aboutStore: good, at: "d") == nil)
        }
        for bad in [folder(1000, 0o777), folder(1000, 0o1777), folder(1000, 0o770), folder(1001, 0o755)] {
            #expect(trust.concern(about: bad, at: "d") != nil, "\(bad)")
            #expect(trust.complaint(aboutStore: bad, at: "d") != nil, "\(bad)")
        }
        let root = FileTrust(user: 0)
        #expect(root.concern(about: folder(0, 0o755), at: "d") == nil)
        let words = root.concern(about: folder(1000, 0o700), at: "d")
        #expect(words?.contains("belongs to another user (id 1000), who can replace what is in it") == true)
        #expect(root.complaint(aboutStore: folder(1000, 0o700), at: "d") == nil)
    }
}

@Suite("Credentials in URLs")
struct URLCredentialsTests {
    @Test("T10: nothing between // and the last @ is shown, whatever is in it")
    func urls() {
        for mark in ["@", ":", "%", "/", "?", "#", " ", "\"", "&"] {
            let secret = "SEC\(mark)RET"
            for url in [
                "postgres://SECuser:\(secret)@host:1/db?sslmode=require", "mongodb+srv://SECuser:\(secret)@host/db",
                "redis://:\(secret)@host", "http://\(secret)@host/path",
            ] {
                let shown = URLCredentials.removed(fromURL: url)
                #expect(!shown.contains("SEC") && !shown.contains("RET"), "\(shown)")
                #expect(shown.contains("://•••@host"), "\(shown)")
                #expect(URLCredentials.areSecret(in: url) || url.hasPrefix("http"), "\(url)")
            }
        }
        let parameters = "mongodb://h/d?authMechanismProperties=SEC:RET&tlsCertificateKeyFilePassword=SEC&w=1"
        #expect(
            URLCredentials.removed(fromURL: parameters)
                == "mongodb://h/d?authMechanismProperties=•••&tlsCertificateKeyFilePassword=•••&w=1")
        #expect(URLCredentials.areSecret(in: parameters))
        for plain in ["postgres://host:5432/db?sslmode=require", "sqlite:a/b", "", "http://h:1/p"] {
            #expect(URLCredentials.removed(fromURL: plain) == plain)
            #expect(!URLCredentials.areSecret(in: plain))
        }
        for odd in ["sqlite:a@b", "no URL"] { #expect(!URLCredentials.areSecret(in: odd)) }
        #expect(!URLCredentials.areSecret(in: "postgres://me@host/db"), "a user's name alone may be an argument")
    }

    @Test("T10: URLs within a text are found, each of them")
    func texts() {
        let text = "cannot reach postgres://u:S@E@h1/d, nor \"redis://:SE@h2:1\"; see http://h3/x"
        #expect(
            URLCredentials.removed(fromText: text)
                == "cannot reach postgres://•••@h1/d, nor \"redis://•••@h2:1\"; see http://h3/x")
        #expect(URLCredentials.removed(fromText: "a@b and :// and x://") == "a@b and :// and x://")
        let advice = "write postgres://USER:PASSWORD@HOST:PORT/DATABASE or postgres://USER@HOST"
        #expect(URLCredentials.removed(fromText: advice) == advice)
    }
}

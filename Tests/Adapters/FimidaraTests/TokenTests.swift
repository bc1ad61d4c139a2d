import HTTPTransport
import LogModel
import SdkProvisioning
import Testing

@testable import FimidaraAdapter

@Suite("Fimidara: agent tokens")
struct TokenTests {
    let owner = Bench.owner

    @Test("mints a credential, its end floored to seconds, the refresh token left behind") func credential()
        async throws
    {
        let bench = try Bench { _ in Bench.token("agtoken_T", #","jwtToken":"j.w.t","jwtTokenExpiresAt":1795225140638"#)
        }
        let credential = try #require(try await bench.administration.credential(for: owner))
        #expect(credential.secret.reveal { $0 } == "j.w.t")
        #expect(credential.expiresAt == Timestamp(milliseconds: 1_795_225_140_000))
        #expect(bench.transport.calls[0].body == #"{"providedResourceId":"\#(owner.text)","shouldEncode":true}"#)
        #expect(bench.transport.names == ["getToken"])
    }

    @Test("gives no credential where there is no token, and none without a JWT") func noCredential() async throws {
        let none = try Bench { _ in refusal(404, "NotFoundError", "Agent token not found") }
        #expect(try await none.administration.credential(for: owner) == nil)

        let bare = try Bench { _ in Bench.token() }
        let error = await storageFailure { () async throws(StorageError) in
            _ = try await bare.administration.credential(for: owner)
        }
        #expect(error?.reason == .unavailable)
        #expect(error?.detail.contains("never-hand-this-out") == false)
    }

    @Test("gives a credential without end where the server names none") func endless() async throws {
        let bench = try Bench { _ in Bench.token("agtoken_T", #","jwtToken":"j""#) }
        let credential = try await bench.administration.credential(for: owner)
        #expect(credential != nil && credential?.expiresAt == nil)
    }

    @Test("refuses another's token") func otherToken() async throws {
        let bench = try Bench { _ in
            json(#"{"token":{"resourceId":"agtoken_X","providedResourceId":"y","jwtToken":"j"}}"#)
        }
        let error = await storageFailure { () async throws(StorageError) in
            _ = try await bench.administration.credential(for: owner)
        }
        #expect(error?.reason == .unverified)
    }

    @Test("creates a token that refreshes, under a name that is no pattern") func create() async throws {
        let bench = try Bench { _ in Bench.token() }
        try await bench.administration.createToken(
            for: owner, lifetime: .seconds(3600), expiresAt: Timestamp(milliseconds: 1_800_000_000_123))
        #expect(bench.transport.names == ["addToken", "getToken"])
        #expect(
            bench.transport.calls[0].body
                == #"{"expiresAt":1800000000123,"name":"logferry-\#(owner.text)","providedResourceId":"\#(owner.text)","#
                + #""refreshDuration":3600000,"shouldRefresh":true}"#)

        let endless = try Bench { _ in Bench.token() }
        try await endless.administration.createToken(for: owner, lifetime: .milliseconds(1), expiresAt: nil)
        #expect(!endless.transport.calls[0].body.contains("expiresAt"))
    }

    @Test("refuses a lifetime that the server would read as thirty days") func noLifetime() async throws {
        let bench = try Bench { _ in Bench.token() }
        let error = await storageFailure { () async throws(StorageError) in
            try await bench.administration.createToken(for: owner, lifetime: .zero, expiresAt: nil)
        }
        #expect(error?.reason == .rejected)
        #expect(bench.transport.calls.isEmpty)
    }

    @Test("says conflict when there is a token, by its id or by its name") func conflict() async throws {
        for message in ["Agent token with provided ID x exists", "Agent token exists"] {
            let bench = try Bench { _ in refusal(409, "ResourceExistsError", message) }
            let error = await storageFailure { () async throws(StorageError) in
                try await bench.administration.createToken(for: owner, lifetime: .seconds(1), expiresAt: nil)
            }
            #expect(error?.reason == .conflict)
        }
    }

    @Test("steps back when a twin was made at the same moment") func twin() async throws {
        let bench = try Bench { call in
            switch call.name {
            case "addToken": Bench.token("agtoken_MINE")
            case "getToken": Bench.token("agtoken_OTHER")
            default: json(#"{"jobId":"job0000_J"}"#)
            }
        }
        let error = await storageFailure { () async throws(StorageError) in
            try await bench.administration.createToken(for: owner, lifetime: .seconds(1), expiresAt: nil)
        }
        #expect(error?.reason == .conflict)
        #expect(bench.transport.names == ["addToken", "getToken", "deleteToken"])
        #expect(bench.transport.calls[2].body == #"{"tokenId":"agtoken_MINE"}"#)
    }

    @Test("deletes until none is left, twins included") func delete() async throws {
        let bench = try Bench { call in
            switch (call.name, call.index) {
            case ("getToken", _): Bench.token()
            case ("deleteToken", 0...1): json(#"{"jobId":"job0000_J"}"#)
            default: refusal(404, "NotFoundError", "Agent token not found")
            }
        }
        #expect(try await bench.administration.deleteTokens(for: owner))
        #expect(bench.transport.names == ["getToken", "deleteToken", "deleteToken", "deleteToken"])
        #expect(bench.transport.calls[1].request.method == .delete)
        #expect(bench.transport.calls[1].body == #"{"providedResourceId":"\#(owner.text)"}"#)
    }

    @Test("says that there was none, and counts a deletion whose answer was lost") func deleteEdges() async throws {
        let none = try Bench { _ in refusal(404, "NotFoundError", "Agent token not found") }
        #expect(try await none.administration.deleteTokens(for: owner) == false)

        let torn = try Bench { call throws(HTTPTransportError) in
            if call.name == "getToken" { return Bench.token() }
            if call.index == 0 { throw lost() }
            return refusal(404, "NotFoundError")
        }
        #expect(try await torn.administration.deleteTokens(for: owner))
    }

    @Test("does not delete for ever") func deleteBounded() async throws {
        let bench = try Bench { call in call.name == "getToken" ? Bench.token() : json("{}") }
        let error = await storageFailure { () async throws(StorageError) in
            _ = try await bench.administration.deleteTokens(for: owner)
        }
        #expect(error?.reason == .unavailable)
        #expect(bench.transport.calls.count == 17)
    }

    @Test("assigns by resource ids") func assign() async throws {
        let bench = try Bench { call in call.name == "getToken" ? Bench.token() : json("{}") }
        try await bench.administration.assign(StorageGroupID("pmgroup_G"), to: owner)
        #expect(bench.transport.names == ["getToken", "assignPermissionGroups"])
        #expect(bench.transport.calls[1].body == #"{"entityId":["agtoken_T"],"permissionGroupId":["pmgroup_G"]}"#)
    }

    @Test("says not found when the token or the group is gone", arguments: ["getToken", "assignPermissionGroups"])
    func assignMissing(_ missing: String) async throws {
        let bench = try Bench { call in
            call.name == missing ? refusal(404, "NotFoundError") : Bench.token()
        }
        let error = await storageFailure { () async throws(StorageError) in
            try await bench.administration.assign(StorageGroupID("pmgroup_G"), to: owner)
        }
        #expect(error?.reason == .notFound)
    }
}

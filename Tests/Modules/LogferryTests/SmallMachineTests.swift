import InMemoryAdapter
import LogModel
import Testing

@testable import Logferry

@Suite("The SDK's small machines")
struct SmallMachineTests {
    private let wall = Timestamp(milliseconds: 1_790_000_000_000)

    private func credential(_ prefix: String = "p", expires: Timestamp? = nil) throws -> Credential {
        let end = expires.map { ",\"expiresAt\":\"\($0)\"" } ?? ""
        let text = #"{"serverURL":"http://s/","token":"t","folderPath":"f","filePrefix":"\#(prefix)","x":[1]\#(end)}"#
        return try #require(Credential(answer: Array(text.utf8)))
    }

    @Test("back-off is spread between nothing and a bound that doubles up to the cap")
    func backoff() {
        let entropy = SeededEntropy(seed: 3)
        for failures in 0..<40 {
            var backoff = Backoff(settings: BackoffSettings())
            for _ in 0..<failures { _ = backoff.failed(retryAfter: nil, entropy: entropy) }
            let wait = backoff.failed(retryAfter: nil, entropy: entropy)
            #expect(wait >= .zero && wait <= min(.seconds(30), .milliseconds(500) * (1 << min(failures, 10))))
        }
        var backoff = Backoff(settings: BackoffSettings())
        let asked = backoff.failed(retryAfter: .seconds(20), entropy: entropy)
        #expect(asked >= .seconds(20) && asked <= .seconds(21))
        #expect(backoff.failed(retryAfter: .seconds(100_000), entropy: entropy) <= .seconds(901))
    }

    @Test("Retry-After is read as seconds and as a date")
    func retryAfterHeader() {
        #expect(retryAfter("7", now: wall) == .seconds(7))
        #expect(retryAfter("Mon, 21 Sep 2026 14:13:50 GMT", now: wall) == .seconds(30))
        #expect(retryAfter("Mon, 21 Sep 2020 14:13:50 GMT", now: wall) == .zero)
        for text in ["", "-1", "soon", "Mon, 99 Sep 2026 14:13:50 GMT"] { #expect(retryAfter(text, now: wall) == nil) }
    }

    @Test(
        "each answer means one thing",
        arguments: [
            (200, "", UploadVerdict.stored), (400, "UnsupportedOperationError", .cannotAppend),
            (400, "ValidationError", .refused), (401, "", .credentialGone),
            (403, "PermissionDeniedError", .credentialGone),
            (403, "UsageLimitExceededError", .unknown), (404, "", .credentialGone), (409, "", .unknown),
            (413, "", .tooLarge), (429, "", .later(nil)), (500, "ServerError", .unknown), (502, "", .unknown),
            (503, "", .unknown), (504, "", .unknown), (301, "", .later(nil)), (408, "", .unknown),
        ])
    func verdicts(_ status: Int, _ name: String, _ verdict: UploadVerdict) {
        let body = Array("{\"errors\":[{\"message\":\"m\",\"name\":\"\(name)\"}]}".utf8)
        #expect(UploadVerdict(SdkResponse(status: status, body: body), now: wall) == verdict)
    }

    @Test("a 503 that says when to come back is no unknown outcome")
    func unavailable() {
        let answer = SdkResponse(status: 503, headers: [("Retry-After", "9")])
        #expect(UploadVerdict(answer, now: wall) == .later(.seconds(9)))
    }

    @Test("a credential is read from the answer, and an answer that could misdirect is none")
    func credentials() throws {
        let good = try credential(expires: wall)
        #expect(good.storeURL == "http://s" && good.filePrefix == "p" && good.expiresAt == wall)
        for bad in [
            "", "{}", "[]", #"{"serverURL":"ftp://s","token":"t","folderPath":"f","filePrefix":"p"}"#,
            #"{"serverURL":"http://s","token":"a\nb","folderPath":"f","filePrefix":"p"}"#,
            #"{"serverURL":"http://s","token":"","folderPath":"f","filePrefix":"p"}"#,
            #"{"serverURL":"http://s","token":"t","folderPath":"f","filePrefix":"../p"}"#,
        ] { #expect(Credential(answer: Array(bad.utf8)) == nil) }
    }

    @Test("init is called once at a time, again after a wait, and before the credential ends")
    func initState() throws {
        var state = InitState(instanceID: "i", backoff: BackoffSettings())
        guard case .call(let request) = state.step(now: .zero) else { throw Unexpected() }
        #expect(request == InitRequest(instanceID: "i"))
        guard case .wait = state.step(now: .zero) else { throw Unexpected() }
        _ = state.failed(now: .zero, retryAfter: .seconds(5), entropy: SeededEntropy(seed: 1))
        guard case .wait(let until) = state.step(now: .seconds(1)) else { throw Unexpected() }
        #expect(until >= .seconds(5))
        guard case .call = state.step(now: until) else { throw Unexpected() }
        state.succeeded(
            try credential(expires: wall.advanced(by: .seconds(100))), now: .seconds(10), wall: wall)
        guard case .use = state.step(now: .seconds(99)) else { throw Unexpected() }
        guard case .call(let renewal) = state.step(now: .seconds(100)) else { throw Unexpected() }
        #expect(renewal == InitRequest(instanceID: "i", filePrefix: "p"))
        _ = state.failed(now: .seconds(100), retryAfter: .seconds(60), entropy: SeededEntropy(seed: 1))
        guard case .use = state.step(now: .seconds(109)) else { throw Unexpected() }
        guard case .wait = state.step(now: .seconds(110)) else { throw Unexpected() }
    }

    @Test("a credential that seems over on arrival is used until the store refuses it")
    func skewedClock() throws {
        var state = InitState(instanceID: "i", backoff: BackoffSettings())
        _ = state.step(now: .zero)
        state.succeeded(try credential(expires: wall.advanced(by: .seconds(-5))), now: .zero, wall: wall)
        guard case .use = state.step(now: .seconds(1000)) else { throw Unexpected() }
        state.invalidate()
        guard case .call = state.step(now: .seconds(1000)) else { throw Unexpected() }
    }

    @Test("paths are percent-encoded whole, slashes too")
    func paths() {
        #expect(percentEncoded("a/b-1_2.~ é") == "a%2Fb-1_2.~%20%C3%A9")
    }

    private struct Unexpected: Error {}
}

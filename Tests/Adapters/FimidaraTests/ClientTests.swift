import HTTPTransport
import LogModel
import SdkProvisioning
import Testing

@testable import FimidaraAdapter

@Suite("Fimidara: one call")
struct ClientTests {
    @Test("asks with the token, JSON and the whole path") func requestShape() async throws {
        let bench = try Bench { _ in Bench.folder() }
        #expect(try await bench.administration.folder(at: Bench.path) == StorageFolderID("folder0_A"))
        let call = try #require(bench.transport.calls.first)
        #expect(call.request.method == .post)
        #expect(call.request.url == "http://fimidara.test:5000/v1/folders/getFolder")
        #expect(call.request.headers["authorization"] == "Bearer \(Bench.canary)")
        #expect(call.request.headers["content-type"] == "application/json")
        #expect(call.body == #"{"folderpath":"acme/logs/app_1"}"#)
        #expect(bench.administration.serverURL == "http://fimidara.test:5000")
    }

    @Test(
        "tells refusals apart",
        arguments: [
            (400, "ValidationError", StorageError.Reason.rejected), (401, "InvalidCredentialsError", .unauthenticated),
            (401, "CredentialsExpiredError", .unauthenticated), (403, "PermissionDeniedError", .forbidden),
            (403, "UsageLimitExceededError", .forbidden), (409, "ResourceExistsError", .conflict),
            (429, "RateLimitError", .throttled(retryAfter: nil)), (500, "ServerError", .unavailable),
            (502, "x", .unavailable), (503, "x", .unavailable), (302, "x", .rejected), (413, "x", .rejected),
        ])
    func reasons(_ status: Int, _ name: String, _ reason: StorageError.Reason) async throws {
        let bench = try Bench { _ in refusal(status, name) }
        let error = await storageFailure { () async throws(StorageError) in
            _ = try await bench.administration.folder(at: Bench.path)
        }
        #expect(error?.reason == reason)
        #expect(error?.detail.contains("getFolder answered \(status): \(name) m") == true)
    }

    @Test("takes a 404 by the router for a wrong address, not for a missing thing") func unknownRoute() async throws {
        let bench = try Bench { _ in HTTPResponse(status: 404, bytes: Array("Not found".utf8)) }
        let error = await storageFailure { () async throws(StorageError) in
            _ = try await bench.administration.folder(at: Bench.path)
        }
        #expect(error?.reason == .rejected)
        #expect(error?.detail.contains("server URL") == true)
        let other = try Bench { _ in refusal(404, "NotFoundError", "Folder not found") }
        #expect(try await other.administration.folder(at: Bench.path) == nil)
    }

    @Test("tries idempotent calls again, with waits") func retries() async throws {
        let bench = try Bench { call throws(HTTPTransportError) in
            switch call.index {
            case 0: throw lost()
            case 1: opaque()
            case 2: HTTPResponse(status: 502, bytes: Array("<html>".utf8))
            default: Bench.folder()
            }
        }
        #expect(try await bench.administration.folder(at: Bench.path) != nil)
        #expect(bench.clock.recorded == [.milliseconds(200), .milliseconds(400), .milliseconds(800)])
        #expect(bench.transport.calls.allSatisfy { $0.request.isRepeatable })
    }

    @Test("gives up after its attempts, and at once where no attempt helps") func bounded() async throws {
        let endless = try Bench { call throws(HTTPTransportError) in throw lost() }
        let error = await storageFailure { () async throws(StorageError) in
            _ = try await endless.administration.folder(at: Bench.path)
        }
        #expect(error?.reason == .unavailable && error?.isWorthRetrying == true)
        #expect(endless.transport.calls.count == 4)
        for status in [400, 401, 403, 409] {
            let bench = try Bench { _ in refusal(status, "x") }
            _ = await storageFailure { () async throws(StorageError) in
                _ = try await bench.administration.folder(at: Bench.path)
            }
            #expect(bench.transport.calls.count == 1)
        }
    }

    @Test("sends what is not idempotent once") func once() async throws {
        let bench = try Bench { call throws(HTTPTransportError) in throw lost() }
        let admin = bench.administration
        for error in [
            await storageFailure { () async throws(StorageError) in _ = try await admin.createGroup(named: "g") },
            await storageFailure { () async throws(StorageError) in _ = try await admin.createFolder(at: Bench.path) },
            await storageFailure { () async throws(StorageError) in
                try await admin.createToken(for: Bench.owner, lifetime: .seconds(1), expiresAt: nil)
            },
        ] { #expect(error?.reason == .unavailable) }
        #expect(bench.transport.names == ["addPermissionGroup", "addFolder", "addToken"])
        #expect(bench.transport.calls.allSatisfy { !$0.request.isRepeatable })
    }

    @Test("heeds Retry-After, and leaves a long one to its caller") func retryAfter() async throws {
        let bench = try Bench { call in
            call.index == 0 ? refusal(429, "RateLimitError", headers: ["Retry-After": "7"]) : Bench.folder()
        }
        _ = try await bench.administration.folder(at: Bench.path)
        #expect(bench.clock.recorded == [.seconds(7)])

        let date: HTTPHeaders = ["Retry-After": "Sun, 06 Nov 1994 08:54:37 GMT"]
        let long = try Bench { _ in refusal(503, "x", headers: date) }
        let error = await storageFailure { () async throws(StorageError) in
            _ = try await long.administration.folder(at: Bench.path)
        }
        #expect(error?.reason == .throttled(retryAfter: .seconds(300)))
        #expect(long.transport.calls.count == 1)
    }

    @Test("stops trying when its task is cancelled") func cancelled() async throws {
        let bench = try Bench { call throws(HTTPTransportError) in throw lost() }
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await storageFailure { () async throws(StorageError) in
                _ = try await bench.administration.folder(at: Bench.path)
            }
        }
        #expect(await task.value?.reason == .unavailable)
        #expect(bench.transport.calls.count == 1)
    }

    @Test(
        "says which needed member is missing, and shows no value",
        arguments: [
            ("{}", "folder is missing"), (#"{"folder":{"namepath":["x"]}}"#, "folder.resourceId is missing"),
            (#"{"folder":{"resourceId":7,"namepath":[]}}"#, "folder.resourceId is no String"),
            (#"{"folder":null}"#, "folder"), ("<html>secret</html>", "no JSON"), ("", "no JSON"),
        ])
    func strict(_ body: String, _ words: String) async throws {
        let bench = try Bench(retry: RetryPolicy(attempts: 1)) { _ in json(body) }
        let error = await storageFailure { () async throws(StorageError) in
            _ = try await bench.administration.folder(at: Bench.path)
        }
        #expect(error?.reason == .unavailable)
        #expect(error?.detail.contains(words) == true)
        #expect(error?.detail.contains("secret") == false)
    }

    @Test("never repeats a token or a control character of the server's words") func noSecrets() async throws {
        let long = String(repeating: "x", count: 5000)
        let bench = try Bench { _ in refusal(400, "ValidationError", #"bad \u0007\u001b[31m \#(Bench.canary) \#(long)"#)
        }
        let error = await storageFailure { () async throws(StorageError) in
            _ = try await bench.administration.folder(at: Bench.path)
        }
        let detail = try #require(error).detail
        #expect(!detail.contains(Bench.canary) && detail.contains("•••"))
        #expect(detail.unicodeScalars.allSatisfy { $0.value >= 0x20 })
        #expect(detail.utf8.count < 500)
    }
}

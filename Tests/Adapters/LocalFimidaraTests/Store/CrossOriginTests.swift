import LocalFimidaraAdapter
import Testing

@testable import LocalFimidaraAdapter

@Suite("Pages of browsers", .timeLimit(.minutes(6)))
struct CrossOriginTests {
    private static func preflight(_ origin: String) -> StorageRequest {
        StorageRequest(
            method: "OPTIONS", path: "/v1/files/uploadFile/ws%2Fx",
            headers: [
                "origin": origin, "access-control-request-method": "POST",
                "access-control-request-headers": "authorization,x-fimidara-append",
            ])
    }

    @Test("T80: of a named origin may ask and read, those of others may not")
    func named() async throws {
        let store = try await TestStore(origins: ["https://app.example.org", "http://localhost:3000"])
        let answer = try await store.send(CrossOriginTests.preflight("https://app.example.org"))
        #expect(answer.status == 200)
        #expect(answer.headers["access-control-allow-origin"] == "https://app.example.org")
        #expect(answer.headers["access-control-allow-methods"]?.contains("DELETE") == true)
        #expect(answer.headers["access-control-allow-headers"]?.contains("x-fimidara-multipart-part") == true)
        #expect(answer.headers["access-control-allow-credentials"] == nil)
        #expect(answer.headers["vary"] == "Origin")
        for origin in ["https://evil.example.org", "https://app.example.org.evil", "null", "*"] {
            let refused = try await store.send(CrossOriginTests.preflight(origin))
            #expect(refused.status == 200 && refused.headers["access-control-allow-origin"] == nil, "\(origin)")
            #expect(refused.headers["vary"] == "Origin")
        }
        let missing = try await store.send(
            StorageRequest(
                method: "GET", path: "/v1/files/readFile/ws%2Fx", headers: ["origin": "http://localhost:3000"]))
        #expect(missing.status == 404)
        #expect(missing.headers["access-control-allow-origin"] == "http://localhost:3000", "errors can be read too")
        #expect(missing.headers["access-control-expose-headers"]?.contains("x-request-id") == true)
    }

    @Test("T80: of no origin may do anything unless one is named, and a preflight is answered all the same")
    func none() async throws {
        let store = try await TestStore()
        let answer = try await store.send(CrossOriginTests.preflight("https://app.example.org"))
        #expect(answer.status == 200)
        #expect(answer.headers["allow"] == "POST, OPTIONS")
        #expect(answer.headers["access-control-allow-origin"] == nil)
        #expect(try await store.read("ws/x").headers["vary"] == nil)
    }

    @Test(
        "T80: are named by scheme, host and port",
        arguments: [
            ("https://app.example.org", true), ("http://localhost:3000", true), ("http://[::1]:80", true), ("*", false),
            ("https://", false), ("app.example.org", false), ("https://a.example/", false),
            ("https://A.example", false),
            ("https://u@a.example", false), ("null", false),
        ])
    func origins(text: String, isOrigin: Bool) {
        #expect(LocalFimidara.isOrigin(text) == isOrigin)
    }

    @Test("T25: what is no route is answered in the shape of all errors")
    func unknownRoute() async throws {
        let store = try await TestStore()
        for request in [
            StorageRequest(method: "GET", path: "/"), StorageRequest(method: "GET", path: "/v1/files/uploadFile/x"),
        ] {
            let answer = try await store.send(request)
            #expect(answer.status == 404 && answer.errorName == "NotFoundError", "\(answer.text)")
            #expect(answer.headers["content-type"]?.hasPrefix("application/json") == true)
        }
    }
}

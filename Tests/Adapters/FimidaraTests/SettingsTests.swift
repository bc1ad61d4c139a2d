import HTTPTransport
import LogModel
import SdkProvisioning
import Testing

@testable import FimidaraAdapter

@Suite("Fimidara: settings, waits and headers")
struct SettingsTests {
    @Test(
        "a server URL is an http or https base",
        arguments: [
            "", "fimidara.test", "ftp://h", "http://", "http:///x", "https://u:p@h", "http://h?x", "http://h#x",
            "http://h x",
        ])
    func badURL(_ url: String) {
        #expect(throws: InvalidFimidaraSettings.self) {
            try FimidaraSettings(serverURL: url, authToken: Secret("t"), workspaceRootname: "w")
        }
    }

    @Test("slashes at the end of the server URL do not double", arguments: ["https://h", "https://h/", "https://h//"])
    func trailing(_ url: String) throws {
        let settings = try FimidaraSettings(serverURL: url, authToken: Secret("t"), workspaceRootname: "w")
        #expect(settings.serverURL == "https://h")
    }

    @Test("a token that could break a header, a root name that is a pattern, a page of no size are refused")
    func others() {
        for (token, root, size) in [
            ("", "w", 1), ("a\r\nb", "w", 1), ("t", "w.x", 1), ("t", "", 1), ("t", "w", 0), ("t", "w", 1001),
        ] {
            #expect(throws: InvalidFimidaraSettings.self) {
                try FimidaraSettings(
                    serverURL: "http://h", authToken: Secret(token), workspaceRootname: root, pageSize: size)
            }
        }
    }

    @Test("a long read has the time of its bytes over a slow link, and all else the time of a range")
    func longReads() throws {
        let settings = try FimidaraSettings(serverURL: "http://h", authToken: Secret("t"), workspaceRootname: "w")
        let long = settings.timeouts(receiving: 256 << 20)
        #expect(settings.timeouts(receiving: 0) == settings.readTimeouts)
        #expect(long.total == settings.readTimeouts.total.map { $0 + .seconds(1024) })
        #expect(long.idle == settings.readTimeouts.idle)
    }

    @Test("waits double up to the longest, spread from nothing, and heed what is asked") func waits() {
        let policy = RetryPolicy(attempts: 6, firstWait: .milliseconds(100), longestWait: .milliseconds(500))
        func wait(_ attempt: Int, _ asked: Duration? = nil, _ byte: UInt8 = 0xFF) -> Duration? {
            policy.wait(afterAttempt: attempt, asked: asked, entropy: FixedEntropy(byte: byte))
        }
        #expect((1...6).map { wait($0) } == [100, 200, 400, 500, 500].map { .milliseconds($0) } + [nil])
        #expect(wait(3, nil, 0) == .zero)
        #expect(wait(1, .seconds(3)) == .seconds(3))
        #expect(wait(1, .milliseconds(1)) == .milliseconds(100))
        #expect(wait(1, .seconds(60)) == nil)
    }

    @Test("Content-Range is read strictly") func contentRange() {
        let range = ContentRange("bytes 1-3/29")
        #expect(range?.first == 1 && range?.last == 3 && range?.size == 29 && range?.count == 3)
        for text in [
            nil, "", "bytes", "bytes 3-1/29", "bytes 0-29/29", "bytes 0-3/*", "lines 0-3/29", "bytes 0-3",
            "bytes -3/29",
            "bytes 0-3/29/1", "bytes +0-3/29", "bytes 0-3/99999999999999999999",
        ] {
            #expect(ContentRange(text) == nil)
        }
        #expect(ContentRange.size(ofUnsatisfied: "bytes */29") == 29)
        #expect(ContentRange.size(ofUnsatisfied: "bytes 0-3/29") == nil)
        #expect(ContentRange.size(ofUnsatisfied: nil) == nil)
    }
}

import BlockingExecutor
import HTTPTransport
import LogIngestion
import LogModel
import Testing

@testable import FimidaraAdapter

/// Bytes behind the end that a file store shows, which a whole read reaches and ranges do not.
@Suite("Fimidara: reading behind the end")
struct WholeReadTests {
    private let object = SourceObject(key: ObjectKey("p-2026-11-20.ndjson"), identity: "file000_gug9-_K", size: 4)

    /// A server whose answer to a whole read comes in pieces, and breaks off behind them.
    private func bench(_ pieces: [String], length: String? = "12", status: Int = 200) throws -> Bench {
        try Bench { call in
            guard call.request.headers["Range"] == nil else {
                return HTTPResponse(status: 206, headers: ["Content-Range": "bytes 2-3/4"], bytes: Array("CD".utf8))
            }
            let rest = Locked(pieces)
            return HTTPResponse(
                status: status, headers: length.map { ["Content-Length": $0] } ?? [:],
                body: HTTPResponseBody(next: { (_) async throws(HTTPTransportError) in
                    guard let piece = rest.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { throw lost() }
                    return Array(piece.utf8)
                }))
        }
    }

    @Test(
        "T76: a range of the whole is taken out of whatever pieces it comes in",
        arguments: [
            ["abcdefghijkl"], ["ab", "cdef", "ghijkl"], ["abcd", "efgh", "ijkl"], "abcdefghijkl".map { String($0) },
        ])
    func pieces(_ pieces: [String]) async throws {
        for (offset, limit, expected) in [(4, 100, "efghijkl"), (4, 4, "efgh"), (0, 3, "abc"), (11, 1, "l")] {
            let bench = try bench(pieces)
            let chunk = try await bench.source.readBehindEnd(object, from: Int64(offset), limit: limit)
            #expect(chunk.bytes == Array(expected.utf8) && chunk.offset == Int64(offset) && chunk.size == 12)
            let request = try #require(bench.transport.calls.first).request
            #expect(bench.transport.calls.count == 1 && request.headers["Range"] == nil)
            #expect(request.url.hasSuffix("/file000_gug9-_K"))
        }
    }

    @Test("T76: behind the last byte there is none, and that is no failure")
    func end() async throws {
        let chunk = try await bench(["abcdefghijkl"]).source.readBehindEnd(object, from: 12, limit: 4)
        #expect(chunk.bytes.isEmpty && chunk.size == 12)
    }

    @Test("T76: an answer that breaks off gives what came of the range, and fails when none of it came")
    func broken() async throws {
        let chunk = try await bench(["abcdef"]).source.readBehindEnd(object, from: 4, limit: 8)
        #expect(chunk.bytes == Array("ef".utf8) && chunk.size == 12)
        for pieces in [["abcd"], ["ab"], []] {
            await #expect(throws: SourceError.self) {
                try await bench(pieces).source.readBehindEnd(object, from: 4, limit: 8)
            }
        }
    }

    @Test(
        "T76: an answer that does not say how long the whole is, is a failure and never a shorter file",
        arguments: [(nil, 200), ("-1", 200), ("many", 200), ("12", 206)] as [(String?, Int)])
    func unknown(_ length: String?, _ status: Int) async throws {
        let bench = try bench(["abcdefghijkl"], length: length, status: status)
        let failure = await #expect(throws: SourceError.self) {
            try await bench.source.readBehindEnd(object, from: 2, limit: 2)
        }
        #expect(failure?.reason == .unavailable && failure?.detail.contains("how long the whole file is") == true)
    }

    @Test("T76: what makes no sense is not asked")
    func nonsense() async throws {
        let bench = try bench(["abcdefghijkl"])
        let strange = SourceObject(key: ObjectKey("x"), identity: "../getFileDetails?", size: 1)
        for (object, offset, limit) in [(object, Int64(-1), 4), (object, 0, 0), (strange, 0, 4)] {
            await #expect(throws: SourceError.self) {
                try await bench.source.readBehindEnd(object, from: offset, limit: limit)
            }
        }
        #expect(bench.transport.calls.isEmpty)
    }
}

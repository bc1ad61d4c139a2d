import BlockingExecutor
import HTTPTransport
import LogIngestion
import LogModel
import Testing

@testable import FimidaraAdapter

@Suite("Fimidara: reading a range")
struct RangeReadTests {
    let object = SourceObject(key: ObjectKey("p-2026-11-20.ndjson"), identity: "file000_gug9-_K", size: 29)

    private static func part(
        _ range: String, _ text: String, headers: HTTPHeaders = [:], status: Int = 206
    ) -> HTTPResponse {
        var headers = headers
        headers.add("Content-Range", range)
        return HTTPResponse(status: status, headers: headers, bytes: Array(text.utf8))
    }

    /// A body that gives pieces and then breaks.
    private static func broken(_ pieces: [String]) -> HTTPResponseBody {
        let rest = Locked(pieces)
        return HTTPResponseBody(next: { (_) async throws(HTTPTransportError) in
            guard let piece = rest.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { throw lost() }
            return Array(piece.utf8)
        })
    }

    private func failure(_ bench: Bench, from offset: Int64 = 2) async -> SourceError? {
        do {
            _ = try await bench.source.read(object, from: offset, limit: 4)
            return nil
        } catch {
            return error
        }
    }

    @Test("asks by id for one range, its start named even when it is zero", arguments: [Int64(0), 5])
    func shape(_ offset: Int64) async throws {
        let bench = try Bench { _ in RangeReadTests.part("bytes \(offset)-\(offset + 3)/29", "AAAA") }
        let chunk = try await bench.source.read(object, from: offset, limit: 4)
        #expect(chunk.offset == offset && chunk.bytes == Array("AAAA".utf8) && chunk.size == 29)
        let request = bench.transport.calls[0].request
        #expect(request.method == .get && request.body == nil)
        #expect(request.url == "http://fimidara.test:5000/v1/files/readFile/file000_gug9-_K")
        #expect(
            request.headers.fields.filter { $0.name.lowercased() == "range" }.map(\.value) == [
                "bytes=\(offset)-\(offset + 3)"
            ])
        #expect(request.headers["accept-encoding"] == nil && request.headers["if-range"] == nil)
    }

    @Test("takes a range that the server has clipped at the end") func clipped() async throws {
        let bench = try Bench { _ in RangeReadTests.part("bytes 27-28/29", "zz") }
        let chunk = try await bench.source.read(object, from: 27, limit: 100)
        #expect(chunk.bytes.count == 2 && chunk.end == 29 && chunk.size == 29)
    }

    @Test("takes 416 for no byte yet, or none any more", arguments: [(Int64(29), Int64(29)), (29, 4), (0, 0)])
    func atEnd(_ offset: Int64, _ size: Int64) async throws {
        let bench = try Bench { _ in
            refusal(416, "RangeNotSatisfiableError", headers: ["Content-Range": "bytes */\(size)"])
        }
        let chunk = try await bench.source.read(object, from: offset, limit: 4)
        #expect(chunk.bytes.isEmpty && chunk.offset == offset && chunk.size == size)
        #expect(bench.transport.calls.count == 1)
    }

    @Test("refuses a 416 that contradicts itself or names no size", arguments: ["bytes */30", "bytes 0-1/2", ""])
    func odd416(_ range: String) async throws {
        let bench = try Bench { _ in refusal(416, "x", headers: ["Content-Range": range]) }
        #expect(await failure(bench, from: 29)?.reason == .rejected)
    }

    @Test(
        "refuses every range but the one asked for",
        arguments: [
            "bytes 0-3/29", "bytes 3-5/29", "bytes 2-6/29", "bytes 2-5/*", "bytes 2-5/5", "lines 2-5/29", "",
        ])
    func otherRange(_ range: String) async throws {
        #expect(await failure(try Bench { _ in RangeReadTests.part(range, "AAAA") })?.reason == .rejected)
    }

    @Test("refuses parts, codings and lengths that do not fit") func misfits() async throws {
        let multipart = HTTPResponse(
            status: 206, headers: ["Content-Type": "multipart/byteranges; boundary=x"], bytes: Array("--x".utf8))
        #expect(await failure(try Bench { _ in multipart })?.reason == .rejected)
        for headers in [["Content-Encoding": "gzip"], ["Content-Length": "5"]] as [HTTPHeaders] {
            let bench = try Bench { _ in RangeReadTests.part("bytes 2-5/29", "AAAA", headers: headers) }
            #expect(await failure(bench)?.reason == .rejected)
        }
    }

    @Test("never takes a whole file for the range, nor a lost one for an empty one") func ignoredRange() async throws {
        let pulled = Locked(0)
        let whole = try Bench { _ in
            let body = HTTPResponseBody(next: { _ in
                pulled.withLock { $0 += 1 }
                return [1]
            })
            return HTTPResponse(status: 200, headers: ["Content-Length": "1000000000"], body: body)
        }
        #expect(await failure(whole)?.reason == .rejected)
        #expect(pulled.withLock { $0 } == 0)
        let empty = try Bench { _ in HTTPResponse(status: 200, headers: ["Content-Length": "0"]) }
        #expect(await failure(empty)?.reason == .unavailable)
    }

    @Test("gives what came of a body that broke, and fails when nothing came") func short() async throws {
        let bench = try Bench { _ in
            HTTPResponse(
                status: 206, headers: ["Content-Range": "bytes 2-15/29"], body: RangeReadTests.broken(["over", "wri"]))
        }
        let chunk = try await bench.source.read(object, from: 2, limit: 14)
        #expect(chunk.bytes == Array("overwri".utf8) && chunk.size == 29)
        let nothing = try Bench { _ in
            HTTPResponse(status: 206, headers: ["Content-Range": "bytes 2-5/29"], body: RangeReadTests.broken([]))
        }
        #expect(await failure(nothing)?.reason == .unavailable)
        let ended = try Bench { _ in RangeReadTests.part("bytes 2-5/29", "") }
        #expect(await failure(ended)?.reason == .unavailable)
    }

    @Test("takes no byte beyond the range") func surplus() async throws {
        let bench = try Bench { _ in RangeReadTests.part("bytes 2-5/29", "AAAAuncommitted") }
        #expect(try await bench.source.read(object, from: 2, limit: 4).bytes == Array("AAAA".utf8))
    }

    @Test(
        "tells refusals apart",
        arguments: [
            (404, "NotFoundError", SourceError.Reason.gone), (401, "InvalidCredentialsError", .unauthenticated),
            (403, "PermissionDeniedError", .forbidden), (500, "ServerError", .unavailable), (400, "x", .rejected),
            (404, "SomethingElse", .rejected),
        ])
    func refusals(_ status: Int, _ name: String, _ reason: SourceError.Reason) async throws {
        #expect(await failure(try Bench { _ in refusal(status, name) })?.reason == reason)
    }

    @Test("takes no page of another server for the word that an object is gone") func notGone() async throws {
        let bench = try Bench { _ in HTTPResponse(status: 404, bytes: Array("Not found".utf8)) }
        #expect(await failure(bench)?.reason == .rejected)
    }

    @Test("tries again when the server fails before the body") func retries() async throws {
        let bench = try Bench { call throws(HTTPTransportError) in
            switch call.index {
            case 0: throw lost()
            case 1: HTTPResponse(status: 503)
            default: RangeReadTests.part("bytes 2-5/29", "AAAA")
            }
        }
        #expect(try await bench.source.read(object, from: 2, limit: 4).bytes.count == 4)
        #expect(bench.clock.recorded.count == 2)
    }

    @Test("asks nothing that makes no sense") func nonsense() async throws {
        let bench = try Bench { _ in RangeReadTests.part("bytes 0-3/29", "AAAA") }
        let strange = SourceObject(key: ObjectKey("x"), identity: "../getFileDetails?", size: 1)
        for (object, offset, limit) in [(object, Int64(-1), 4), (object, 0, 0), (strange, 0, 4)] {
            await #expect(throws: SourceError.self) { try await bench.source.read(object, from: offset, limit: limit) }
        }
        #expect(bench.transport.calls.isEmpty)
        #expect(await failure(bench, from: .max)?.reason == .rejected)
    }

    /// A server whose disk has `length` bytes of a file whose size is `size`.
    private func bench(disk length: String?, size: Int64, status: Int = 200) throws -> Bench {
        try Bench { call in
            guard call.request.headers["Range"] == nil else {
                if size > 29 { return RangeReadTests.part("bytes 29-29/\(size)", "z") }
                return refusal(416, "RangeNotSatisfiableError", headers: ["Content-Range": "bytes */\(size)"])
            }
            let headers: HTTPHeaders = length.map { ["Content-Length": $0] } ?? [:]
            return HTTPResponse(status: status, headers: headers, bytes: [])
        }
    }

    @Test(
        "bytes of the disk behind the size are what a torn append hides",
        arguments: [("29", Int64(29), Int64(0)), ("41", 29, 12), ("41", 41, 0), ("12", 29, 0)])
    func hidden(_ length: String, _ size: Int64, _ expected: Int64) async throws {
        let bench = try bench(disk: length, size: size)
        #expect(try await bench.source.hiddenBytes(of: object) == expected)
        let first = bench.transport.calls[0].request
        #expect(first.method == .get && first.headers["Range"] == nil && first.url.hasSuffix("/file000_gug9-_K"))
    }

    @Test("a server that does not say how much its disk has hides nothing that could be told")
    func hiddenUnknown() async throws {
        #expect(try await bench(disk: nil, size: 29).source.hiddenBytes(of: object) == 0)
        #expect(try await bench(disk: "41", size: 29, status: 206).source.hiddenBytes(of: object) == 0)
        let refusing = try Bench { _ in refusal(404, "NotFoundError") }
        await #expect(throws: SourceError.self) { try await refusing.source.hiddenBytes(of: object) }
    }
}

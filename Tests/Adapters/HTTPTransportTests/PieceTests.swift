import LogModel
import Testing

@testable import HTTPTransport

@Suite("HTTP transport: its parts")
struct PieceTests {
    @Test("a buffer joins small writes, gives them back in order and stops at its ceiling") func buffer() {
        var buffer = BodyBuffer()
        func append(_ bytes: [UInt8]) -> Bool { bytes.withUnsafeBytes { buffer.append($0) } }
        for number in 0..<1000 { #expect(append([UInt8(truncatingIfNeeded: number)])) }
        #expect(buffer.count == 1000)
        #expect(buffer.take() == (0..<1000).map { UInt8(truncatingIfNeeded: $0) })
        #expect(buffer.take() == nil)

        let block = [UInt8](repeating: 1, count: 100_000)
        while append(block) {}
        #expect(buffer.count == 1_000_000 && !buffer.isLow)
        #expect(!append(block) && buffer.count == 1_000_000)
        var total = 0
        while let piece = buffer.take() { total += piece.count }
        #expect(total == 1_000_000 && buffer.isLow)
        #expect(append([UInt8](repeating: 2, count: 2 << 20)))
    }

    @Test("a buffer that is never empty gives its places back") func bufferCompacts() {
        var buffer = BodyBuffer()
        // Two of them are too large to be joined.
        let block = [UInt8](repeating: 1, count: BodyBuffer.pieceSize / 4 * 3)
        var taken = 0
        for _ in 0..<5000 {
            while block.withUnsafeBytes({ buffer.append($0) }) {}
            taken += buffer.take()?.count ?? 0
        }
        #expect(taken == 5000 * block.count)
    }

    @Test("Retry-After is read as seconds or as a date") func retryAfter() {
        let now = Timestamp(milliseconds: 784_111_777_000)  // 1994-11-06T08:49:37Z
        func wait(_ text: String) -> Duration? { (["retry-after": text] as HTTPHeaders).retryAfter(now: now) }
        #expect(wait("120") == .seconds(120))
        #expect(wait("Sun, 06 Nov 1994 08:50:37 GMT") == .seconds(60))
        #expect(wait("Sun, 06 Nov 1994 08:00:00 GMT") == .zero)
        #expect(wait("-1") == nil)
        #expect(wait("soon") == nil)
        #expect(wait("Sun, 31 Feb 1994 08:00:00 GMT") == nil)
        #expect((["x": "y"] as HTTPHeaders).retryAfter(now: now) == nil)
    }

    @Test("headers keep their order and show no values") func headers() {
        var headers: HTTPHeaders = ["A": "1", "b": "2"]
        headers.add("a", "3")
        #expect(headers.fields.map(\.value) == ["1", "2", "3"])
        headers["a"] = "4"
        #expect(headers.fields.map(\.value) == ["2", "4"])
        headers["B"] = nil
        #expect(headers.description == "a")
    }

    @Test("a scripted body ends and stays ended") func scripted() async throws {
        let body = HTTPResponseBody([1, 2])
        #expect(try await body.next() == [1, 2])
        #expect(try await body.next() == nil)
        #expect(try await body.next() == nil)
        #expect(try await HTTPResponse(status: 204).body.next() == nil)
    }
}

import HTTPTransport
import Testing

@Suite("Curl transport: much of a body at once", .timeLimit(.minutes(6)))
struct GatheringTests {
    let transport = CurlTransport()

    private static let block = [UInt8]((0..<(1 << 16)).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 4) })

    @Test("waits for as much as is wanted, more than is read ahead, and gives the rest at the end")
    func large() async throws {
        let blocks = 80
        let server = try LoopbackServer.answering { _, connection in
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(blocks << 16)\r\n\r\n")
            for _ in 0..<blocks { connection.write(GatheringTests.block) }
        }
        let body = try await transport.send(HTTPRequest(.get, server.url())).body
        let wanted = 3 << 20
        var pieces: [[UInt8]] = []
        while let piece = try await body.next(atLeast: wanted) { pieces.append(piece) }
        #expect(pieces.count == 2 && pieces[0].count >= wanted && pieces[0].count < wanted + 1 << 20)
        #expect(Array(pieces.joined()) == Array((0..<blocks).map { _ in GatheringTests.block }.joined()))
    }

    @Test("takes no more of what was read ahead than is wanted") func buffered() async throws {
        let server = try LoopbackServer.answering { _, connection in
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n")
            connection.write([UInt8](repeating: 1, count: 900_000))
        }
        let body = try await transport.send(HTTPRequest(.get, server.url())).body
        try await eventually { await transport.bufferedBytes == 900_000 }
        let first = try #require(try await body.next(atLeast: 300_000))
        #expect(first.count >= 300_000 && first.count < 600_000)
        #expect(try await body.next(atLeast: 900_000)?.count == 900_000 - first.count)
        #expect(try await body.next(atLeast: 1) == nil)
    }

    @Test("hands out what came before a body was cut, though it is less than wanted") func cut() async throws {
        let server = try LoopbackServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + String(repeating: "x", count: 400))
        }
        let body = try await transport.send(HTTPRequest(.get, server.url())).body
        #expect(try await body.next(atLeast: 1000)?.count == 400)
        #expect(await failure { _ = try await body.next(atLeast: 1000) }?.reason == .connectionLost)
    }

    @Test("gives nothing of it to a task that is cancelled meanwhile") func cancelled() async throws {
        let server = try LoopbackServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + String(repeating: "x", count: 400))
            _ = connection.seesCloseWithin(.seconds(300))
        }
        let body = try await transport.send(HTTPRequest(.get, server.url())).body
        let task = Task { await failure { _ = try await body.next(atLeast: 1000) } }
        try await eventually { await transport.bufferedBytes == 400 }
        task.cancel()
        #expect(await task.value?.reason == .cancelled)
        #expect(await transport.bufferedBytes == 0)
    }
}

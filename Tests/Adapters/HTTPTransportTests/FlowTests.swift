import HTTPTransport
import Testing

@Suite("Curl transport: back-pressure and cancellation", .timeLimit(.minutes(6)))
struct FlowTests {
    let transport = CurlTransport()

    @Test("holds at most a mebibyte for a slow reader, and loses nothing") func slowReader() async throws {
        let size = 48 << 20
        let block = [UInt8]((0..<(1 << 16)).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 4) })
        // A piece is no longer than six blocks, wherever in one it begins.
        let repeated = (0..<8).flatMap { _ in block }
        let sent = Collected<Int>()
        let server = try LoopbackServer.answering { _, connection in
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
            for _ in 0..<size / block.count {
                guard connection.write(block) else { return }
                sent.add(1)
            }
        }
        // Silence by the reader's fault must not count: the idle limit is shorter than its first pause.
        let request = HTTPRequest(.get, server.url(), timeouts: HTTPTimeouts(idle: .seconds(2)))
        let body = try await transport.send(request).body
        var received = 0
        var peak = 0
        var isSame = true
        try await Task.sleep(for: .milliseconds(2500))
        // The kernel's socket buffers take some MiB besides ours.
        #expect(sent.all.count * block.count <= 16 << 20)
        while let piece = try await body.next() {
            let start = received % block.count
            isSame = isSame && piece.count <= 6 * block.count && piece[...] == repeated[start..<start + piece.count]
            received += piece.count
            peak = max(peak, await transport.bufferedBytes)
            if received < 4 << 20 { try await Task.sleep(for: .milliseconds(15)) }
        }
        #expect(received == size)
        #expect(isSame)
        #expect(peak > 256 << 10 && peak <= 1 << 20)
    }

    @Test("ends a transfer when its task is cancelled", arguments: [false, true])
    func cancelled(_ inBody: Bool) async throws {
        let closes = Collected<Bool>()
        let requests = Collected<Void>()
        let server = try LoopbackServer { connection in
            _ = connection.readRequest()
            requests.add(())
            if inBody { connection.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx") }
            closes.add(connection.seesCloseWithin(.seconds(300)))
        }
        let request = HTTPRequest(.get, server.url())
        let task = Task { [transport] in
            await failure { _ = try await transport.send(request).body.collect(upTo: 9) }
        }
        _ = try await requests.first(1)
        try await Task.sleep(for: .milliseconds(20))
        task.cancel()
        #expect(await task.value?.reason == .cancelled)
        #expect(try await closes.first(1) == [true])
        try await eventually { await transport.transferCount == 0 }
    }

    @Test("sends nothing for a task that is cancelled already") func cancelledBefore() async throws {
        let server = try LoopbackServer.answering { _, connection in connection.reply() }
        let url = server.url()
        let task = Task { [transport] in
            withUnsafeCurrentTask { $0?.cancel() }
            return await failure { _ = try await transport.send(HTTPRequest(.get, url)) }
        }
        let error = await task.value
        #expect(error?.reason == .cancelled)
        #expect(error?.mayHaveReachedServer == false)
    }

    @Test("ends a transfer whose body is let go") func dropped() async throws {
        let closes = Collected<Bool>()
        let server = try LoopbackServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
            while connection.write([UInt8](repeating: 1, count: 65536)) {}
            closes.add(true)
        }
        do {
            let response = try await transport.send(HTTPRequest(.get, server.url()))
            #expect(try await response.body.next() != nil)
        }
        #expect(try await closes.first(1) == [true])
        try await eventually { await transport.transferCount == 0 }
    }

    @Test("never passes off a cancelled body as a whole one") func cancelledIsNotEnd() async throws {
        let server = try LoopbackServer.answering { _, connection in
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n")
            connection.write([UInt8](repeating: 1, count: 300_000))
        }
        let body = try await transport.send(HTTPRequest(.get, server.url())).body
        try await eventually { await transport.bufferedBytes == 300_000 }
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            _ = try? await body.next()
        }
        await task.value
        let error = await failure { while try await body.next() != nil {} }
        #expect(error?.reason == .cancelled)
    }

    @Test("cancels a hundred at once and goes on") func cancelMany() async throws {
        let server = try LoopbackServer { connection in
            while let request = connection.readRequest() {
                if request.line.contains("slow") { _ = connection.seesCloseWithin(.seconds(10)) }
                connection.reply()
            }
        }
        await withTaskGroup(of: HTTPTransportError?.self) { group in
            for _ in 0..<100 {
                group.addTask { [transport] in
                    await failure { _ = try await transport.send(HTTPRequest(.get, server.url("/slow"))) }
                }
            }
            try? await Task.sleep(for: .milliseconds(100))
            group.cancelAll()
            for await error in group { #expect(error?.reason == .cancelled) }
        }
        #expect(try await transport.send(HTTPRequest(.get, server.url())).status == 200)
    }
}

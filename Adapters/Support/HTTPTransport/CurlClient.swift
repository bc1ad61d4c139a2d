import CCurl
import HostLookup

/// The actor behind ``CurlTransport``: one curl multi handle on one thread, which is also the actor's executor.
@safe actor CurlClient {
    /// The longest poll; a safety net under the wake-ups and timers.
    private static let patience: Duration = .seconds(1)

    private let loop: CurlEventLoop
    private let settings: CurlSettings
    private let lookups: LostLookups
    private var transfers: [UInt64: CurlTransfer] = [:]
    private var lastID: UInt64 = 0

    /// The thread of the loop.
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    /// Starts the loop; no connection is made before it is needed.
    init(_ settings: CurlSettings, lookup: HostLookup = .system) {
        self.settings = settings
        lookups = LostLookups(lookup)
        loop = CurlEventLoop(
            connectionsPerHost: settings.connectionsPerHost, connectionsInAll: settings.connectionsInAll)
        loop.start(name: settings.threadName) { [weak self] orders in
            self?.assumeIsolated { $0.drive(orders) } ?? 1000
        }
    }

    // Nobody waits for a transfer any more, since whoever does holds the transport. Handles go before their multi
    // handle, which the loop keeps until its thread has ended.
    isolated deinit {
        for transfer in transfers.values { release(transfer) }
        loop.stop()
    }

    /// How many transfers are under way or have bytes that nobody has read.
    var transferCount: Int { transfers.count }

    /// The bytes that wait for their readers, of all transfers.
    var bufferedBytes: Int { transfers.values.reduce(0) { $0 + $1.bufferedBytes } }

    /// Sends a request; up to the limits on connections at once, in turn beyond them.
    func send(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse {
        try HTTPRequestRules.check(request)
        if settings.socketPath == nil { try await lookups.clear(the: request) }
        lastID += 1
        let transfer = try CurlTransfer(id: lastID, request, settings, startedAt: .now)
        let id = transfer.id
        let loop = loop
        // `begin` runs before the first suspension, so an order to cancel always finds its transfer.
        let head = await withTaskCancellationHandler {
            await withCheckedContinuation { begin(transfer, $0) }
        } onCancel: {
            loop.post(.cancel(id))
        }
        return try HTTPResponse(status: head.get().status, headers: head.get().headers, body: body(of: id))
    }

    private func body(of id: UInt64) -> HTTPResponseBody {
        let loop = loop
        return HTTPResponseBody(
            next: { (least) async throws(HTTPTransportError) in try await self.nextPiece(of: id, atLeast: least) },
            abandon: { loop.post(.drop(id)) })
    }

    private func nextPiece(of id: UInt64, atLeast least: Int) async throws(HTTPTransportError) -> [UInt8]? {
        let loop = loop
        // The closures must name the actor, as they do by calling its method: a closure that does not capture the
        // actor is not isolated to it and would run in the shared pool, beside curl instead of between its polls.
        let piece = await withTaskCancellationHandler {
            await withCheckedContinuation { askForPiece(of: id, atLeast: least, $0) }
        } onCancel: {
            loop.post(.cancel(id))
        }
        return try piece.get()
    }

    private func askForPiece(
        of id: UInt64, atLeast least: Int, _ waiter: CheckedContinuation<CurlTransfer.PieceResult, Never>
    ) {
        loop.checkIsolated()
        guard let transfer = transfers[id] else {
            let error = HTTPTransportError(.cancelled, detail: "the body was let go", mayHaveReachedServer: true)
            return waiter.resume(returning: .failure(error))
        }
        transfer.askForPiece(atLeast: least, waiter)
    }

    private func begin(_ transfer: CurlTransfer, _ waiter: CheckedContinuation<CurlTransfer.HeadResult, Never>) {
        loop.checkIsolated()
        transfers[transfer.id] = transfer
        transfer.waitForHead(waiter)
        guard let handle = transfer.handle else { return }
        let code = unsafe curl_multi_add_handle(loop.multi, handle.raw)
        if code != CURLM_OK {
            end(transfer, with: .failure(transfer.error(.failed, unsafe String(cString: curl_multi_strerror(code)))))
        }
    }
}

// What the loop's thread does between two polls.
extension CurlClient {
    /// Carries out orders, lets curl work, ends what is done or late; answers with the milliseconds to the next limit.
    private func drive(_ orders: [CurlEventLoop.Order]) -> Int32 {
        for order in orders { obey(order) }
        var running: Int32 = 0
        unsafe curl_multi_perform(loop.multi, &running)
        collectFinished()
        return endLate(now: .now)
    }

    private func obey(_ order: CurlEventLoop.Order) {
        switch order {
        case .cancel(let id):
            guard let transfer = transfers[id] else { return }
            release(transfer)
            transfer.cancel()
        case .drop(let id):
            guard let transfer = transfers.removeValue(forKey: id) else { return }
            release(transfer)
            transfer.cancel()
        }
    }

    private func collectFinished() {
        var waiting: Int32 = 0
        while let message = unsafe curl_multi_info_read(loop.multi, &waiting) {
            guard unsafe message.pointee.msg == CURLMSG_DONE, let easy = unsafe message.pointee.easy_handle else {
                continue
            }
            let code = unsafe message.pointee.data.result
            var context: UnsafeMutableRawPointer?
            unsafe logferry_easy_get_pointer(easy, CURLINFO_PRIVATE, &context)
            guard let transfer = unsafe CurlTransfer.at(context) else { continue }
            end(transfer, with: code == CURLE_OK ? .success(()) : .failure(transfer.failure(code)))
        }
    }

    /// Ends transfers whose time is up; answers with how many milliseconds the others have left at least.
    private func endLate(now: ContinuousClock.Instant) -> Int32 {
        var patience = CurlClient.patience
        for transfer in transfers.values where transfer.outcome == nil {
            if let limit = transfer.passedLimit(at: now) {
                end(transfer, with: .failure(transfer.error(.timedOut(limit), "it took too long")))
            } else if let deadline = transfer.clock.deadline {
                patience = min(patience, deadline - now)
            }
        }
        // Rounded up, or the last millisecond would be spent in a spin.
        return Int32(patience / .milliseconds(1)) + 1
    }

    /// Ends a transfer and tells whoever waits for it.
    private func end(_ transfer: CurlTransfer, with outcome: Result<Void, HTTPTransportError>) {
        release(transfer)
        transfer.end(with: outcome)
    }

    /// Takes a transfer from curl, and forgets it unless there is a body that will still be asked about it.
    private func release(_ transfer: CurlTransfer) {
        if transfer.mayBeLookingUp { lookups.note(transfer.host) }
        if let handle = transfer.handle { unsafe curl_multi_remove_handle(loop.multi, handle.raw) }
        if !transfer.hasHead { transfers[transfer.id] = nil }
    }
}

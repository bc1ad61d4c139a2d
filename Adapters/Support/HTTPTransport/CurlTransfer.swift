import CCurl
import Glibc

/// One request on its way: its handle, what came of the answer, and who waits for more.
///
/// It belongs to ``CurlTransport``; curl's callbacks reach it by pointer, on the loop's thread.
final class CurlTransfer {
    typealias HeadResult = Result<ResponseHeadParser.Head, HTTPTransportError>
    typealias PieceResult = Result<[UInt8]?, HTTPTransportError>

    let id: UInt64
    let request: String
    /// The host of the request.
    let host: String
    /// Given back to curl as soon as the transfer is over; the buffer may outlive it.
    private(set) var handle: CurlHandle?
    /// Why one of our callbacks made curl give up.
    private(set) var refusal: HTTPTransportError?
    /// How the transfer ended, `nil` while it goes on.
    private(set) var outcome: Result<Void, HTTPTransportError>?
    /// Whether the head came, so that a body is there to be asked for.
    private(set) var hasHead = false
    private(set) var clock: TransferClock

    private let addresses: AddressPolicy?
    private var parser = ResponseHeadParser()
    private var buffer = BodyBuffer()
    private var headWaiter: CheckedContinuation<HeadResult, Never>?
    private var pieceWaiter: CheckedContinuation<PieceResult, Never>?
    /// What has come for the one who waits, who wants `wanted` bytes at least.
    private var gathered: [UInt8] = []
    private var wanted = 1
    private var isPaused = false

    /// Sets the handle up; nothing is sent before it is added to a multi handle.
    init(
        id: UInt64, _ request: HTTPRequest, _ settings: CurlSettings, startedAt: ContinuousClock.Instant
    ) throws(HTTPTransportError) {
        let handle = try CurlHandle()
        self.id = id
        self.request = settings.serverName.map { "\(request.method) \($0)" } ?? request.description
        host = request.host
        self.handle = handle
        clock = TransferClock(request.timeouts, startedAt: startedAt)
        addresses = settings.addresses
        try handle.configure(request, settings)
        try connectCallbacks(of: handle)
        if addresses != nil { try watchConnections(of: handle) }
    }

    /// Whether it goes on, and curl has not said yet that it has found the host's addresses.
    var mayBeLookingUp: Bool {
        guard let handle, outcome == nil, !hasHead else { return false }
        return handle.offset(CURLINFO_NAMELOOKUP_TIME_T) == 0 && handle.offset(CURLINFO_PRETRANSFER_TIME_T) == 0
    }

    /// Bytes that wait for the reader.
    var bufferedBytes: Int { buffer.count + gathered.count }

    func waitForHead(_ waiter: CheckedContinuation<HeadResult, Never>) { headWaiter = waiter }

    /// Answers with what is there as soon as that is enough, or with the end.
    func askForPiece(atLeast least: Int, _ waiter: CheckedContinuation<PieceResult, Never>) {
        precondition(pieceWaiter == nil, "a response body was asked for two pieces at a time")
        pieceWaiter = waiter
        wanted = max(least, 1)
        gather()
        if gathered.count >= wanted || outcome != nil { answerPiece() }
        goOnIfLow()
    }

    /// Moves what is buffered to the one who waits, up to what is wanted.
    private func gather() {
        // Nearly always one piece is there and is enough: it is handed on as it is.
        while gathered.count < wanted, let piece = buffer.take() {
            if gathered.isEmpty, piece.count >= wanted {
                gathered = piece
            } else {
                gathered.reserveCapacity(wanted)
                gathered.append(contentsOf: piece)
            }
        }
    }

    /// Gives what was gathered to the one who waits, or the end when that is nothing.
    private func answerPiece() {
        guard let waiter = pieceWaiter else { return }
        pieceWaiter = nil
        let piece = gathered
        gathered = []
        if !piece.isEmpty {
            waiter.resume(returning: .success(piece))
        } else if let outcome {
            waiter.resume(returning: outcome.map { nil })
        }
    }

    /// Ends the transfer, once its handle is out of the multi handle, and tells whoever waits.
    func end(with outcome: Result<Void, HTTPTransportError>) {
        guard self.outcome == nil else { return }
        self.outcome = outcome
        handle = nil
        if let waiter = headWaiter {
            headWaiter = nil
            waiter.resume(returning: outcome.flatMap { .failure(error(.malformed, "the answer has no head")) })
        }
        answerPiece()
    }

    /// Ends the transfer as ``end(with:)`` does, also when it has ended well: what was not read yet is thrown away,
    /// and asking for more fails, so that a body cut short by its reader never looks complete.
    func cancel() {
        let error = error(.cancelled, "its caller stopped waiting for the answer")
        gathered = []
        end(with: .failure(error))
        outcome = .failure(error)
        buffer = BodyBuffer()
    }

    /// The limit that passed, if one did.
    func passedLimit(at now: ContinuousClock.Instant) -> HTTPTimeLimit? {
        if let handle, !clock.isConnected, handle.offset(CURLINFO_PRETRANSFER_TIME_T) > 0 { clock.connected(at: now) }
        return clock.passedLimit(at: now)
    }

    /// An error of this transfer.
    func error(_ reason: HTTPTransportError.Reason, _ cause: String) -> HTTPTransportError {
        let sent = handle.map { $0.number(CURLINFO_REQUEST_SIZE) > 0 } ?? true
        return HTTPTransportError(reason, detail: "\(request): \(cause)", mayHaveReachedServer: sent)
    }

    private func goOnIfLow() {
        guard isPaused, buffer.isLow, let handle else { return }
        isPaused = false
        clock.resume(at: .now)
        // May call the write callback before it returns, with what curl held back.
        unsafe curl_easy_pause(handle.raw, Int32(LOGFERRY_PAUSE_CONT))
    }
}

// What curl calls, always on the loop's thread.
extension CurlTransfer {
    /// Takes bytes of the body; answers with their count, or with the sign to pause.
    fileprivate func receive(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard bytes.count > 0 else { return 0 }
        clock.noteActivity(at: .now)
        if pieceWaiter != nil {
            // Whoever waits has taken all that was buffered.
            if gathered.isEmpty { gathered.reserveCapacity(max(wanted, bytes.count)) }
            unsafe gathered.append(contentsOf: bytes)
            if gathered.count >= wanted { answerPiece() }
            return bytes.count
        }
        if unsafe buffer.append(bytes) { return bytes.count }
        isPaused = true
        clock.pause()
        return Int(LOGFERRY_WRITEFUNC_PAUSE)
    }

    /// Takes a line of the head; answers with its length, or with 0 to give up.
    fileprivate func receiveHeadLine(_ line: UnsafeRawBufferPointer) -> Int {
        clock.noteActivity(at: .now)
        switch unsafe parser.take(line) {
        case .more: break
        case .complete(let head):
            hasHead = true
            headWaiter?.resume(returning: .success(head))
            headWaiter = nil
        case .refused(let cause):
            refusal = error(.malformed, cause)
            return 0
        }
        return line.count
    }

    fileprivate func noteProgress(_ bytesMoved: Int64) { clock.noteProgress(bytesMoved, at: .now) }

    private func connectCallbacks(of handle: CurlHandle) throws(HTTPTransportError) {
        // Unretained: the transport keeps this object until curl has let go of the handle.
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe try handle.set(CURLOPT_WRITEDATA, pointer: context)
        unsafe try handle.set(CURLOPT_HEADERDATA, pointer: context)
        unsafe try handle.set(CURLOPT_XFERINFODATA, pointer: context)
        unsafe try handle.set(CURLOPT_PRIVATE, pointer: context)
        unsafe logferry_easy_set_write(handle.raw) { bytes, size, count, context in
            guard let transfer = unsafe CurlTransfer.at(context) else { return 0 }
            return unsafe transfer.receive(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        unsafe logferry_easy_set_header(handle.raw) { bytes, size, count, context in
            guard let transfer = unsafe CurlTransfer.at(context) else { return 0 }
            return unsafe transfer.receiveHeadLine(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        unsafe logferry_easy_set_progress(handle.raw) { context, _, downloaded, _, uploaded in
            unsafe CurlTransfer.at(context)?.noteProgress(Int64(downloaded &+ uploaded))
            return 0
        }
    }

    /// Lets curl open sockets to allowed addresses only.
    private func watchConnections(of handle: CurlHandle) throws(HTTPTransportError) {
        unsafe try handle.set(CURLOPT_OPENSOCKETDATA, pointer: Unmanaged.passUnretained(self).toOpaque())
        unsafe logferry_easy_set_open_socket(handle.raw) { context, _, address in
            guard let transfer = unsafe CurlTransfer.at(context), let address = unsafe address else {
                return curl_socket_t(LOGFERRY_SOCKET_BAD)
            }
            return unsafe transfer.openSocket(to: address)
        }
    }

    private func openSocket(to address: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
        let target = unsafe address.pointee
        // curl declares the short form and hands over as many bytes as the length says.
        let start = unsafe UnsafeRawPointer(address) + (MemoryLayout<curl_sockaddr>.offset(of: \.addr) ?? 0)
        let raw = unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: Int(target.addrlen)))
        // The system's layouts: family, port, and then for IPv4 the address, for IPv6 four bytes and the address.
        let bytes: ArraySlice<UInt8> =
            switch target.family {
            case AF_INET: raw.dropFirst(4).prefix(4)
            case AF_INET6: raw.dropFirst(8).prefix(16)
            default: []
            }
        guard addresses?.allows(Array(bytes)) ?? true else {
            refusal = error(.refusedAddress, "its address may not be connected to")
            return curl_socket_t(LOGFERRY_SOCKET_BAD)
        }
        return socket(target.family, target.socktype | Int32(SOCK_CLOEXEC.rawValue), target.protocol)
    }

    /// The transfer behind a pointer that curl carried for it.
    static func at(_ context: UnsafeMutableRawPointer?) -> CurlTransfer? {
        unsafe context.map { unsafe Unmanaged<CurlTransfer>.fromOpaque($0).takeUnretainedValue() }
    }
}

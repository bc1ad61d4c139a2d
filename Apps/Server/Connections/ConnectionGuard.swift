import Composition
import Logging
import NIOCore

/// Stands between the socket and the parser: measures what moves, and ends connections that overdraw a limit.
///
/// A request that nobody answers yet can be told why; a connection in the middle of a request or an answer is cut.
final class ConnectionGuard: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    /// What is sent goes out in slices of this size, so that a reader who takes little is seen to take something.
    private static let sliceBytes = 16 << 10

    private let limits: ConnectionLimits
    private let logger: Logger
    private var watch: ConnectionWatch
    private let entry: ConnectionLedger.Entry
    private var requestLineBytes = 0
    private var isOverRequestLine = false
    private var isRefused = false
    /// What the connection is told once the requests before are answered.
    private var refusal: (words: ConnectionRefusal, id: String?)?
    /// What was received of a head that is not parsed yet; the caller's id may be in it.
    private var head: [ByteBuffer] = []
    /// Whether a body broke the protocol: no request can follow it.
    private var isBroken = false
    private let ids: RequestIDs
    private var context: ChannelHandlerContext?

    /// Guards one connection; one that is not admitted is closed.
    init(_ limits: ConnectionLimits, entry: ConnectionLedger.Entry, ids: RequestIDs, logger: Logger) {
        self.limits = limits
        self.ids = ids
        self.logger = logger
        self.entry = entry
        watch = ConnectionWatch(limits, at: .now)
    }

    // MARK: - What the parser reports

    /// A head was parsed.
    func tookHead() {
        watch.tookHead()
        head = []
    }

    /// A request was parsed to its end.
    func tookRequest() {
        watch.tookRequest(at: .now)
        requestLineBytes = 0
        isOverRequestLine = false
    }

    /// An answer was written to its end; `isLast` when the connection ends with it.
    func answered(isLast: Bool) {
        watch.answered(at: .now)
        guard !isRefused, !watch.isAnswering, let context else { return }
        if let refusal { return refuse(refusal.words, id: refusal.id) }
        guard isLast || isBroken else { return }
        // Nothing may follow the last answer, whatever stands behind the request.
        isRefused = true
        context.flush()
        close(context: context, mode: .output, promise: nil)
    }

    /// The parser gave up.
    /// - Returns: whether the guard sees to it; else what answers the request must learn of it.
    func parserFailed(isOverflow: Bool) -> Bool {
        guard watch.expectsHead else {
            isBroken = true
            guard watch.isAnswering else {
                if let context { end(.endlessBody, context) }
                return true
            }
            return false
        }
        guard isOverflow else {
            refuseInTurn(.malformed)
            return true
        }
        let isLine = !isOverRequestLine && requestLineBytes > 0
        refuseInTurn(isLine ? .requestLineTooLong(limit: limits.requestLineBytes) : .headersTooLarge)
        return true
    }

    /// Says why the connection ends once the requests that came before are answered.
    ///
    /// - Parameters:
    ///   - refusal: what is said.
    ///   - id: the id that the caller gave the request, if its head could be parsed.
    func refuseInTurn(_ refusal: ConnectionRefusal, id: String? = nil) {
        guard watch.isAnswering else { return refuse(refusal, id: id) }
        self.refusal = self.refusal ?? (words: refusal, id: id ?? idInHead)
    }

    /// The id in what was received of a head.
    private var idInHead: String? { RequestIdentity.given(inHead: head.lazy.flatMap(\.readableBytesView)) }

    // MARK: - The pipeline

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { begin(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isRefused else { return }
        let buffer = unwrapInboundIn(data)
        guard !isRequestLineTooLong(buffer) else { return refuse(.requestLineTooLong(limit: limits.requestLineBytes)) }
        watch.received(buffer.readableBytes, at: .now)
        // The parser bounds what a head may have.
        if watch.expectsHead, head.count < 64 { head.append(buffer) }
        if watch.isDrainedOut { return end(.endlessBody, context) }
        context.fireChannelRead(data)
    }

    func read(context: ChannelHandlerContext) {
        watch.asked(at: .now)
        context.read()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isRefused else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        guard case .byteBuffer(var buffer) = unwrapOutboundIn(data), buffer.readableBytes > 0 else {
            context.write(data, promise: promise)
            return
        }
        watch.sending(buffer.readableBytes, at: .now)
        while buffer.readableBytes > ConnectionGuard.sliceBytes {
            guard let slice = buffer.readSlice(length: ConnectionGuard.sliceBytes) else { break }
            send(slice, context, nil)
        }
        send(buffer, context, promise)
    }

    private func send(_ slice: ByteBuffer, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        let count = slice.readableBytes
        let sent = promise ?? context.eventLoop.makePromise()
        sent.futureResult.assumeIsolated().whenComplete { _ in self.watch.sent(count, at: .now) }
        context.write(wrapOutboundOut(.byteBuffer(slice)), promise: sent)
    }

    // MARK: - Limits

    private func begin(_ context: ChannelHandlerContext) {
        guard !isRefused else { return }
        switch entry {
        case .admitted: look(context)
        case .refused: refuse(.tooManyConnections)
        case .dropped:
            isRefused = true
            context.close(promise: nil)
        }
    }

    /// Looks at the clock now and again.
    private func look(_ context: ChannelHandlerContext) {
        context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(limits.watchInterval)) {
            guard let context = self.context, context.channel.isActive, !self.isRefused else { return }
            guard let verdict = self.watch.verdict(at: .now) else { return self.look(context) }
            self.end(verdict, context)
        }
    }

    private func end(_ verdict: ConnectionWatch.Verdict, _ context: ChannelHandlerContext) {
        if verdict == .slowHead { return refuse(.slowHead) }
        if verdict != .idle { logger.debug("a connection is cut", metadata: ["reason": "\(verdict)"]) }
        isRefused = true
        // What reads the body is told that the client, and nothing of ours, is at fault.
        if verdict == .slowBody { context.fireErrorCaught(BodyTooSlow()) }
        context.close(promise: nil)
    }

    /// Says why and closes; until then whatever comes is passed over.
    private func refuse(_ refusal: ConnectionRefusal, id given: String? = nil) {
        guard !isRefused, let context else { return }
        isRefused = true
        let id = given ?? idInHead ?? ids.mint()
        head = []
        logger.debug(
            "a connection is refused", metadata: ["code": "\(refusal.problem.code.rawValue)", "request_id": "\(id)"])
        context.writeAndFlush(wrapOutboundOut(.byteBuffer(refusal.bytes(id: id))), promise: nil)
        close(context: context, mode: .output, promise: nil)
    }

    /// What we have finished with is closed for good a little later.
    ///
    /// Closed at once, the connection would be reset, and the last answer lost with what the client still sends;
    /// left to the client, it would stay.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .output else { return context.close(mode: mode, promise: promise) }
        let closed = promise ?? context.eventLoop.makePromise()
        // This is when the last answer has been taken to its end, which may last on a slow line.
        closed.futureResult.assumeIsolated().whenComplete { _ in
            guard let context = self.context else { return }
            context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(self.limits.lingering)) {
                self.context?.close(promise: nil)
            }
        }
        context.close(mode: mode, promise: closed)
    }

    /// Counts the bytes of a request line as far as it begins in a piece of its own; the parser bounds it elsewhere.
    private func isRequestLineTooLong(_ buffer: ByteBuffer) -> Bool {
        guard watch.expectsHead, !isOverRequestLine else { return false }
        if let end = buffer.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
            requestLineBytes += end - buffer.readerIndex
            isOverRequestLine = requestLineBytes > 1
        } else {
            requestLineBytes += buffer.readableBytes
        }
        return requestLineBytes > limits.requestLineBytes
    }
}

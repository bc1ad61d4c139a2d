import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1

/// Stands behind the parser: tells the guard where heads, requests and answers begin and end, refuses heads that break
/// RFC 9112, and frames answers as the client's version of HTTP allows.
final class RequestObserver: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// Asks for a request's body: a client that waits for `100 Continue` gets it now.
    struct BodyWanted: Sendable {}

    /// What must be known of a request until its answer is written.
    private struct Pending {
        let isOldVersion: Bool
        var isLast: Bool
        var awaitsContinue: Bool
    }

    private let watcher: ConnectionGuard
    /// Whether the client still waits for answers.
    let presence = ClientPresence()
    /// Requests whose answers are not written to their end, the oldest first.
    private var pending: [Pending] = []
    /// Whether the client's last request came: it asked for the connection to be closed, or broke the protocol.
    private var isDone = false
    /// Whether the parser gave up: nothing can be told from what follows.
    private var isBroken = false

    init(reportingTo watcher: ConnectionGuard) { self.watcher = watcher }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            guard !isDone else { return }
            if let refusal = HeadRules.refusal(of: head) {
                isDone = true
                watcher.refuseInTurn(refusal, id: RequestIdentity.given(head.headers))
                return
            }
            let isOldVersion = HeadRules.isOld(head)
            // HTTP/1.0 knows no chunks: the end of the connection is the end of an answer (RFC 9112 section 6.3).
            let isLast = isOldVersion || !head.isKeepAlive
            pending.append(
                Pending(
                    isOldVersion: isOldVersion, isLast: isLast,
                    awaitsContinue: !isOldVersion && HeadRules.expectsContinue(head)))
            watcher.tookHead()
        case .body:
            guard !isDone else { return }
        case .end:
            guard !isDone else { return }
            // Requests behind one that closes the connection are not looked at (RFC 9112 section 9.6).
            isDone = pending.last?.isLast ?? false
            watcher.tookRequest()
        }
        context.fireChannelRead(data)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { presence.leave() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        presence.leave()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { presence.leave() }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is BodyWanted else {
            context.triggerUserOutboundEvent(event, promise: promise)
            return
        }
        promise?.succeed()
        guard pending.first?.awaitsContinue == true else { return }
        pending[0].awaitsContinue = false
        context.writeAndFlush(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: nil)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            guard !pending.isEmpty else { break }
            // A client that was not told to go on may send the body or not: what comes next could not be told.
            if pending[0].awaitsContinue || (isBroken && pending.count == 1) { pending[0].isLast = true }
            if pending[0].isOldVersion { head.version = .http1_0 }
            if pending[0].isLast { head.headers.replaceOrAdd(name: "connection", value: "close") }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
            return
        case .body: break
        case .end:
            context.write(data, promise: promise)
            let isLast = pending.isEmpty ? false : pending.removeFirst().isLast
            presence.forget()
            watcher.answered(isLast: isLast)
            return
        }
        context.write(data, promise: promise)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? HTTPParserError {
            // Behind the last request nothing is parsed any more.
            guard !isDone else { return }
            isDone = true
            isBroken = true
            let isOverflow = if case .headerOverflow = error { true } else { false }
            if watcher.parserFailed(isOverflow: isOverflow) { return }
        }
        context.fireErrorCaught(error)
    }
}

import NIOCore
import NIOHTTP1

/// Stands behind the parser and tells the guard where heads, requests and answers begin and end.
final class RequestObserver: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let watcher: ConnectionGuard

    init(reportingTo watcher: ConnectionGuard) { self.watcher = watcher }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: watcher.tookHead()
        case .body: break
        case .end: watcher.tookRequest()
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let isEnd = if case .end = unwrapOutboundIn(data) { true } else { false }
        context.write(data, promise: promise)
        if isEnd { watcher.answered() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? HTTPParserError {
            let isOverflow = if case .headerOverflow = error { true } else { false }
            if watcher.parserFailed(isOverflow: isOverflow) { return }
        }
        context.fireErrorCaught(error)
    }
}

public import Composition
public import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

extension HTTPServerBuilder {
    /// What all our listeners speak: HTTP/1.1 with the limits of the settings.
    ///
    /// - Parameters:
    ///   - settings: the limits.
    ///   - pieceBytes: how much is received at once; a connection holds a few such pieces of a body that nobody reads yet.
    /// - Returns: what makes the connections.
    public static func guarded(_ settings: Settings, pieceBytes: Int = 64 << 10) -> HTTPServerBuilder {
        guarded(ConnectionLimits(settings), pieceBytes: pieceBytes)
    }

    /// HTTP/1.1 whose connections are counted, measured and bounded.
    static func guarded(_ limits: ConnectionLimits, pieceBytes: Int = 64 << 10) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            GuardedHTTP(limits, pieceBytes: pieceBytes, responder: responder)
        }
    }
}

/// Hummingbird's HTTP/1.1 with a guard in front of its parser.
private struct GuardedHTTP: ServerChildChannel {
    private let limits: ConnectionLimits
    private let ledger: ConnectionLedger
    private let http: HTTP1Channel
    private let ids = RequestIDs()
    private let unhandled = UnhandledConnections()
    private let pieceBytes: Int

    init(_ limits: ConnectionLimits, pieceBytes: Int, responder: @escaping HTTPChannelHandler.Responder) {
        self.limits = limits
        self.pieceBytes = pieceBytes
        ledger = ConnectionLedger(limits)
        // Idle connections are the guard's matter.
        http = HTTP1Channel(
            responder: responder,
            configuration: HTTP1Channel.Configuration(
                idleTimeout: nil,
                httpDecoderConfiguration: HTTP1Channel.Configuration.DecoderConfiguration(
                    maxHeaderFieldSize: limits.headerFieldBytes, maxHeaderListSize: limits.headerBytes,
                    maxHeaderFieldCount: limits.headerFields)))
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        let entry = enter(channel, logger)
        let limits = limits
        let ids = ids
        let unhandled = unhandled
        let pieces = AdaptiveRecvByteBufferAllocator(minimum: 1 << 10, initial: 2 << 10, maximum: pieceBytes)
        try? channel.syncOptions?.setOption(.recvAllocator, value: pieces)
        return http.setup(channel: channel, logger: logger).assumeIsolated().flatMapThrowing { value in
            unhandled.add(value)
            let pipeline = channel.pipeline.syncOperations
            let watcher = ConnectionGuard(limits, entry: entry, ids: ids, logger: logger)
            let parser = try pipeline.context(handlerType: ByteToMessageHandler<HTTPRequestDecoder>.self).handler
            try pipeline.addHandler(RequestObserver(reportingTo: watcher), position: .after(parser))
            try pipeline.addHandler(watcher, position: .first)
            return value
        }.nonisolated()
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        unhandled.handle(value)
        await http.handle(value: value, logger: logger)
    }

    private func enter(_ channel: any Channel, _ logger: Logger) -> ConnectionLedger.Entry {
        let peer = PeerAddress(channel.remoteAddress)
        let entry = ledger.enter(peer)
        switch entry {
        case .admitted: channel.closeFuture.whenComplete { _ in ledger.leave(peer) }
        case .refused(let isNews):
            channel.closeFuture.whenComplete { _ in ledger.leaveRefused() }
            guard isNews else { break }
            logger.warning("there are too many connections; more are refused", metadata: ["address": "\(peer)"])
        case .dropped: break
        }
        return entry
    }
}

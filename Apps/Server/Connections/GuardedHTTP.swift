public import Composition
public import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

extension HTTPServerBuilder {
    /// What all our listeners speak: HTTP/1.1 with the limits of the settings.
    public static func guarded(_ settings: Settings) -> HTTPServerBuilder { guarded(ConnectionLimits(settings)) }

    /// HTTP/1.1 whose connections are counted, measured and bounded.
    static func guarded(_ limits: ConnectionLimits) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            GuardedHTTP(limits, responder: responder)
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

    init(_ limits: ConnectionLimits, responder: @escaping HTTPChannelHandler.Responder) {
        self.limits = limits
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

public import Composition
import HTTPTypes
import Hummingbird
public import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
public import ServiceLifecycle

/// The listeners of the embedded file store as a service: one for SDKs, and a socket in the store's folder for ourselves.
public struct FileStoreServer: Service {
    private let application: Application<CallbackResponder<StorageContext>>
    private let local: LocalApplication?

    /// The listener on the socket, whose path holds as long as the value lives.
    private struct LocalApplication {
        let socket: StoreSocket
        let application: Application<CallbackResponder<StorageContext>>
    }

    /// Puts the listeners together.
    /// - Parameters:
    ///   - store: what answers.
    ///   - settings: where to listen, and what connections are allowed.
    ///   - logger: where the listeners log.
    ///   - onListening: told of the port when requests are taken.
    /// - Throws: ``SettingsError`` when the store's folder cannot be trusted, or no socket can be made in it.
    public init(
        _ store: EmbeddedFileStore, settings: Settings, logger: Logger,
        onListening: @Sendable @escaping (Int) async -> Void = { _ in }
    ) throws {
        let listener = settings.localFimidara
        let socket = try store.makeSocket()
        let opening = Opening(listeners: socket == nil ? 1 : 2) { port in
            do {
                try store.announce(listener.url(port: port))
            } catch {
                logger.error("the file store's address cannot be left in its folder", metadata: ["error": "\(error)"])
            }
            await onListening(port)
        }
        application = FileStoreServer.application(
            store, settings, .hostname(listener.host, port: listener.port), logger: logger
        ) { channel in
            listener.warnOfExposure("the file store", logger)
            await opening.opened(port: channel.localAddress?.port)
        }
        local = socket.map { socket in
            let application = FileStoreServer.application(
                store, settings, .unixDomainSocket(path: socket.text), logger: logger
            ) { _ in
                socket.keepToOwner()
                await opening.opened(port: nil)
            }
            return LocalApplication(socket: socket, application: application)
        }
    }

    /// Serves until shutdown begins, or a listener fails.
    /// - Throws: ``SettingsError`` when the socket cannot be listened on, or what a listener throws.
    public func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.runService(gracefulShutdownSignals: []) }
            if let local {
                group.addTask {
                    do {
                        try await local.application.runService(gracefulShutdownSignals: [])
                    } catch {
                        throw local.socket.listeningError(error)
                    }
                }
            }
            // The first error ends the other listener; `waitForAll` would wait for the end of that one first.
            for try await _ in group {}
        }
    }

    private static func application(
        _ store: EmbeddedFileStore, _ settings: Settings, _ address: BindAddress, logger: Logger,
        onRunning: @Sendable @escaping (any Channel) async -> Void
    ) -> Application<CallbackResponder<StorageContext>> {
        let ids = RequestIDs()
        return Application(
            responder: CallbackResponder { request, context in
                do {
                    let id = RequestIdentity.given(request) ?? ids.mint()
                    return try await FileStoreServer.respond(to: request, on: context.channel, named: id, store, logger)
                } catch {
                    // Whoever waits must not take an answer of ours for the store's.
                    try? await context.channel.close()
                    throw error
                }
            },
            server: .guarded(settings),
            configuration: ApplicationConfiguration(address: address, serverName: "logferry"),
            onServerRunning: onRunning, logger: logger)
    }

    private static func respond(
        to request: Request, on channel: any Channel, named id: String, _ store: EmbeddedFileStore, _ logger: Logger
    ) async throws -> Response {
        let start = ContinuousClock.now
        let call = EmbeddedFileStore.Call(
            method: request.method.rawValue, path: request.uri.path, query: request.uri.query ?? "",
            headers: request.headers.map { (name: $0.name.canonicalName, value: $0.value) })
        let uploaded = WatchedBody(BodyOnDemand(of: request, on: channel))
        let reply: EmbeddedFileStore.Reply
        do {
            reply = try await store.respond(to: call, body: uploaded)
        } catch {
            // Who broke it is there to be told so; whatever else has ended the body, nobody is.
            guard uploaded.isBroken else { throw error }
            reply = store.refusalOfBrokenBody(call)
        }
        var headers = HTTPFields()
        var length: Int?
        for (name, value) in reply.headers {
            if name.lowercased() == "content-length" { length = Int(value) }
            guard let field = HTTPField.Name(name) else { continue }
            headers.append(HTTPField(name: field, value: value))
        }
        let body = ResponseBody(contentLength: length) { writer in
            var pieces = reply.makePieces()
            while let piece = try await pieces.next() { try await writer.write(ByteBuffer(bytes: piece)) }
            try await writer.finish(nil)
        }
        headers[.requestID] = id
        let level: Logger.Level = reply.status >= 500 ? .info : .debug
        // Neither the path nor the query, which hold names of files.
        logger.log(
            level: level, "request",
            metadata: [
                "method": "\(request.method)", "status": "\(reply.status)", "request_id": "\(id)",
                "duration_ms": "\((ContinuousClock.now - start).wholeMilliseconds)",
            ])
        let response = Response(status: .init(code: reply.status), headers: headers, body: body)
        // A client would take the body of an answer to HEAD for its next answer.
        return request.method == .head ? response.createHeadResponse() : response
    }
}

/// The body of an upload, which remembers whether it broke the protocol.
private struct WatchedBody: AsyncSequence, Sendable {
    typealias Element = [UInt8]

    private let body: BodyOnDemand
    private let broke = NIOLockedValueBox(false)

    init(_ body: BodyOnDemand) { self.body = body }

    /// Whether it was found not to be framed as the head said.
    var isBroken: Bool { broke.withLockedValue { $0 } }

    func makeAsyncIterator() -> Iterator { Iterator(rest: body.makeAsyncIterator(), broke: broke) }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate var rest: BodyOnDemand.Iterator
        fileprivate let broke: NIOLockedValueBox<Bool>

        @concurrent mutating func next() async throws -> [UInt8]? {
            do {
                return try await rest.next().map { Array(buffer: $0) }
            } catch {
                if error is HTTPParserError { broke.withLockedValue { $0 = true } }
                throw error
            }
        }
    }
}

/// Knows the connection that a request came on, so that it can be closed without an answer.
private struct StorageContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}

/// Waits until all listeners of the store are open.
private actor Opening {
    private var left: Int
    private var port = 0
    private let onListening: @Sendable (Int) async -> Void

    init(listeners: Int, onListening: @Sendable @escaping (Int) async -> Void) {
        left = listeners
        self.onListening = onListening
    }

    func opened(port: Int?) async {
        self.port = port ?? self.port
        left -= 1
        if left == 0 { await onListening(self.port) }
    }
}

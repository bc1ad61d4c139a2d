public import Composition
import HTTPTypes
import Hummingbird
public import Logging
import NIOCore
public import ServiceLifecycle

/// The listener of the embedded file store as a service.
public struct FileStoreServer: Service {
    private let application: Application<CallbackResponder<StorageContext>>

    /// Puts the listener together.
    public init(
        _ store: EmbeddedFileStore, settings: Settings, logger: Logger,
        onListening: @Sendable @escaping (Int) async -> Void = { _ in }
    ) {
        let listener = settings.localFimidara
        application = Application(
            responder: CallbackResponder { request, context in
                do {
                    return try await FileStoreServer.respond(to: request, store)
                } catch {
                    // Whoever waits must not take an answer of ours for the store's.
                    try? await context.channel.close()
                    throw error
                }
            },
            server: .guarded(settings),
            configuration: ApplicationConfiguration(
                address: .hostname(listener.host, port: listener.port), serverName: "logferry"),
            onServerRunning: { channel in
                listener.warnOfExposure("the file store", logger)
                await onListening(channel.localAddress?.port ?? 0)
            },
            logger: logger)
    }

    /// Serves until shutdown begins.
    public func run() async throws {
        try await application.runService(gracefulShutdownSignals: [])
    }

    private static func respond(to request: Request, _ store: EmbeddedFileStore) async throws -> Response {
        let call = EmbeddedFileStore.Call(
            method: request.method.rawValue, path: request.uri.path, query: request.uri.query ?? "",
            headers: request.headers.map { (name: $0.name.canonicalName, value: $0.value) })
        let reply = try await store.respond(to: call, body: request.body.map { Array(buffer: $0) })
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
        let response = Response(status: .init(code: reply.status), headers: headers, body: body)
        // A client would take the body of an answer to HEAD for its next answer.
        return request.method == .head ? response.createHeadResponse() : response
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

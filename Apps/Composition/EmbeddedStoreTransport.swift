import HTTPTransport
import Synchronization
import SystemAdapter

/// Sends requests to the embedded file store of a data folder, through its socket alone.
final class EmbeddedStoreTransport: HTTPTransport {
    /// What requests name as their host; the socket is connected to whatever it is.
    static let serverURL = "http://embedded-file-store"

    /// What messages call the store of a data folder, whose host nobody knows.
    static func shown(in dataDirectory: String) -> String { "the embedded file store of \(dataDirectory)" }

    private let door: EmbeddedStoreDoor
    private let dataDirectory: String
    private let link = Mutex<Link?>(nil)

    /// The socket's path, which holds as long as the value lives, and what connects to it.
    private struct Link {
        let socket: SocketPath
        let transport: CurlTransport
    }

    /// Prepares; looks for the store with the first request.
    init(_ door: EmbeddedStoreDoor, dataDirectory: String) {
        self.door = door
        self.dataDirectory = dataDirectory
    }

    func send(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse {
        let transport = try transport()
        do {
            return try await transport.send(request)
        } catch  where error.reason == .cannotConnect {
            throw notRunning
        }
    }

    /// The transport to the socket; the store's folder may have been made since this value was.
    private func transport() throws(HTTPTransportError) -> CurlTransport {
        do {
            guard try door.isThere() else { throw notRunning }
            return try link.withLock { link throws(FileTrouble) in
                if let link { return link.transport }
                let socket = try door.socket()
                var settings = CurlSettings(
                    socketPath: socket.text, serverName: "to \(EmbeddedStoreTransport.shown(in: dataDirectory))")
                settings.threadName = "files-curl"
                let transport = CurlTransport(settings)
                link = Link(socket: socket, transport: transport)
                return transport
            }
        } catch let error as HTTPTransportError {
            throw error
        } catch {
            throw HTTPTransportError(.refusedAddress, detail: "\(error)", mayHaveReachedServer: false)
        }
    }

    private var notRunning: HTTPTransportError {
        HTTPTransportError(
            .cannotConnect,
            detail: "\(EmbeddedStoreTransport.shown(in: dataDirectory)) is not running: start \"logferry files\" or "
                + "\"logferry dev\" with this data folder",
            mayHaveReachedServer: false)
    }
}

public import LocalFimidaraAdapter
import LogModel
import Logging
import SystemAdapter

/// The file store on this machine's disk, without a listener: requests in, replies out.
public struct EmbeddedFileStore: Sendable {
    private let engine: LocalFimidara
    private let door: EmbeddedStoreDoor?

    /// A request as it was on the wire.
    public struct Call: Sendable {
        /// The method in capitals.
        public let method: String
        /// The path, percent-encoded, without the query.
        public let path: String
        /// What stood behind the `?`.
        public let query: String
        /// The header fields.
        public let headers: [(name: String, value: String)]

        /// Makes a call.
        public init(method: String, path: String, query: String, headers: [(name: String, value: String)]) {
            self.method = method
            self.path = path
            self.query = query
            self.headers = headers
        }
    }

    /// A reply, whose body is taken piece by piece.
    public struct Reply: Sendable {
        /// The status code.
        public let status: Int
        /// The header fields.
        public let headers: [(name: String, value: String)]
        private let pieces: StorageResponse.Body

        init(_ response: StorageResponse) {
            status = response.status
            headers = response.headers.map { $0 }
            pieces = response.body
        }

        /// The body, to be pulled piece by piece.
        public func makePieces() -> Pieces { Pieces(pieces) }
    }

    /// The body of a reply.
    public struct Pieces {
        private var bytes: [UInt8]?
        private var chunks: StorageChunks.Iterator?

        init(_ body: StorageResponse.Body) {
            switch body {
            case .bytes(let bytes): self.bytes = bytes.isEmpty ? nil : bytes
            case .chunks(let chunks): self.chunks = chunks.makeAsyncIterator()
            }
        }

        /// The next piece; `nil` at the end.
        /// - Throws: when the connection must be cut.
        public mutating func next() async throws -> [UInt8]? {
            if let bytes {
                self.bytes = nil
                return bytes
            }
            return try await chunks?.next()
        }
    }

    /// Puts a store that is open behind the face that listeners know.
    public init(_ engine: LocalFimidara) { self.init(engine, door: nil) }

    private init(_ engine: LocalFimidara, door: EmbeddedStoreDoor?) {
        self.engine = engine
        self.door = door
    }

    /// Opens the store in a folder.
    /// - Throws: when the folder is in use by another process, or cannot be read.
    static func open(
        in directory: String, _ settings: Settings, adminSecret: Secret, clock: any WallClock, entropy: any Entropy,
        telemetry: ServiceTelemetry, logger: Logger
    ) async throws -> EmbeddedFileStore {
        do throws(FileTrouble) {
            try DatabaseFiles(directory + "/metadata.sqlite").demandTrust()
        } catch {
            throw SettingsError("its catalog: \(error)")
        }
        let rules = settings.fileStoreRules
        let settings = LocalFimidara.Settings(
            directory: directory, rootname: settings.workspaceRootname, adminSecret: adminSecret, limits: rules.limits,
            origins: rules.origins)
        let engine = try await LocalFimidara.open(
            settings, clock: clock, entropy: entropy, meter: FileStoreMeter(metrics: telemetry.files)
        ) { event in FileStoreLog.record(event, logger) }
        return EmbeddedFileStore(engine, door: EmbeddedStoreDoor(folder: directory))
    }

    /// The socket that processes with the store's folder reach it through; `nil` for a store that has none.
    /// - Throws: ``SettingsError`` when others could have put a socket there, or something else is in its place.
    public func makeSocket() throws -> StoreSocket? {
        guard let door else { return nil }
        do throws(FileTrouble) {
            let socket = try door.socket()
            try door.demandPlace()
            return StoreSocket(socket, shown: door.shownSocket)
        } catch {
            throw SettingsError("the embedded file store: \(error)")
        }
    }

    /// Leaves the address of the store's listener in its folder, for processes that hand it out.
    /// - Throws: when the folder cannot be written.
    public func announce(_ url: String) throws { try door?.announce(url) }

    /// Answers one request; its body is taken piece by piece.
    ///
    /// Cancel the task when the client goes away: what the request had begun is then undone.
    /// - Throws: when the connection must be cut without an answer.
    public func respond<Pieces: AsyncSequence & Sendable>(
        to call: Call, body: Pieces
    ) async throws -> Reply where Pieces.Element == [UInt8] {
        let request = StorageRequest(
            method: call.method, path: call.path, query: call.query, headers: StorageHeaders(call.headers),
            body: StorageBody(body))
        return Reply(try await engine.respond(to: request))
    }

    /// The answer to a request whose body broke the protocol on its way, after ``respond(to:body:)`` has thrown for it.
    public func refusalOfBrokenBody(_ call: Call) -> Reply {
        Reply(
            engine.refusalOfBrokenBody(
                StorageRequest(
                    method: call.method, path: call.path, query: call.query, headers: StorageHeaders(call.headers))))
    }

    /// How full the store is.
    /// - Throws: when the disk cannot be asked.
    func usage() async throws -> StorageUsage { try await engine.usage() }

    /// Returns when the store can be read.
    /// - Throws: when it cannot.
    public func check() async throws { try await engine.check() }

    /// Gives up uploads in parts that have expired.
    /// - Throws: when the catalog cannot be written.
    func giveUpExpiredParts() async throws { try await engine.giveUpExpiredParts() }

    /// Ends the store.
    public func close() async throws {
        try await engine.close()
    }
}

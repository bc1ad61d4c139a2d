internal import BlockingExecutor
internal import Glibc
public import LogModel

/// A file store on the local disk that speaks fimidara's HTTP interface.
///
/// It is an engine without a listener: whoever owns the sockets hands requests over and sends the responses. Several
/// requests may be in progress at the same time, but a directory belongs to one store of one process.
///
/// Where it does not do as fimidara does, it errs on the safe side: what is denied, locked, missing or there already is
/// 403, 409, 404 or 409 and never 500; names are taken literally; a grant is never wider than its item says; an append
/// is there as a whole or not at all, and its lock ends with its request; bringing a token's end forward takes effect
/// at once. Uploads in parts, image transforms, presigned paths, users and further workspaces are not offered.
///
/// What the listener owes it: a limit on how long a body may stall, since a stalled upload holds the lock of its file;
/// and an end to the connection when a response is sent before the request's body was taken.
public final class LocalFimidara: Sendable {
    private let services: Services
    private let threads: BlockingThreads
    private let directoryLock: Locked<OpenFile?>
    private let faults: Faults
    private let observe: @Sendable (StorageEvent) -> Void

    /// Opens the store of a directory, and makes what is missing in it.
    /// - Parameters:
    ///   - settings: where the store lies and what it is called.
    ///   - clock: the time of day, by which credentials expire.
    ///   - entropy: bytes fit for secrets.
    ///   - faults: for test harnesses.
    ///   - observe: told of what an operator should know; called on any thread, so it must not block.
    /// - Returns: the store.
    /// - Throws: ``LocalFimidaraError``; an error of the database.
    public static func open(
        _ settings: Settings, clock: any WallClock, entropy: any Entropy, faults: Faults = .none,
        observe: @escaping @Sendable (StorageEvent) -> Void = { _ in }
    ) async throws -> LocalFimidara {
        try await open(
            settings, clock: clock, entropy: entropy, faults: faults, calls: .system, observe: observe)
    }

    static func open(
        _ settings: Settings, clock: any WallClock, entropy: any Entropy, faults: Faults, calls: DiskCalls,
        observe: @escaping @Sendable (StorageEvent) -> Void
    ) async throws -> LocalFimidara {
        let threads = BlockingThreads(name: "files", count: settings.threads)
        return try await threads.run {
            try LocalFimidara(
                settings, threads, clock: clock, entropy: entropy, faults: faults, calls: calls, observe: observe)
        }
    }

    private init(
        _ settings: Settings, _ threads: BlockingThreads, clock: any WallClock, entropy: any Entropy, faults: Faults,
        calls: DiskCalls, observe: @escaping @Sendable (StorageEvent) -> Void
    ) throws {
        guard LocalFimidara.isRootname(settings.rootname) else {
            throw LocalFimidaraError.badRootname(settings.rootname)
        }
        guard settings.adminSecret.reveal(LocalFimidara.isFitForHeader) else {
            throw LocalFimidaraError.badAdminSecret
        }
        do {
            directoryLock = Locked(try LocalFimidara.lock(settings.directory, calls))
            let blobs = try BlobStore(in: settings.directory, calls: calls)
            let catalog = try Catalog(
                path: "\(settings.directory)/metadata.sqlite", settings: settings, clock: clock, entropy: entropy)
            let inventory = try catalog.inventory()
            let swept = try blobs.sweep(keeping: inventory.blobs)
            if swept > 0 { observe(.swept(blobs: swept)) }
            services = Services(
                catalog: catalog, blobs: blobs, threads: threads,
                budget: ByteBudget(limit: settings.limits.totalBytes, used: inventory.bytes), limits: settings.limits,
                entropy: entropy, observe: observe)
        } catch let failure as IOFailure {
            throw LocalFimidaraError.system(failure.description)
        }
        self.threads = threads
        self.faults = faults
        self.observe = observe
    }

    /// Answers one request.
    ///
    /// Cancel the task when the client goes away; what the request had begun is then rolled back before this returns.
    /// - Parameter request: the request; its body is taken chunk by chunk.
    /// - Returns: the response; refusals are responses too.
    /// - Throws: ``StorageConnectionLost`` when the listener should close the connection without an answer.
    public func respond(to request: StorageRequest) async throws(StorageConnectionLost) -> StorageResponse {
        guard let route = Route(path: request.path) else { return .unknownRoute }
        if request.method == "OPTIONS" {
            return StorageResponse(status: 200, headers: ["content-length": "0"], body: .bytes([]))
        }
        guard route.endpoint.methods.contains(request.method) else { return .unknownRoute }
        let response = try await answer(request, route)
        return request.method == "HEAD" ? response.withoutBody : response
    }

    /// Ends the store; requests in progress and later ones fail.
    ///
    /// A store that is closed already is left as it is.
    /// - Throws: an error of the database.
    public func close() async throws {
        guard directoryLock.withLock({ $0 != nil }) else { return }
        let catalog = services.catalog
        try await threads.run { try catalog.close() }
        directoryLock.withLock { $0 = nil }
        threads.stop()
    }

    private func answer(_ request: StorageRequest, _ route: Route) async throws(StorageConnectionLost)
        -> StorageResponse
    {
        let chosen = faults.faults(
            on: Faults.Occasion(endpoint: route.endpoint.rawValue, isAppend: request.isAppend))
        do {
            let request = try await chosen.befall(request, route)
            let response = try await services.answer(request, route)
            return try chosen.befall(response)
        } catch is StorageConnectionLost {
            throw StorageConnectionLost()
        } catch is CancellationError {
            throw StorageConnectionLost()
        } catch let failure as StorageFailure {
            return chosen.befall(failure).response
        } catch {
            observe(
                .failed(endpoint: route.endpoint.rawValue, reason: FailureReason.text(of: error)))
            return StorageFailure.serverError.response
        }
    }

    private static func isRootname(_ text: String) -> Bool {
        (1...100).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy { scalar in
                ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
                    || [".", "_", "-"].contains(scalar)
            } && text != "." && text != ".."
    }

    private static func isFitForHeader(_ secret: String) -> Bool {
        !secret.isEmpty && secret.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// Takes the directory for this process.
    ///
    /// The system gives it back when the process ends, however it ends.
    private static func lock(_ directory: String, _ calls: DiskCalls) throws -> OpenFile {
        try BlobStore.makeDirectory(directory, calls: calls)
        let file = try OpenFile("\(directory)/lock", flags: O_RDWR | O_CREAT)
        guard try file.tryLock() else { throw LocalFimidaraError.inUse(directory: directory) }
        return file
    }
}

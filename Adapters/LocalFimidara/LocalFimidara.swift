internal import BlockingExecutor
internal import Glibc
public import LogModel
internal import SQLiteFiles

/// A file store on the local disk that speaks fimidara's HTTP interface.
///
/// It is an engine without a listener: whoever owns the sockets hands requests over and sends the responses. Several
/// requests may be in progress at the same time, but a directory belongs to one store of one process.
///
/// Where it does not do as fimidara does, it errs on the safe side: what is denied, locked, missing or there already is
/// 403, 409, 404 or 409 and never 500; names are taken literally; a grant is never wider than its item says; an append
/// is there as a whole or not at all, and its lock ends with its request; bringing a token's end forward takes effect
/// at once; an upload in parts is a file when its completion is answered. Image transforms, presigned paths, users and
/// further workspaces are not offered.
///
/// What the listener owes it: a limit on how long a body may stall, since a stalled upload holds the lock of its file;
/// and an end to the connection when a response is sent before the request's body was taken.
public final class LocalFimidara: Sendable {
    private let services: Services
    private let blobs: BlobStore
    private let budget: ByteBudget
    private let crossOrigin: CrossOrigin
    private let meter: any StorageMeter
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
    ///   - meter: what counts requests and bytes; nothing unless told otherwise.
    ///   - observe: told of what an operator should know; called on any thread, so it must not block.
    /// - Returns: the store.
    /// - Throws: ``LocalFimidaraError``; an error of the database.
    public static func open(
        _ settings: Settings, clock: any WallClock, entropy: any Entropy, faults: Faults = .none,
        meter: (any StorageMeter)? = nil, observe: @escaping @Sendable (StorageEvent) -> Void = { _ in }
    ) async throws -> LocalFimidara {
        try await open(
            settings, clock: clock, entropy: entropy, faults: faults, calls: .system, meter: meter, observe: observe)
    }

    static func open(
        _ settings: Settings, clock: any WallClock, entropy: any Entropy, faults: Faults, calls: DiskCalls,
        meter: (any StorageMeter)? = nil, observe: @escaping @Sendable (StorageEvent) -> Void
    ) async throws -> LocalFimidara {
        let threads = BlockingThreads(name: "files", count: settings.threads)
        return try await threads.run {
            try LocalFimidara(
                settings, threads, clock: clock, entropy: entropy, faults: faults, calls: calls,
                meter: meter ?? NoMeter(), observe: observe)
        }
    }

    private init(
        _ settings: Settings, _ threads: BlockingThreads, clock: any WallClock, entropy: any Entropy, faults: Faults,
        calls: DiskCalls, meter: any StorageMeter, observe: @escaping @Sendable (StorageEvent) -> Void
    ) throws {
        guard LocalFimidara.isRootname(settings.rootname) else {
            throw LocalFimidaraError.badRootname(settings.rootname)
        }
        guard settings.adminSecret.reveal(LocalFimidara.isFitForHeader) else {
            throw LocalFimidaraError.badAdminSecret
        }
        do {
            directoryLock = Locked(try LocalFimidara.lock(settings.directory, calls))
            blobs = try BlobStore(in: settings.directory, calls: calls)
            let catalog = try Catalog(
                path: "\(settings.directory)/metadata.sqlite", settings: settings, clock: clock, entropy: entropy)
            let inventory = try catalog.inventory(partLifetime: settings.limits.partLifetime)
            let swept = try blobs.sweep(keeping: inventory.blobs)
            if swept > 0 { observe(.swept(blobs: swept)) }
            budget = ByteBudget(
                limit: settings.limits.totalBytes, used: inventory.bytes, folders: inventory.folders)
            services = Services(
                catalog: catalog, blobs: blobs, threads: threads, budget: budget, limits: settings.limits,
                entropy: entropy, observe: observe, meter: meter)
        } catch let failure as IOFailure {
            throw LocalFimidaraError.system(failure.description)
        }
        crossOrigin = CrossOrigin(origins: settings.origins)
        self.threads = threads
        self.meter = meter
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
        let start = ContinuousClock.now
        guard let route = Route(path: request.path) else {
            meter.requestEnded(.unknown, .missing, after: .now - start)
            return crossOrigin.admitting(.unknownRoute, to: request)
        }
        guard request.method != "OPTIONS" else { return crossOrigin.preflight(request, route) }
        guard route.endpoint.methods.contains(request.method) else {
            meter.requestEnded(.unknown, .missing, after: .now - start)
            return crossOrigin.admitting(.unknownRoute, to: request)
        }
        let operation = StorageOperation(route.endpoint, request)
        let outcome: StorageOutcome
        let response: StorageResponse
        do {
            (response, outcome) = try await answer(request, route)
        } catch {
            meter.requestEnded(operation, .lost, after: .now - start)
            throw error
        }
        meter.requestEnded(operation, outcome, after: .now - start)
        let admitted = crossOrigin.admitting(response, to: request)
        return request.method == "HEAD" ? admitted.withoutBody : admitted
    }

    /// Answers a request whose body broke the protocol on its way, after ``respond(to:)`` has thrown for it.
    public func refusalOfBrokenBody(_ request: StorageRequest) -> StorageResponse {
        let failure = StorageFailure.invalid("The body of the request is not framed as its head says")
        return crossOrigin.admitting(failure.response, to: request)
    }

    /// How full the store is.
    /// - Throws: when the disk cannot be asked.
    public func usage() async throws -> StorageUsage {
        let blobs = blobs
        let free = try await threads.run { try blobs.freeBytes() }
        let used = budget.used
        return StorageUsage(bytes: used.bytes, limit: used.limit, free: free, fullestFolder: used.fullestFolder)
    }

    /// Returns when the catalog answers.
    /// - Throws: an error of the database.
    public func check() async throws { try await services.catalog.check() }

    /// Gives up uploads in parts that have expired, so that their bytes are free again.
    /// - Throws: an error of the database.
    public func giveUpExpiredParts() async throws { try await services.giveUpExpiredParts() }

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
        -> (StorageResponse, StorageOutcome)
    {
        let chosen = faults.faults(
            on: Faults.Occasion(endpoint: route.endpoint.path, isAppend: request.isAppend))
        do {
            let request = try await chosen.befall(request, route)
            let response = try await services.answer(request, route, showing: chosen.shownBytes)
            return (try chosen.befall(response), .ok)
        } catch is StorageConnectionLost {
            throw StorageConnectionLost()
        } catch is CancellationError {
            throw StorageConnectionLost()
        } catch let failure as StorageFailure {
            return refuse(failure, chosen)
        } catch {
            observe(
                .failed(endpoint: route.endpoint.path, reason: FailureReason.text(of: error)))
            if error is FileLost { return refuse(.catalogLost, chosen) }
            if FailureReason.isLocked(error) { return refuse(.catalogLocked, chosen) }
            return refuse(FailureReason.isFullDisk(error) ? .diskFull : .serverError, chosen)
        }
    }

    private func refuse(
        _ failure: StorageFailure, _ faults: [Faults.Fault]
    ) -> (StorageResponse, StorageOutcome) {
        if let limit = failure.limit { meter.refused(by: limit) }
        let response = faults.befall(failure).response
        return (response, failure.limit == nil ? StorageOutcome(status: response.status) : .full)
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
        for attempt in 1...10 {
            if try file.tryLock() { return file }
            // Who only looks whether it is in use has it for a moment.
            if attempt < 10 { usleep(10_000) }
        }
        throw LocalFimidaraError.inUse(directory: directory)
    }

    /// Whether the store of a directory is open in a process, this one included; makes nothing there.
    public static func isInUse(_ directory: String) -> Bool {
        guard let file = try? OpenFile("\(directory)/lock", flags: O_RDONLY) else { return false }
        return (try? file.tryLock(isShared: true)) == false
    }
}

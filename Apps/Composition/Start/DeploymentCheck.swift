import HTTPTransport
import LogModel
import Logging
import SdkProvisioning
import SystemAdapter

/// Looks at everything that a process of a mode needs, makes nothing and changes nothing.
public struct DeploymentCheck: Sendable {
    private let settings: Settings
    private let mode: ProcessMode?

    /// Most time that one server gets to answer.
    private static let patience: Duration = .seconds(15)

    /// Prepares a check.
    /// - Parameters:
    ///   - settings: what is checked.
    ///   - mode: what would be started by them; `nil` leaves out what depends on that, such as ports.
    public init(_ settings: Settings, as mode: ProcessMode?) {
        self.settings = settings
        self.mode = mode
    }

    /// Looks at everything, at servers at the same time.
    /// - Parameter reachesOut: whether servers are asked; else only this machine is looked at.
    /// - Returns: what was found, in the order in which a start would come to it.
    public func run(reachesOut: Bool) async -> [CheckFinding] {
        let complaints =
            mode.map(settings.complaints(about:)) ?? settings.clashes(of: settings.listeners(of: .serve))
        var findings = complaints.map { CheckFinding(.error, "settings", $0) }
        if findings.isEmpty { findings.append(CheckFinding(.fine, "settings", "can be used")) }
        findings += clock() + ports() + folder() + keys()
        guard reachesOut else { return findings }
        async let store = within("store") { await self.store() }
        async let locks = within("locks") { await self.locks() }
        async let files = within("file store") { await self.fileStore() }
        return findings + (await store) + (await locks) + (await files)
    }

    /// Whether a process of the mode could not work.
    public static func isUnusable(_ findings: [CheckFinding]) -> Bool { findings.contains { $0.severity == .error } }

    // MARK: - This machine

    private func clock() -> [CheckFinding] {
        SystemClock().now().clockConcern.map { [CheckFinding(.warning, "clock", $0)] } ?? []
    }

    private func ports() -> [CheckFinding] {
        guard let mode else { return [] }
        let complaints = settings.portComplaints(of: mode)
        guard complaints.isEmpty else { return complaints.map { CheckFinding(.error, "ports", $0) } }
        let places = settings.listeners(of: mode).map(\.address).joined(separator: ", ")
        return [CheckFinding(.fine, "ports", "\(places) can be had")]
    }

    private func folder() -> [CheckFinding] {
        let path = settings.dataDirectory
        do throws(FileTrouble) {
            guard let facts = try PrivateFile.facts(path) else { return [try makable(path)] }
            guard facts.kind == .folder else { throw FileTrouble(words: "\(path) is there and is no folder") }
            guard PrivateFolder.isWritable(path) else { throw FileTrouble(words: "\(path) is not writable") }
            if let concern = FileTrust(user: ProcessUser.id).concern(about: facts, at: path) {
                return [CheckFinding(.warning, "data folder", concern)]
            }
            return [CheckFinding(.fine, "data folder", "\(path) can be used")]
        } catch {
            return [
                CheckFinding(.error, "data folder", "\(error): name another one with data.dir, or change its rights")
            ]
        }
    }

    /// A folder that is not there yet: the nearest one above it must let it be made.
    private func makable(_ path: String) throws(FileTrouble) -> CheckFinding {
        if try PrivateFile.facts(path, followsLinks: false) != nil {
            throw FileTrouble(words: "\(path) is a symbolic link to nothing")
        }
        var above = path
        while true {
            guard let slash = above.lastIndex(of: "/") else {
                above = "."
                break
            }
            above = slash == above.startIndex ? "/" : String(above[..<slash])
            if let facts = try PrivateFile.facts(above) {
                guard facts.kind == .folder else { throw FileTrouble(words: "\(above) is there and is no folder") }
                break
            }
        }
        guard PrivateFolder.isWritable(above), !above.hasPrefix("/proc"), !above.hasPrefix("/sys") else {
            throw FileTrouble(words: "\(path) cannot be made: \(above) is not writable")
        }
        return CheckFinding(.fine, "data folder", "\(path) will be made")
    }

    /// The key files that a process of the mode would read.
    private func keys() -> [CheckFinding] {
        guard let data = try? DataDirectory(settings.dataDirectory, makes: false) else { return [] }
        var names: [String] = []
        if mode == .dev, settings.adminKey == nil { names.append("admin.key") }
        if mode == .dev, settings.internalKey == nil { names.append("internal.key") }
        if settings.fimidaraURL == nil { names.append(DataDirectory.localFimidaraKey) }
        return names.compactMap { name in
            do {
                return try data.existingSecret(name).map { _ in
                    CheckFinding(.fine, "keys", "\(data.path)/\(name) can be used")
                }
            } catch {
                return CheckFinding(.error, "keys", "\(error)")
            }
        }
    }

    // MARK: - Servers

    private func store() async -> [CheckFinding] {
        guard mode != .files else { return [] }
        do {
            let store = try await Store.open(
                settings, makes: false, telemetry: ServiceTelemetry(),
                logger: Logger(label: "store") { _ in SwiftLogNoOpLogHandler() })
            defer { Task { try? await store.close() } }
            try await store.ping()
            return [CheckFinding(.fine, "store", "can be used")]
        } catch is StoreMissing {
            return [CheckFinding(.fine, "store", "is not there yet; the first start makes it")]
        } catch is StoreOutdated {
            return [
                CheckFinding(
                    .warning, "store",
                    "has the schema of an earlier release; the next start of serve, work or dev brings it up to date, and "
                        + "processes of the earlier release cannot start from then on")
            ]
        } catch {
            return [CheckFinding(.error, "store", URLCredentials.removed(fromText: "\(error)"))]
        }
    }

    private func locks() async -> [CheckFinding] {
        guard mode != .files, let redis = settings.redis else { return [] }
        let concerns = await settings.lockConcerns()
        // Without more than half of its servers nothing can be locked.
        let severity: CheckFinding.Severity =
            concerns.count * 2 >= redis.addresses.count && redis.whenDown == .pause ? .error : .warning
        if concerns.isEmpty { return [CheckFinding(.fine, "locks", "the Redis servers can keep them")] }
        return concerns.map { CheckFinding(severity, "locks", $0) }
    }

    private func fileStore() async -> [CheckFinding] {
        guard mode != .dev, mode != .files else { return [] }
        guard let url = settings.fimidaraURL else { return await embedded() }
        let place = FileStore.Place(serverURL: url, transport: CurlTransport(), publicURL: { url })
        let answers = await FileStoreProbe(place).findings()
        // The credential goes where a start would send it, and only to what answers as a file store does.
        guard !DeploymentCheck.isUnusable(answers), let token = settings.fimidaraToken else { return answers }
        do {
            let concerns = try await FileStore.concerns(at: place, token: token, settings: settings)
            return concerns.isEmpty
                ? answers
                : concerns.map { CheckFinding($0.isCertain ? .error : .warning, "file store", $0.description) }
        } catch {
            return [CheckFinding(.error, "file store", String(describing: error))]
        }
    }

    private func embedded() async -> [CheckFinding] {
        guard let data = try? DataDirectory(settings.dataDirectory, makes: false),
            (try? data.existingSecret(DataDirectory.localFimidaraKey)) ?? nil != nil
        else { return [CheckFinding(.warning, "file store", Deployment.noFileStore)] }
        let door = EmbeddedStoreDoor(folder: data.localFimidara)
        let place = FileStore.Place(
            serverURL: EmbeddedStoreTransport.serverURL,
            transport: EmbeddedStoreTransport(door, dataDirectory: data.path), publicURL: { "" })
        return await FileStoreProbe(place).findings()
    }

    /// Gives a look at a server an end.
    private func within(
        _ subject: String, _ look: @escaping @Sendable () async -> [CheckFinding]
    ) async -> [CheckFinding] {
        let (findings, continuation) = AsyncStream.makeStream(of: [CheckFinding].self)
        // A library that hangs in the kernel does not heed a cancellation: nobody waits for it.
        let looking = Task { continuation.yield(await look()) }
        let limit = Task {
            try await Task.sleep(for: DeploymentCheck.patience)
            continuation.yield([
                CheckFinding(
                    .error, subject,
                    "does not answer within \(DeploymentCheck.patience): check its address, and what lies between")
            ])
        }
        defer {
            looking.cancel()
            limit.cancel()
        }
        for await found in findings { return found }
        return []
    }
}

import LocalFimidaraAdapter
import LogModel
import SystemAdapter

/// Looks at everything that a process of a mode needs, makes nothing and changes no record, cursor or setting.
///
/// Opening a SQLite store ends the leases of before the machine's last start, whoever opens it.
public struct DeploymentCheck: Sendable {
    let settings: Settings
    let mode: ProcessMode?
    private let draft: SettingsDraft

    /// Prepares a check.
    /// - Parameters:
    ///   - draft: what is checked; what is wrong in it keeps nobody from looking at the rest.
    ///   - mode: what would be started by them; `nil` leaves out what depends on that, such as ports.
    public init(_ draft: SettingsDraft, as mode: ProcessMode?) {
        self.draft = draft
        self.mode = mode
        settings = draft.settings
    }

    /// Looks at everything, at servers at the same time.
    /// - Parameter reachesOut: whether servers are asked; else only this machine is looked at.
    /// - Returns: what was found, in the order in which a start would come to it.
    public func run(reachesOut: Bool) async -> [CheckFinding] {
        // Of a configuration of which a part could not be read, nobody knows what the rest means.
        guard draft.isWhole else { return draft.complaints.map { CheckFinding(.error, "settings", $0) } }
        let complaints =
            draft.complaints
            + (mode.map { settings.complaints(about: $0, except: draft.faulty) }
                ?? settings.clashes(of: settings.listeners(of: .serve)))
        var findings = complaints.map { CheckFinding(.error, "settings", $0) }
        if findings.isEmpty { findings.append(CheckFinding(.fine, "settings", "can be used")) }
        findings += limits() + clock() + ports() + folder() + fileStoreFiles() + keys() + storeFiles()
        guard reachesOut else { return findings }
        let seesStore = isRight("store.url") && !findings.contains { $0.subject == "store" && $0.severity == .error }
        async let store = seesStore ? within("store", at: "store.url") { await self.store() } : []
        async let locks = isRight("redis.urls") ? within("locks", at: "redis.urls") { await self.locks() } : []
        let seesFiles = ["server_url", "public_url", "auth_token", "workspace_rootname", "logs_folder_prefix"]
            .allSatisfy { isRight("fimidara." + $0) }
        async let files = seesFiles ? within("file store", at: "fimidara.server_url") { await self.fileStore() } : []
        return findings + (await store) + (await locks) + (await files)
    }

    /// Whether a process of the mode could not work.
    public static func isUnusable(_ findings: [CheckFinding]) -> Bool { findings.contains { $0.severity == .error } }

    /// Whether a setting can be used; those that cannot are complained of already.
    func isRight(_ name: String) -> Bool { !draft.faulty.contains(name) }

    /// Whether the data folder is known.
    private var knowsFolder: Bool { isRight("data.dir") }

    // MARK: - This machine

    /// Limits that work against each other.
    private func limits() -> [CheckFinding] {
        guard mode == .serve || mode == .dev || mode == nil, settings.store.isServer,
            settings.maxQuestions >= settings.storeConnections, isRight("http.max_questions"),
            isRight("store.connections")
        else { return [] }
        return [
            CheckFinding(
                .warning, "settings",
                "http.max_questions is \(settings.maxQuestions) and store.connections is \(settings.storeConnections): "
                    + "questions can take all connections to the store, and all else waits for them; make "
                    + "store.connections the larger one")
        ]
    }

    private func clock() -> [CheckFinding] {
        SystemClock().now().clockConcern.map { [CheckFinding(.warning, "clock", $0)] } ?? []
    }

    private func ports() -> [CheckFinding] {
        guard let mode else { return [] }
        let complaints = settings.portComplaints(of: mode, except: draft.faulty)
        guard complaints.isEmpty else { return complaints.map { CheckFinding(.error, "ports", $0) } }
        let places = settings.listeners(of: mode).map(\.address).joined(separator: ", ")
        return [CheckFinding(.fine, "ports", "\(places) can be had")]
    }

    private func folder() -> [CheckFinding] {
        guard knowsFolder else { return [] }
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
        var above = PrivateFolder.parent(of: path)
        while above != "." {
            if let facts = try PrivateFile.facts(above) {
                guard facts.kind == .folder else { throw FileTrouble(words: "\(above) is there and is no folder") }
                break
            }
            above = PrivateFolder.parent(of: above)
        }
        guard PrivateFolder.isWritable(above) else {
            throw FileTrouble(words: "\(path) cannot be made: \(above) is not writable")
        }
        return CheckFinding(.fine, "data folder", "\(path) will be made")
    }

    /// The files of the embedded file store, which one process may have.
    private func fileStoreFiles() -> [CheckFinding] {
        guard mode == .dev || mode == .files, knowsFolder else { return [] }
        let folder = settings.dataDirectory + "/local-fimidara"
        do throws(FileTrouble) {
            try DatabaseFiles(folder + "/metadata.sqlite").demandTrust()
        } catch {
            return [CheckFinding(.error, "file store", "the file store's catalog: \(error)")]
        }
        do throws(FileTrouble) {
            try EmbeddedStoreDoor(folder: folder).demandPlace()
        } catch {
            return [CheckFinding(.error, "file store", "the file store \(error)")]
        }
        guard LocalFimidara.isInUse(folder) else { return [] }
        return [
            CheckFinding(
                .error, "file store",
                "\(LocalFimidaraError.inUse(directory: folder)): stop it, or name another folder with data.dir")
        ]
    }

    /// The key files that a process of the mode would read.
    private func keys() -> [CheckFinding] {
        guard knowsFolder, let data = try? DataDirectory(settings.dataDirectory, makes: false) else {
            return keyConcern(settings.adminKey, settings.internalKey)
        }
        var findings: [CheckFinding] = []
        func key(_ name: String) -> Secret? {
            do {
                guard let key = try data.existingSecret(name) else { return nil }
                findings.append(CheckFinding(.fine, "keys", "\(data.path)/\(name) can be used"))
                return key
            } catch {
                findings.append(CheckFinding(.error, "keys", "\(error)"))
                return nil
            }
        }
        var (admin, service) = (settings.adminKey, settings.internalKey)
        if mode == .dev, admin == nil, isRight("admin.key") { admin = key("admin.key") }
        if mode == .dev, service == nil, isRight("internal.key") { service = key("internal.key") }
        if settings.fimidaraURL == nil, isRight("fimidara.server_url") { _ = key(DataDirectory.localFimidaraKey) }
        return findings + keyConcern(admin, service)
    }

    private func keyConcern(_ admin: Secret?, _ service: Secret?) -> [CheckFinding] {
        guard let admin, let service, let concern = KeyRule.concern(admin: admin, internalKey: service) else {
            return []
        }
        return [CheckFinding(.warning, "keys", concern)]
    }

    /// The files of a store that is a file of this machine.
    private func storeFiles() -> [CheckFinding] {
        guard mode != .files, isRight("store.url"), case .sqlite(let path) = settings.store else { return [] }
        let files = DatabaseFiles(path)
        if files.folder == settings.dataDirectory {
            // The data folder is made when it is missing, and was complained of when it cannot be used.
            guard knowsFolder, PrivateFolder.isWritable(files.folder) else { return [] }
        }
        do throws(FileTrouble) {
            try files.demandWritable()
            return []
        } catch {
            return [CheckFinding(.error, "store", "the store \(error); or name another one with store.url")]
        }
    }
}

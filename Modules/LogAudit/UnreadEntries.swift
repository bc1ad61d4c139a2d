public import AppRegistry
public import LogCursor
public import LogIngestion
public import LogModel

/// Finds entries in the folders of apps that are never read, or not read yet.
public struct UnreadEntries: Sendable {
    private let cursors: any CursorStore
    private let apps: AppRegistrar
    private let folders: (any AppSources)?

    /// The number of foreign entries of an app that are shown one by one.
    public static let shownLimit = 100

    /// Makes the search.
    /// - Parameters:
    ///   - cursors: the cursors of objects that were read.
    ///   - apps: the apps.
    ///   - folders: finds each app's files; `nil` when no file store is configured, and there is nothing to list.
    public init(cursors: any CursorStore, apps: AppRegistrar, folders: (any AppSources)?) {
        self.cursors = cursors
        self.apps = apps
        self.folders = folders
    }

    /// An entry that was found in a folder.
    public enum Finding: Sendable, Hashable {
        /// An entry that is never read.
        case foreign(ForeignEntry)
        /// The number of further entries of an app that are never read.
        case moreForeign(Int)
        /// An object with bytes that no run has begun to read.
        case notTaken(SourceObject)
        /// An object that is committed except for `behind` bytes; 0 when all of it is committed.
        case taken(Cursor, behind: Int64)
        /// The app's folder could not be listed; the text says why.
        case unreachable(SourceID, String)
    }

    /// Lists the folders of one app or of all apps, and passes each finding to `visit`.
    ///
    /// A folder that cannot be listed does not affect the others.
    /// - Parameters:
    ///   - app: the app whose folder is listed; `nil` lists the folders of all apps.
    ///   - visit: called with each finding.
    /// - Throws: ``StoreError`` when the apps or the cursors cannot be read, or the error that `visit` throws.
    public func run(app: RegisteredApp?, _ visit: (RegisteredApp, Finding) throws -> Void) async throws {
        guard let folders else { return }
        if let app { return try await list(app, in: folders.source(of: app), visit) }
        var last: AppID?
        while true {
            let page = try await apps.list(after: last, limit: 100)
            for app in page { try await list(app, in: folders.source(of: app), visit) }
            guard page.count == 100 else { return }
            last = page.last?.id
        }
    }

    private func list(
        _ app: RegisteredApp, in source: any ObjectSource, _ visit: (RegisteredApp, Finding) throws -> Void
    ) async throws {
        var foreign = 0
        func note(_ entry: ForeignEntry) throws {
            foreign += 1
            if foreign <= UnreadEntries.shownLimit { try visit(app, .foreign(entry)) }
        }
        do {
            try await source.list { page in
                for entry in page.foreign { try note(entry) }
                for start in stride(from: 0, to: page.objects.count, by: 200) {
                    let part = page.objects[start..<min(start + 200, page.objects.count)]
                    try await show(part.filter { $0.size > 0 }, in: source.id) { try visit(app, $0) }
                }
            }
            var inFolders: [ForeignEntry] = []
            try await source.listFolders { entries in
                inFolders += entries
                return inFolders.count <= UnreadEntries.shownLimit
            }
            for entry in inFolders { try note(entry) }
        } catch let error as SourceError {
            try visit(app, .unreachable(source.id, error.description))
        }
        if foreign > UnreadEntries.shownLimit { try visit(app, .moreForeign(foreign - UnreadEntries.shownLimit)) }
    }

    /// Shows how far objects are taken that hold bytes; one whose cursor is of another incarnation is not begun.
    private func show(_ objects: [SourceObject], in source: SourceID, _ visit: (Finding) throws -> Void) async throws {
        guard !objects.isEmpty else { return }
        let known = try await cursors.latest(in: source, of: objects.map(\.key))
        for object in objects {
            guard let cursor = known[object.key], GenerationVerdict.isSame(object.identity, cursor.identity) else {
                try visit(.notTaken(object))
                continue
            }
            try visit(.taken(cursor, behind: max(0, object.size - cursor.progress.position)))
        }
    }

    /// Measures the lags of the cursors of one app, or of all apps, behind the objects that can be listed now.
    /// - Parameters:
    ///   - app: the app of the cursors; `nil` measures those of all apps.
    ///   - files: the files of this machine.
    /// - Returns: the lags.
    /// - Throws: ``StoreError`` when the apps or the cursors cannot be read.
    public func lags(app: RegisteredApp?, files: any FileLookup) async throws -> CursorLags {
        var lags = CursorLags(files: files)
        try await run(app: app) { _, finding in
            if case .taken(let cursor, let bytes) = finding { lags.note(cursor, bytes) }
        }
        return lags
    }
}

public import AppRegistry
public import LogCursor
public import LogIngestion
public import LogModel

/// Finds what lies in the folders of apps and is not read: by nobody, or not yet.
public struct UnreadEntries: Sendable {
    private let cursors: any CursorStore
    private let apps: AppRegistrar
    private let folders: (any AppSources)?

    /// How many foreign entries of an app are shown one by one.
    public static let shownLimit = 100

    /// Puts the search together.
    /// - Parameters:
    ///   - cursors: what was taken.
    ///   - apps: the apps.
    ///   - folders: where each app's files are; `nil` when no file store is configured, and there is nothing to list.
    public init(cursors: any CursorStore, apps: AppRegistrar, folders: (any AppSources)?) {
        self.cursors = cursors
        self.apps = apps
        self.folders = folders
    }

    /// What was found in a folder.
    public enum Finding: Sendable, Hashable {
        /// Nobody reads it.
        case foreign(ForeignEntry)
        /// So many more of an app are read by nobody.
        case moreForeign(Int)
        /// It holds bytes, and no run has begun to take it.
        case notTaken(SourceObject)
        /// It is taken but for so many bytes, 0 when all of it is.
        case taken(Cursor, behind: Int64)
        /// The app's folder could not be listed; the words say why.
        case unreachable(SourceID, String)
    }

    /// Lists the folders of one app or of all, and shows what is not read.
    ///
    /// A folder that cannot be listed leaves the others alone.
    /// - Parameters:
    ///   - app: whose folder; `nil` lists those of all apps.
    ///   - visit: gets each finding.
    /// - Throws: ``StoreError`` when the apps or the cursors cannot be read, or what `visit` throws.
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

    /// Measures how far the cursors of one app, or of all, are behind what can be listed now.
    /// - Parameters:
    ///   - app: whose cursors; `nil` looks at those of all apps.
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

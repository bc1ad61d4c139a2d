public import AppRegistry
import LogCursor
public import LogIngestion
public import LogModel

/// What lies in the folders of apps and is not read: by nobody, or not yet.
public struct UnreadEntries: Sendable {
    let cursors: any CursorStore
    let apps: AppRegistrar
    let fileStore: FileStore?

    /// How many foreign entries of an app are shown one by one.
    public static let shownLimit = 100

    /// What was found.
    public enum Finding: Sendable, Hashable {
        /// Nobody reads it.
        case foreign(ForeignEntry)
        /// So many more of an app are read by nobody.
        case moreForeign(Int)
        /// It holds bytes, and no run has begun to take it.
        case notTaken(SourceObject)
        /// The app's folder could not be listed; the words say why.
        case unreachable(SourceID, String)
    }

    /// Lists the folders of one app or of all, and shows what is not read.
    ///
    /// Without a file store there is nothing to list.
    /// - Throws: when the apps or the cursors cannot be read, or what `visit` throws.
    public func run(app: RegisteredApp?, _ visit: (RegisteredApp, Finding) throws -> Void) async throws {
        guard let fileStore else { return }
        if let app { return try await list(app, in: fileStore.sources.source(of: app), visit) }
        var last: AppID?
        while true {
            let page = try await apps.list(after: last, limit: 100)
            for app in page { try await list(app, in: fileStore.sources.source(of: app), visit) }
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
                    for object in try await notTaken(Array(part), in: source.id) { try visit(app, .notTaken(object)) }
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

    /// Those that hold bytes and have no cursor, or one of another incarnation.
    private func notTaken(_ objects: [SourceObject], in source: SourceID) async throws -> [SourceObject] {
        let filled = objects.filter { $0.size > 0 }
        guard !filled.isEmpty else { return [] }
        let known = try await cursors.latest(in: source, of: filled.map(\.key))
        return filled.filter { object in
            guard let cursor = known[object.key] else { return true }
            return !GenerationVerdict.isSame(object.identity, cursor.identity)
        }
    }
}

public import AppRegistry
import LogCursor
public import LogIngestion
public import LogModel

/// The reason why the object of a cursor cannot be audited on this machine, or with these settings.
public enum AuditError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The cursor belongs to a file in a file store, and none is configured.
    case noFileStore
    /// The cursor belongs to a source that is no longer its app's.
    case otherSource(SourceID)
    /// The cursor belongs to a file of another machine.
    case otherMachine

    /// The problem, for people.
    public var description: String {
        switch self {
        case .noFileStore: "no file store is configured"
        case .otherSource(let source): "the source \(source) is not the one that is configured now"
        case .otherMachine: "the file lies on another machine"
        }
    }
}

/// Finds the sources and the objects of cursors.
public struct CursorSources: Sendable {
    private let apps: AppRegistrar
    private let folders: (any AppSources)?
    private let files: any FileLookup

    /// Makes the finder.
    /// - Parameters:
    ///   - apps: the apps.
    ///   - folders: finds each app's files; `nil` when no file store is configured.
    ///   - files: the files of this machine.
    public init(apps: AppRegistrar, folders: (any AppSources)?, files: any FileLookup) {
        self.apps = apps
        self.folders = folders
        self.files = files
    }

    /// A source, and its objects: listed once, or looked up one by one.
    struct Listing: Sendable {
        let source: any ObjectSource
        private let find: @Sendable (ObjectKey) async throws(SourceError) -> SourceObject?

        /// Looks up each object when it is asked for.
        init(_ files: any FileLookup) {
            source = files
            find = { key async throws(SourceError) in try await files.find(key) }
        }

        /// Knows all objects that the source listed.
        init(_ source: any ObjectSource, _ objects: [ObjectKey: SourceObject]) {
            self.source = source
            find = { key async throws(SourceError) in objects[key] }
        }

        /// Finds the object of a cursor; `nil` when the source has none of that name.
        func object(of cursor: Cursor) async throws(SourceError) -> SourceObject? { try await find(cursor.object) }
    }

    /// Lists the source of a cursor.
    ///
    /// Nothing is read of a deleted app any more, so its source counts as empty.
    /// - Throws: ``AuditError``; ``SourceError`` when the source cannot be listed; ``StoreError`` when the app cannot
    ///   be looked up.
    func listing(of cursor: Cursor) async throws -> Listing {
        guard !cursor.source.isFiles else {
            guard cursor.source == files.id else { throw AuditError.otherMachine }
            return Listing(files)
        }
        guard let folders else { throw AuditError.noFileStore }
        let app: RegisteredApp
        do {
            app = try await apps.find(cursor.app.text)
        } catch RegistryError.unknownApp {
            return Listing(files, [:])
        }
        let source = folders.source(of: app)
        guard source.id == cursor.source else { throw AuditError.otherSource(cursor.source) }
        var objects: [ObjectKey: SourceObject] = [:]
        try await source.list { page in for object in page.objects { objects[object.key] = object } }
        return Listing(source, objects)
    }
}

public import AppRegistry
import LocalFilesAdapter
public import LogCursor
import LogIngestion
import LogModel
import LogQuery

/// Verifies all cursors of an app, or of all apps, against their sources and the stored records.
public struct Verification: Sendable {
    let cursors: any CursorStore
    let records: any RecordReader
    let rejects: any RejectReader
    let verifier: Verifier
    let fileStore: FileStore?
    let apps: AppRegistrar
    /// The files of this machine.
    let files: LocalFileSource

    /// What came of one object.
    public enum Finding: Sendable, Hashable {
        /// Source, cursor and stored records agree.
        case equal
        /// They agree up to the end that the source shows of the object; behind it the place keeps so many bytes more, and
        /// nobody has read them. Lines may be among them.
        case hidden(Int64)
        /// They agree up to the cursor; the object has so many bytes more, and `isUnfinished` says whether these are a last
        /// line that was read and waits for its newline.
        case behind(Int64, isUnfinished: Bool)
        /// They do not; the words say how.
        case differs(String)
        /// The source no longer has the object.
        case sourceGone
        /// The source could not be asked; the words say why.
        case unreachable(String)
    }

    /// Verifies, and shows each object as it is done.
    /// - Throws: when the store cannot be read, or what `visit` throws.
    public func run(
        app: RegisteredApp?, progress: @Sendable (Cursor, Int64) -> Void = { _, _ in },
        _ visit: (Cursor, Finding) throws -> Void
    ) async throws {
        var sources: [SourceID: Result<Listing, any Error>] = [:]
        var last: GenerationID?
        while true {
            let page = try await cursors.cursors(of: app?.id, after: last, limit: 200)
            for cursor in page {
                if sources[cursor.source] == nil { sources[cursor.source] = await listing(of: cursor) }
                guard let listing = sources[cursor.source] else { continue }
                try visit(cursor, try await finding(cursor, listing) { progress(cursor, $0) })
            }
            guard page.count == 200 else { return }
            last = page.last?.generation
        }
    }

    /// A source, and its objects by name; `nil` objects are asked for one by one.
    struct Listing {
        let source: any ObjectSource
        var objects: [ObjectKey: SourceObject]?
    }

    func listing(of cursor: Cursor) async -> Result<Listing, any Error> {
        if cursor.isOfLocalFile {
            return .success(Listing(source: files, objects: nil))
        }
        do {
            guard let fileStore else { throw SettingsError("no file store is configured") }
            let app: RegisteredApp
            do {
                app = try await apps.find(cursor.app.text)
            } catch RegistryError.unknownApp {
                // Nothing is read of a deleted app any more, and its records go with the next cleanup.
                return .success(Listing(source: files, objects: [:]))
            }
            let source = fileStore.sources.source(of: app)
            guard source.id == cursor.source else {
                throw SettingsError("the source \(cursor.source) is not the one that is configured now")
            }
            var objects: [ObjectKey: SourceObject] = [:]
            try await source.list { page in for object in page.objects { objects[object.key] = object } }
            return .success(Listing(source: source, objects: objects))
        } catch {
            return .failure(error)
        }
    }

    private func finding(
        _ cursor: Cursor, _ listing: Result<Listing, any Error>, progress: (Int64) -> Void
    ) async throws -> Finding {
        do {
            // What came after an earlier generation has taken its place.
            let latest = try await cursors.latest(in: cursor.source, of: [cursor.object])[cursor.object]
            guard latest?.generation == cursor.generation else { return .sourceGone }
            let listing = try listing.get()
            let object = try await object(of: cursor, in: listing)
            let verdict = try await verifier.verify(
                cursor, against: object, in: listing.source, seals: try await seals(of: cursor),
                wasTaken: { try await isStored($0, of: cursor) },
                lastLines: { try await records.lastLines(of: cursor.generation) }, progress: progress)
            switch verdict {
            case .sourceGone: return .sourceGone
            case .differs(let words): return .differs(words)
            case .equal:
                if let difference = try await missingRecords(of: cursor) { return .differs(difference) }
                guard let object else { return .sourceGone }
                let hidden = try await listing.source.settledHiddenBytes(
                    of: object, beyond: cursor.progress.hiddenSeen, ticks: ContinuousClock())
                if hidden > 0 { return .hidden(hidden) }
                return try await lag(of: object, cursor)
            }
        } catch let error where error is SourceError || error is SettingsError {
            // All else concerns the store, which the proof needs.
            return .unreachable(String(describing: error))
        }
    }

    /// Whether all of an object is taken; what was taken while it was verified counts.
    private func lag(of object: SourceObject, _ cursor: Cursor) async throws -> Finding {
        let latest = try await cursors.latest(in: cursor.source, of: [cursor.object])[cursor.object] ?? cursor
        let behind = object.size - latest.progress.position
        guard behind > 0, latest.generation == cursor.generation else { return .equal }
        return .behind(behind, isUnfinished: latest.progress.sizeSeen >= object.size)
    }

    func object(of cursor: Cursor, in listing: Listing) async throws -> SourceObject? {
        if let objects = listing.objects { return objects[cursor.object] }
        guard cursor.source == files.id else {
            throw SettingsError("the file lies on another machine")
        }
        // What came through a pipe was kept for as long as it was taken. Names in other sources are free to look like it.
        if cursor.object.text.utf8.starts(with: SpooledInput.prefix.utf8) { return nil }
        do {
            return try await files.file(at: cursor.object.text)
        } catch let error as SourceError where error.reason == .gone {
            return nil
        }
    }

    /// Where an object had ended without a newline and went on after it was sealed.
    func seals(of cursor: Cursor) async throws -> Set<Int64> {
        guard cursor.progress.counts.rejects > 0 else { return [] }
        let found = try await rejects.rejects(of: cursor.generation, because: .continuationAfterSeal)
        return Set(found.map(\.range.lower))
    }

    /// Whether the store has a record in a range of an object: a batch that was taken from elsewhere has none here.
    func isStored(_ range: ByteRange, of cursor: Cursor) async throws -> Bool {
        let rows = try await records.rows(of: cursor.generation, from: range.lower, limit: 1)
        return rows.offsets.first.map { $0 < range.upper } ?? false
    }

    /// Every record that the cursor counted must be in the store; says what is amiss.
    private func missingRecords(of cursor: Cursor) async throws -> String? {
        let stored = try await records.count(of: cursor.generation) - (try await storedBehind(cursor))
        let counted = cursor.progress.counts.records
        return stored == counted ? nil : "the store holds \(stored) of its records; \(counted) were taken"
    }

    /// How many records lie behind a cursor that was put back: they are read again, and count when they were.
    private func storedBehind(_ cursor: Cursor) async throws -> Int64 {
        guard cursor.progress.position < cursor.rewoundFrom else { return 0 }
        var count: Int64 = 0
        try await records.visitRows(of: cursor.generation, from: cursor.progress.position) { rows in
            count += Int64(rows.count)
            return true
        }
        return count
    }
}

extension Cursor {
    /// Whether its object is a file of some machine, which no worker reads.
    public var isOfLocalFile: Bool { LocalFileSource.isSource(source) }
}

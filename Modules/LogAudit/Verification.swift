public import AppRegistry
public import LogCursor
public import LogIngestion
import LogModel
public import LogQuery

/// Verifies all cursors of an app, or of all apps, against their sources and the stored records.
public struct Verification: Sendable {
    let cursors: any CursorStore
    let records: any RecordReader
    let rejects: any RejectReader
    let verifier: Verifier
    let sources: CursorSources
    private let ticks: any Clock<Duration>

    /// Makes a verification.
    /// - Parameters:
    ///   - cursors: the cursors to verify.
    ///   - records: reads the stored records.
    ///   - rejects: reads the rejects.
    ///   - verifier: compares a source with a cursor.
    ///   - sources: finds the objects of cursors.
    ///   - ticks: measures the wait for the end of an append.
    public init(
        cursors: any CursorStore, records: any RecordReader, rejects: any RejectReader, verifier: Verifier,
        sources: CursorSources, ticks: any Clock<Duration>
    ) {
        self.cursors = cursors
        self.records = records
        self.rejects = rejects
        self.verifier = verifier
        self.sources = sources
        self.ticks = ticks
    }

    /// The result of the verification of one object.
    public enum Finding: Sendable, Hashable {
        /// Source, cursor and stored records agree.
        case equal
        /// They agree up to the end of the object that the source shows. The source keeps this many further bytes
        /// behind that end, which were never read and may contain lines.
        case hidden(Int64)
        /// They agree up to the cursor. The object has this many further bytes. `isUnfinished` says whether these are a
        /// last line that was read and waits for its newline.
        case behind(Int64, isUnfinished: Bool)
        /// They do not agree; the text says how.
        case differs(String)
        /// The source no longer has the object.
        case sourceGone
        /// The source could not be asked; the text says why.
        case unreachable(String)
    }

    /// Verifies each cursor, in ascending order of generations, and passes each finding to `visit`.
    ///
    /// A source that cannot be asked does not affect the cursors of other sources.
    /// - Parameters:
    ///   - app: the app of the cursors; `nil` verifies those of all apps.
    ///   - progress: called with the number of bytes of each read.
    ///   - visit: called with each finding.
    /// - Throws: ``StoreError`` when the store cannot be read, `CancellationError`, or the error that `visit` throws.
    public func run(
        app: RegisteredApp?, progress: @Sendable (Cursor, Int64) -> Void = { _, _ in },
        _ visit: (Cursor, Finding) throws -> Void
    ) async throws {
        var listings: [SourceID: Result<CursorSources.Listing, any Error>] = [:]
        try await visitCursors(of: app) { cursor in
            let listing: Result<CursorSources.Listing, any Error>
            if let known = listings[cursor.source] {
                listing = known
            } else {
                do {
                    listing = .success(try await sources.listing(of: cursor))
                } catch {
                    listing = .failure(error)
                }
                listings[cursor.source] = listing
            }
            try visit(cursor, try await finding(cursor, listing) { progress(cursor, $0) })
        }
    }

    /// Shows the cursors of an app or of all, page by page.
    func visitCursors(of app: RegisteredApp?, _ visit: (Cursor) async throws -> Void) async throws {
        var last: GenerationID?
        while true {
            let page = try await cursors.cursors(of: app?.id, after: last, limit: 200)
            for cursor in page { try await visit(cursor) }
            guard page.count == 200 else { return }
            last = page.last?.generation
        }
    }

    private func finding(
        _ cursor: Cursor, _ listing: Result<CursorSources.Listing, any Error>, progress: (Int64) -> Void
    ) async throws -> Finding {
        do {
            // A later generation has taken the place of an earlier one.
            let latest = try await cursors.latest(in: cursor.source, of: [cursor.object])[cursor.object]
            guard latest?.generation == cursor.generation else { return .sourceGone }
            let listing = try listing.get()
            let object = try await listing.object(of: cursor)
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
                    of: object, beyond: cursor.progress.hiddenSeen, ticks: ticks)
                if hidden > 0 { return .hidden(hidden) }
                return try await lag(of: object, cursor)
            }
        } catch let error where error is SourceError || error is AuditError {
            // All else concerns the store, which the proof needs.
            return .unreachable(String(describing: error))
        }
    }

    /// Tells whether all of an object is taken; what was taken while it was verified counts.
    private func lag(of object: SourceObject, _ cursor: Cursor) async throws -> Finding {
        let latest = try await cursors.latest(in: cursor.source, of: [cursor.object])[cursor.object] ?? cursor
        let behind = object.size - latest.progress.position
        guard behind > 0, latest.generation == cursor.generation else { return .equal }
        return .behind(behind, isUnfinished: latest.progress.sizeSeen >= object.size)
    }

    /// Finds where an object had ended without a newline and went on after it was sealed.
    func seals(of cursor: Cursor) async throws -> Set<Int64> {
        guard cursor.progress.counts.rejects > 0 else { return [] }
        let found = try await rejects.rejects(of: cursor.generation, because: .continuationAfterSeal)
        return Set(found.map(\.range.lower))
    }

    /// Tells whether the store has a record in a range of an object: a batch that was taken from elsewhere has none
    /// here.
    func isStored(_ range: ByteRange, of cursor: Cursor) async throws -> Bool {
        try await StoredLines(records).hasLine(in: range, of: cursor.generation)
    }

    /// Compares how many records the cursor counted with how many are stored, and says what is amiss.
    private func missingRecords(of cursor: Cursor) async throws -> String? {
        let stored = try await records.count(of: cursor.generation) - (try await storedBehind(cursor))
        let counted = cursor.progress.counts.records
        return stored == counted ? nil : "the store holds \(stored) of its records; \(counted) were taken"
    }

    /// Counts the records behind a cursor that was put back: they count again when they were read again.
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

public import AppRegistry
import LogModel
public import LogQuery

/// Updates the field catalogue with the committed records.
///
/// Each record is counted once, also after an interruption: the fields and the position are stored in one transaction.
/// Memory holds one step.
public struct FieldIndexer: Sendable {
    private let apps: any AppStore
    private let catalogue: any FieldCatalogue
    private let reader: any RecordReader
    private let settings: IndexSettings

    /// Makes an indexer.
    public init(
        apps: any AppStore, catalogue: any FieldCatalogue, reader: any RecordReader,
        settings: IndexSettings = IndexSettings()
    ) {
        self.apps = apps
        self.catalogue = catalogue
        self.reader = reader
        self.settings = settings
    }

    /// Reads all committed records that were not read yet, app by app.
    ///
    /// A failure of one app does not affect the others; the figures contain the first failure.
    /// - Throws: `CancellationError` when the task was cancelled, ``StoreError`` when the apps cannot be listed.
    public func run() async throws -> IndexFigures {
        var figures = IndexFigures()
        var last: AppID?
        while true {
            let page = try await apps.apps(after: last, limit: 100)
            for app in page {
                do {
                    try await index(app.id, &figures)
                    figures.apps += 1
                } catch let error as CancellationError {
                    throw error
                } catch {
                    if figures.firstError == nil { figures.firstError = "\(app.id): \(error)" }
                }
            }
            last = page.last?.id
            guard page.count == 100 else { return figures }
        }
    }

    private func index(_ app: AppID, _ figures: inout IndexFigures) async throws {
        var last: GenerationID?
        var step = PendingStep(settings)
        while true {
            let gaps = try await catalogue.backlog(of: app, after: last, limit: 100)
            for gap in gaps {
                var position = gap.position
                while position < gap.committed {
                    try Task.checkCancellation()
                    let rows = try await slice(of: gap.generation, from: position)
                    position = step.take(rows, of: gap, from: position, limit: settings.sliceRecords)
                    figures.read += Int64(rows.count)
                    guard step.isFull else { continue }
                    guard try await commit(&step, app, &figures) else { return }
                }
                figures.objects += 1
            }
            last = gaps.last?.generation
            guard gaps.count == 100 else { break }
        }
        _ = try await commit(&step, app, &figures)
    }

    /// Apart and untyped: Swift 6.3.1 crashes when it optimises a loop around an inlined call that throws a typed
    /// error.
    @inline(never)
    private func slice(of generation: GenerationID, from offset: Int64) async throws -> RecordRows {
        try await reader.rows(of: generation, from: offset, limit: settings.sliceRecords)
    }

    /// Applies what is pending.
    /// - Returns: whether to go on with this app.
    private func commit(_ step: inout PendingStep, _ app: AppID, _ figures: inout IndexFigures) async throws -> Bool {
        guard !step.moves.isEmpty else { return true }
        let outcome = try await catalogue.apply(step.made(for: app))
        switch outcome {
        case .applied:
            figures.records += Int64(step.tally.records)
            figures.bytes += Int64(step.tally.bytes)
        case .refused: figures.refused += 1
        case .appDeleted: break
        }
        step = PendingStep(settings)
        return outcome == .applied
    }
}

/// Limits of indexing.
public struct IndexSettings: Sendable, Hashable {
    /// The number of records that are read at a time.
    public var sliceRecords = 1000
    /// The greatest number of records of a step, to within a slice.
    public var stepRecords = 20_000
    /// The greatest number of bytes of lines of a step, to within a slice.
    public var stepBytes = 16 << 20
    /// The greatest number of generations that a step moves.
    public var stepMoves = 500
    /// The greatest number of paths of an app.
    public var pathLimit = 10_000

    /// Makes the usual limits.
    public init() {}
}

/// The figures of indexing.
public struct IndexFigures: Sendable, Hashable {
    /// The number of visited apps.
    public var apps = 0
    /// The number of generations with something new.
    public var objects = 0
    /// The number of records that were read.
    public var read: Int64 = 0
    /// The number of records that were added to the catalogue.
    public var records: Int64 = 0
    /// The number of bytes of lines that were added to the catalogue.
    public var bytes: Int64 = 0
    /// The number of steps that were refused because another indexer moved a position first.
    public var refused = 0
    /// The first failure because of which an app was not indexed.
    public var firstError: String?

    /// Makes figures of zero.
    public init() {}
}

/// A step that is being put together.
private struct PendingStep {
    private let settings: IndexSettings
    private(set) var moves: [FollowerMove] = []
    private(set) var tally: FieldTally

    init(_ settings: IndexSettings) {
        self.settings = settings
        tally = FieldTally(limit: settings.pathLimit)
    }

    var isFull: Bool {
        tally.records >= settings.stepRecords || tally.bytes >= settings.stepBytes || moves.count >= settings.stepMoves
    }

    /// Takes rows of a generation that were read from `position` on.
    /// - Returns: where to read on, at most `gap.committed`.
    mutating func take(_ rows: RecordRows, of gap: FollowerGap, from position: Int64, limit: Int) -> Int64 {
        for row in 0..<rows.count where rows.offsets[row] < gap.committed {
            tally.add(rows.bytes.span.extracting(rows.range(row)), at: rows.timestamps[row])
        }
        // Rows may have been committed since the gap was measured; they are left for the next time.
        let end = min(rows.next(after: limit).map { $0.offset + 1 } ?? gap.committed, gap.committed)
        if moves.last?.generation == gap.generation {
            moves[moves.count - 1].to = end
        } else {
            moves.append(FollowerMove(generation: gap.generation, from: position, to: end))
        }
        return end
    }

    func made(for app: AppID) -> CatalogueStep {
        CatalogueStep(
            app: app, moves: moves, fields: tally.sightings, overflow: tally.overflow, pathLimit: settings.pathLimit)
    }
}

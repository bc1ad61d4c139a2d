public import LogCursor
public import LogModel

/// Follows one claimed object from its cursor to its present end.
public struct ObjectFollower: Sendable {
    let source: any ObjectSource
    private let cursors: any CursorStore
    let committer: GroupCommitter
    let budget: ByteBudget
    let scanner: any RecordScanner
    let checksums: any Checksums
    let settings: IngestionSettings
    private let clock: any WallClock
    let observer: any IngestionObserver
    private let steps: ClockSteps?
    /// What is remembered of objects that did not show what was taken of them; without it a generation begins at once.
    let doubts: ObjectDoubts?
    /// The stored lines, which tell an older state from another content.
    let taken: (any TakenLines)?
    private let looks: HiddenLooks?
    /// What turns are measured by; without it an object is read for as long as it takes.
    private let ticks: (any Clock<Duration>)?

    /// Puts a follower together; committer and budget are shared by all followers of a process.
    ///
    /// An object that does not show what was taken of it is another one for it, and begins at once: it serves people who
    /// give a file by hand.
    /// The stored lines, if they are given, tell whether bytes and batches that are read again are those that were taken.
    public init(
        source: any ObjectSource, cursors: any CursorStore, committer: GroupCommitter, budget: ByteBudget,
        scanner: any RecordScanner, checksums: any Checksums = PortableChecksums(), settings: IngestionSettings,
        clock: any WallClock, observer: any IngestionObserver, taken: (any TakenLines)? = nil
    ) {
        self.init(
            source: source, cursors: cursors, committer: committer, budget: budget, scanner: scanner,
            checksums: checksums, settings: settings, clock: clock, observer: observer, steps: nil, doubts: nil,
            taken: taken, looks: nil, ticks: nil)
    }

    /// As the public one, with what notices steps of the clock, older states of objects and slow ones, and when to look behind
    /// an object's end.
    init(
        source: any ObjectSource, cursors: any CursorStore, committer: GroupCommitter, budget: ByteBudget,
        scanner: any RecordScanner, checksums: any Checksums, settings: IngestionSettings, clock: any WallClock,
        observer: any IngestionObserver, steps: ClockSteps?, doubts: ObjectDoubts?, taken: (any TakenLines)?,
        looks: HiddenLooks?, ticks: (any Clock<Duration>)?
    ) {
        self.source = source
        self.cursors = cursors
        self.committer = committer
        self.budget = budget
        self.scanner = scanner
        self.checksums = checksums
        self.settings = settings
        self.clock = clock
        self.observer = observer
        self.steps = steps
        self.doubts = doubts
        self.taken = taken
        self.looks = looks
        self.ticks = ticks
    }

    /// How a turn ended.
    public enum End: Sendable {
        /// Everything that there was is taken.
        case caughtUp
        /// The object's share of this turn is spent; there is more.
        case shareSpent
        /// Its place took so long to give its bytes that others get their turn; there is more.
        case slow
        /// The object is not this worker's any more.
        case lost
        /// The object is no longer there.
        case gone
        /// It does not show what was taken of it, and it is waited whether that stays so.
        case doubted
        /// A ``SourceError``, ``StoreError`` or ``StoreError`` ended it, or a cancellation.
        case failed(any Error)
    }

    /// What a turn brought.
    public struct Turn: Sendable {
        /// The claim, which is another one when a generation began.
        public var claim: Claim
        /// How it ended.
        public var end = End.caughtUp
        /// How many bytes were committed.
        public var bytes: Int64 = 0
        /// How many records were committed.
        public var records: Int64 = 0
        /// How many rejects were committed.
        public var rejects: Int64 = 0
        /// How many of the records have the time of receipt, since no time was understood in them.
        public var untimed: Int64 = 0
        /// How far the object is taken now.
        public internal(set) var position: Int64
        /// Whether the object was late before, so that little room is held for it until its bytes come.
        var isGentle = false
        /// How long the reading of its bytes took.
        var waited: Duration = .zero
        /// Whether lines or batches were refused that look like the rest of an append that broke.
        var sawDamage = false

        init(claim: Claim) {
            self.claim = claim
            position = claim.cursor.progress.position
        }
    }

    /// Follows an object until it is caught up with, its share is spent or something fails.
    ///
    /// What is committed stays committed however the turn ends.
    /// - Parameters:
    ///   - object: the object, as a listing showed it.
    ///   - claim: the right to move its cursor.
    ///   - isGentle: whether little room is held for its bytes, since they may not come.
    ///   - scan: what the scanner looks for.
    ///   - onClaim: told of a claim that takes the place of `claim`.
    ///   - progress: told how far the object is scanned, after each chunk; the commit of it may still be on its way.
    /// - Returns: what the turn brought, and how it ended.
    public func follow(
        _ object: SourceObject, claim: Claim, isGentle: Bool = false, scan: ScanSettings = ScanSettings(),
        onClaim: (Claim) async -> Void = { _ in }, progress: (CursorProgress) -> Void = { _ in }
    ) async -> Turn {
        var turn = Turn(claim: claim)
        turn.isGentle = isGentle
        do {
            try await takeTurn(object, into: &turn, scan: scan, progress: progress)
        } catch let change as Rewritten {
            await meet(change, of: object, in: &turn, scan: scan, onClaim: onClaim, progress: progress)
        } catch let error as SourceError where error.reason == .gone {
            turn.end = .gone
        } catch {
            turn.end = .failed(error)
        }
        if case .caughtUp = turn.end, claim.cursor.progress.hiddenSeen == 0, await mayHide(object, turn) {
            await takeHidden(of: object, into: &turn, scan: scan, progress: progress)
        }
        return turn
    }

    /// Begins the next generation and takes a turn of it; if that differs again, the next listing shows why.
    func begin(
        _ object: SourceObject, because reason: GenerationReason, in turn: inout Turn, scan: ScanSettings,
        onClaim: (Claim) async -> Void, progress: (CursorProgress) -> Void
    ) async {
        do {
            guard let next = try await cursors.beginNext(after: turn.claim, because: reason, for: settings.claimLease)
            else {
                turn.end = .lost
                return
            }
            observer.observe(.generationBegan(next.cursor, because: reason, previousPosition: turn.position))
            turn.claim = next
            turn.position = next.cursor.progress.position
            await onClaim(next)
            try await takeTurn(object, into: &turn, scan: scan, progress: progress)
        } catch let error as SourceError where error.reason == .gone {
            turn.end = .gone
        } catch {
            turn.end = .failed(error)
        }
    }

    /// Three chunks at most are held at a time: one on its way, one that is scanned and one that is committed.
    private func takeTurn(
        _ object: SourceObject, into turn: inout Turn, scan: ScanSettings, behindEnd: Bool = false,
        progress: (CursorProgress) -> Void
    ) async throws {
        let held = 3 * chunkLimit(for: object, in: turn)
        let reserved = try await budget.take(held)
        do {
            let behindEnd = behindEnd || turn.claim.cursor.progress.hiddenSeen > 0
            try await take(object, into: &turn, scan: scan, behindEnd: behindEnd, progress: progress)
        } catch {
            await budget.giveBack(reserved)
            throw error
        }
        await budget.giveBack(reserved)
    }

    private func take(
        _ object: SourceObject, into turn: inout Turn, scan: ScanSettings, behindEnd: Bool,
        progress: (CursorProgress) -> Void
    ) async throws {
        var lane = CommitLane(committer)
        do {
            let reader = RangeReader(source: source, object: object, behindEnd: behindEnd)
            try await read(object, by: reader, into: &turn, through: &lane, scan: scan, progress: progress)
        } catch {
            // What is on its way to the store when something else fails is waited for, and counts.
            _ = try? await settle(&lane, in: &turn)
            throw error
        }
        _ = try await settle(&lane, in: &turn)
    }

    private func read(
        _ object: SourceObject, by reader: RangeReader, into turn: inout Turn, through lane: inout CommitLane,
        scan: ScanSettings, progress: (CursorProgress) -> Void
    ) async throws {
        let start = turn.claim.cursor.progress
        let overlap = start.tail.length
        let limit = chunkLimit(for: object, in: turn)
        let first = try await reader.read(from: start.position - Int64(overlap), limit: limit + overlap, by: ticks)
        var chunk = first.chunk
        turn.waited += first.time
        try checkOverlap(of: chunk, with: start)
        await doubts?.clear(turn.claim.generation)
        let framer = try framer(of: turn.claim.cursor)
        var assembler = ObjectAssembler(
            from: start, overlap: Array(chunk.bytes.prefix(overlap)), framer: framer, scanner: scanner,
            checksums: checksums, settings: scan, rewoundFrom: turn.claim.cursor.rewoundFrom)
        var fresh = overlap
        while true {
            try Task.checkCancellation()
            let received = chunk
            let isAtEnd = received.end >= received.size
            let seam = ObjectSeam(endOf: received, limit: limit)
            // The next range is on its way, and the previous one is committed, while this one is scanned.
            async let following = isAtEnd ? nil : reader.read(from: seam.start, limit: limit, by: ticks)
            let isOurs = try await commit(
                received, from: fresh, of: object, by: reader, isAtEnd: isAtEnd, with: &assembler, through: &lane,
                in: &turn)
            guard isOurs else { return }
            progress(assembler.progress)
            guard let next = try await following, let begin = try seam.freshStart(in: next.chunk) else { return }
            turn.waited += next.time
            // A turn that moved nothing, in the midst of a long line, would begin there again.
            guard turn.waited < settings.turnTime || assembler.progress.position == start.position else {
                turn.end = .slow
                return
            }
            // What has come once comes in usual pieces in the next turn.
            guard !turn.isGentle, assembler.progress.position - start.position < Int64(settings.fairShareBytes) else {
                turn.end = .shareSpent
                return
            }
            chunk = next.chunk
            fresh = begin
        }
    }

    /// The framer that goes on at a cursor.
    /// - Throws: ``StoreError`` of reason `broken` when the cursor holds a state that this release does not know.
    private func framer(of cursor: Cursor) throws(StoreError) -> any RecordFramer {
        let framer = NDJSONFramer(maxLineBytes: settings.maxLineBytes, scanner: scanner, checksums: checksums)
        guard framer.reads(cursor.progress.framing) else {
            let state = cursor.progress.framing.rawValue
            throw StoreError(
                .broken,
                detail: "generation \(cursor.generation) has the framing state \(state), which this release "
                    + "does not know: a later one has written it")
        }
        return framer
    }

    private static let smallChunk = 64 << 10

    /// Small objects ask for little, so that many of them fit into the budget at once, and so do those that may not give
    /// anything.
    private func chunkLimit(for object: SourceObject, in turn: Turn) -> Int {
        let left = turn.isGentle ? 0 : Int(clamping: object.size - turn.claim.cursor.progress.position)
        return min(settings.chunkBytes, max(ObjectFollower.smallChunk, left))
    }

    /// Scans a chunk from `fresh` on and sends what it gave on its way to the store.
    /// - Returns: whether the object was still this worker's when the commit before was done.
    private func commit(
        _ chunk: ObjectChunk, from fresh: Int, of object: SourceObject, by reader: RangeReader, isAtEnd: Bool,
        with assembler: inout ObjectAssembler, through lane: inout CommitLane, in turn: inout Turn
    ) async throws -> Bool {
        let moment = clock.now()
        let claim = turn.claim
        let before = assembler.progress
        let isTrusted = await steps?.isTrusted(moment) ?? true
        let isEnd = isAtEnd && maySeal(object, before, upTo: chunk.end, at: isTrusted ? moment : nil)
        let takesWhole = isAtEnd && object.takesWholeLastLine
        var output = try await assembler.take(
            chunk.bytes, from: fresh, isEnd: isEnd, takesWhole: takesWhole, at: moment,
            origin: { try await origin(of: $0, claim.generation) },
            state: { try await committer.writer($0, of: claim.cursor.app) })
        try await checkReread(output, size: chunk.size, of: claim)
        guard try await settle(&lane, in: &turn) else { return false }
        // A chunk in the middle of a line moves nothing; what was seen is worth noting at the end only.
        if isAtEnd {
            // Growth since the listing counts as hidden until the next one, which then costs one more look.
            // What the listing says was not seen while reads show less.
            let version = chunk.size >= object.size ? object.version : before.versionSeen
            assembler.noteEnd(version: version, hidden: reader.behindEnd ? max(0, chunk.size - object.size) : 0)
            output.progress = assembler.progress
        }
        if output.progress.position > output.from || (isAtEnd && output.progress != before) {
            lane.begin(output, step(output, at: moment, of: claim))
        }
        return true
    }

    /// Where a batch that may have been taken before the cursor was put back was taken from.
    private func origin(of batch: BatchPlace, _ generation: GenerationID) async throws -> BatchOrigin? {
        guard let taken, try await taken.hasLine(in: batch.body, of: generation) else { return nil }
        return .here
    }

    private func step(_ output: ObjectAssembler.Output, at moment: Timestamp, of claim: Claim) -> ObjectStep {
        let move = Move(generation: claim.generation, from: output.from, epoch: claim.epoch, to: output.progress)
        return ObjectStep(
            move: move, app: claim.cursor.app, records: output.records, rejects: output.rejects,
            writers: output.writers, receivedAt: moment, judgesAnew: output.from < claim.cursor.rewoundFrom)
    }

    /// Waits for the commit that is on its way, if there is one.
    /// - Returns: whether to go on.
    private func settle(_ lane: inout CommitLane, in turn: inout Turn) async throws(StoreError) -> Bool {
        guard let (output, outcome) = try await lane.end() else { return true }
        switch outcome {
        case .applied:
            note(output, in: &turn)
            return true
        case .writerMoved:
            // Another file of the same writer was committed at the same moment: begin again at the cursor.
            turn.end = .shareSpent
        case .refused, .appDeleted:
            turn.end = .lost
            observer.observe(.takenOver(turn.claim.cursor.source, turn.claim.cursor.object))
        }
        return false
    }

    private func maySeal(
        _ object: SourceObject, _ progress: CursorProgress, upTo end: Int64, at moment: Timestamp?
    ) -> Bool {
        // Reads that show less than the listing show an older state, whose end is not the object's.
        guard end >= object.size else { return false }
        if object.isFinal { return true }
        guard let day = object.day, let moment, end <= progress.sizeSeen else { return false }
        return SealRule.isDue(day: day, grownAt: progress.grownAt, grace: settings.sealGrace, at: moment)
    }

    /// The bytes in front of the cursor must be those that were taken, in the same answer as what follows them.
    private func checkOverlap(of chunk: ObjectChunk, with start: CursorProgress) throws {
        if chunk.size < start.position { throw Rewritten(reason: .truncated, size: chunk.size) }
        guard chunk.bytes.count >= start.tail.length else {
            throw SourceError(.unavailable, detail: "the answer ended before the cursor")
        }
        guard start.tail.matches(chunk.bytes.span.extracting(0..<start.tail.length)) else {
            throw Rewritten(reason: .rewritten, size: chunk.size)
        }
    }

    /// Whether bytes may lie hidden behind an object that was caught up with.
    private func mayHide(_ object: SourceObject, _ turn: Turn) async -> Bool {
        if turn.sawDamage { return true }
        let now = clock.now()
        let grownAt = turn.bytes > 0 ? now : turn.claim.cursor.progress.grownAt
        return await looks?.finds(behind: object, in: source, grownAt: grownAt, at: now) ?? false
    }

    /// Takes what an append that broke has pushed beyond the end that the place shows: acknowledged bytes may lie there.
    private func takeHidden(
        of object: SourceObject, into turn: inout Turn, scan: ScanSettings, progress: (CursorProgress) -> Void
    ) async {
        // A look that fails takes nothing away from what the turn brought; `verify` looks again.
        guard let hidden = try? await source.hiddenBytes(of: object), hidden > 0 else { return }
        observer.observe(.hiddenBytes(source.id, object.key, count: hidden))
        do {
            let kept = try await cursors.latest(in: source.id, of: [object.key])[object.key]
            guard let kept, kept.generation == turn.claim.generation, kept.epoch == turn.claim.epoch else { return }
            turn.claim = Claim(cursor: kept)
            try await takeTurn(object, into: &turn, scan: scan, behindEnd: true, progress: progress)
        } catch {
            turn.end = .failed(error)
        }
    }

    private func note(_ output: ObjectAssembler.Output, in turn: inout Turn) {
        let taken = TakenBytes(of: turn.claim.cursor, output)
        turn.bytes += taken.bytes
        turn.position = output.progress.position
        turn.sawDamage = turn.sawDamage || taken.rejects.keys.contains(where: \.mayComeOfBrokenAppend)
        turn.records += Int64(output.records.count)
        turn.untimed += Int64(output.records.flags.count { RecordFlags(rawValue: $0).contains(.timeOfReceipt) })
        // A line that is refused in several stretches is one reject.
        turn.rejects += output.account.rejects
        observer.observe(.committed(taken))
    }
}

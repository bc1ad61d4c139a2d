public import LogCursor
public import LogIngestion
public import LogModel

/// Turns text that is appended to a claimed object into commit steps, each going on where the last one ended.
public struct ObjectFeed: Sendable {
    private var assembler: ObjectAssembler
    private let generation: GenerationID
    private let app: AppID
    private let rewoundFrom: Int64

    /// The epoch that the steps carry; a test may set a stale one.
    public var epoch: Int64

    /// A feed of an object that nothing was taken of.
    public init(_ claim: Claim, maxLineBytes: Int = 1 << 16) {
        self.init(claim, from: CursorProgress(), overlap: [], maxLineBytes: maxLineBytes)
    }

    /// A feed that goes on at a progress.
    public init(_ claim: Claim, from progress: CursorProgress, overlap: [UInt8], maxLineBytes: Int = 1 << 16) {
        assembler = ObjectAssembler(
            from: progress, overlap: overlap, maxLineBytes: maxLineBytes, scanner: PortableScanner(),
            settings: ScanSettings())
        generation = claim.generation
        app = claim.cursor.app
        rewoundFrom = claim.cursor.rewoundFrom
        epoch = claim.epoch
    }

    /// What was taken so far.
    public var progress: CursorProgress { assembler.progress }

    /// The step that brings `text`.
    public mutating func step(_ text: String, isEnd: Bool = false, at moment: Timestamp = .sample) -> ObjectStep {
        step(Array(text.utf8), isEnd: isEnd, at: moment)
    }

    /// The step that brings `bytes`.
    public mutating func step(_ bytes: [UInt8], isEnd: Bool = false, at moment: Timestamp = .sample) -> ObjectStep {
        let output = assembler.take(bytes, isEnd: isEnd, at: moment)
        return ObjectStep(
            move: Move(generation: generation, from: output.from, epoch: epoch, to: output.progress), app: app,
            records: output.records, rejects: output.rejects, receivedAt: moment,
            judgesAnew: output.from < rewoundFrom)
    }
}

extension Timestamp {
    /// A moment for tests, with all nine digits: 2026-11-20T08:15:30.123456789Z.
    public static let sample = Timestamp(nanoseconds: 1_795_162_530_123_456_789)
}

import LogCursor
public import LogIngestion
public import LogModel

/// Replays rejects: puts the cursors of their objects back to before the first of them, so that the bytes are judged
/// again.
public struct RejectReplay: Sendable {
    private let rejects: any RejectReader
    private let rewinding: Rewinding

    /// Makes a replay.
    /// - Parameters:
    ///   - rejects: reads the rejects.
    ///   - rewinding: puts cursors back.
    public init(rejects: any RejectReader, rewinding: Rewinding) {
        self.rejects = rejects
        self.rewinding = rewinding
    }

    /// The choice of rejects; all given criteria must hold.
    public struct Choice: Sendable {
        /// The app; `nil` chooses all apps.
        public var app: AppID?
        /// The name of the objects; `nil` chooses all objects.
        public var object: ObjectKey?
        /// The reasons; an empty set chooses all reasons.
        public var reasons: Set<RejectReason> = []
        /// The numbers of the rejects; an empty set chooses all.
        public var numbers: Set<Int64> = []

        /// Chooses all rejects.
        public init() {}

        func includes(_ reject: StoredReject) -> Bool {
            (reasons.isEmpty || reasons.contains(reject.reason))
                && (numbers.isEmpty || numbers.contains(reject.number))
        }
    }

    /// An object with chosen rejects.
    public struct Candidate: Sendable, Hashable {
        /// Its source.
        public let source: SourceID
        /// The object.
        public let object: ObjectKey
        /// The generation of the object.
        public let generation: GenerationID
        /// The number of its chosen rejects.
        public internal(set) var count = 0
        /// The number of those that can never become records.
        public internal(set) var hopeless = 0
        /// The first of all its rejects that may become a record, meant or not.
        ///
        /// What lies between that and a later one is counted by what was judged then, so it is judged again as well.
        var first: First?

        /// A reject, and where it begins.
        struct First: Sendable, Hashable {
            let number: Int64
            let position: Int64
        }

        mutating func note(_ reject: StoredReject, isMeant: Bool) {
            let mayBecomeRecord = reject.reason.mayBecomeRecord
            if isMeant {
                count += 1
                if !mayBecomeRecord { hopeless += 1 }
            }
            guard mayBecomeRecord, reject.range.lower < first?.position ?? .max else { return }
            first = First(number: reject.number, position: reject.range.lower)
        }
    }

    /// The result of replaying the rejects of one object.
    public enum Outcome: Sendable, Hashable {
        /// The object will be read again from that byte on, which is before its first reject that may become a record.
        case willBeTakenAgain(from: Int64)
        /// Nothing has changed, as asked. The object would be read again from that byte on, or from the start of the
        /// batch that contains it.
        case wouldBeTakenAgain(from: Int64)
        /// Nothing has changed; the text says why.
        case refused(String)
        /// Nothing has changed, since the source does not answer. A later retry may succeed.
        case unreachable(String)

        /// The word for it in answers.
        public var word: String {
            switch self {
            case .willBeTakenAgain: "will_be_taken_again"
            case .wouldBeTakenAgain: "would_be_taken_again"
            case .refused: "left_alone"
            case .unreachable: "source_unavailable"
            }
        }
    }

    /// Finds the objects with chosen rejects, in ascending order of their generations.
    ///
    /// Rejects are read page by page. Memory grows with the number of objects, not of rejects.
    /// - Parameters:
    ///   - choice: the choice of rejects.
    ///   - last: objects up to this generation, inclusive, are left out; `nil` begins with the first.
    /// - Returns: the objects, each with the numbers of its chosen rejects.
    /// - Throws: ``StoreError`` when the store cannot be read.
    public func candidates(_ choice: Choice, after last: GenerationID? = nil) async throws -> [Candidate] {
        var found: [GenerationID: Candidate] = [:]
        var number: Int64?
        while true {
            let page = try await rejects.rejects(of: choice.app, after: number, limit: 1000)
            for reject in page {
                if let last, reject.generation.number <= last.number { continue }
                if let object = choice.object, reject.object != object { continue }
                let fresh = Candidate(source: reject.source, object: reject.object, generation: reject.generation)
                found[reject.generation, default: fresh].note(reject, isMeant: choice.includes(reject))
            }
            guard page.count == 1000 else { break }
            number = page.last?.number
        }
        return found.values.filter { $0.count > 0 }.sorted { $0.generation.number < $1.generation.number }
    }

    /// Puts the cursor of one object back, or predicts the result.
    ///
    /// An object whose source cannot be read is left unchanged, as one that changed is, so that other objects can still
    /// be replayed.
    /// - Parameters:
    ///   - candidate: the object.
    ///   - isDry: whether to change nothing; the source is then asked whether it has the object, and is not read.
    /// - Returns: the position from which the object is read again, or why it is not.
    /// - Throws: `CancellationError`; ``StoreError`` as ``Rewinding/rewind(_:to:orBefore:)`` does.
    public func replay(_ candidate: Candidate, isDry: Bool = false) async throws -> Outcome {
        guard candidate.count > candidate.hopeless, let first = candidate.first else {
            return .refused("these bytes were never one line of their writer; no limit makes them one")
        }
        // It may have been replayed and taken since it was found; to take it once more would be for nothing.
        guard try await rejects.reject(first.number) != nil else {
            return .refused("its rejects were judged again meanwhile")
        }
        do {
            if isDry { return try await foresee(candidate, from: first.position) }
            switch try await rewinding.rewind(candidate.generation, to: first.position, orBefore: true) {
            case .rewound(_, let to): return .willBeTakenAgain(from: to)
            // Replayed before, and its bytes were not read since.
            case .alreadyThere(let place): return .willBeTakenAgain(from: place)
            case .refused(let words): return .refused(words)
            }
        } catch let error as SourceError {
            switch error.reason {
            case .unavailable, .late, .throttled: return .unreachable(error.detail)
            case .unauthenticated, .forbidden, .gone, .rejected: return .refused(error.detail)
            }
        } catch let error as AuditError {
            return .refused(error.description)
        }
    }

    /// What would come of an object, as far as is known without reading it.
    private func foresee(_ candidate: Candidate, from position: Int64) async throws -> Outcome {
        let cursor: Cursor
        do {
            cursor = try await rewinding.cursor(of: candidate.generation)
            try await rewinding.place(of: cursor).demandObject()
        } catch let refusal as Rewinding.Refusal {
            return .refused(refusal.words)
        }
        // One that was put back already waits there to be taken again.
        return .wouldBeTakenAgain(from: min(position, cursor.progress.position))
    }
}

public import LogIngestion
public import LogModel

/// Lets refused bytes be judged anew: the cursors of their objects are put back to before the first of them.
public struct RejectReplay: Sendable {
    let rejects: any RejectReader
    let rewinding: Rewinding

    /// Which rejects are meant.
    public struct Choice: Sendable {
        /// Those of one app, or of all.
        public var app: AppID?
        /// Those of these reasons, or of any.
        public var reasons: Set<RejectReason> = []
        /// Those of these numbers, or all.
        public var numbers: Set<Int64> = []

        /// All rejects.
        public init() {}

        func includes(_ reject: StoredReject) -> Bool {
            (reasons.isEmpty || reasons.contains(reject.reason))
                && (numbers.isEmpty || numbers.contains(reject.number))
        }
    }

    /// An object with rejects that are meant.
    public struct Candidate: Sendable, Hashable {
        /// Its source.
        public let source: SourceID
        /// The object.
        public let object: ObjectKey
        /// Which generation of it.
        public let generation: GenerationID
        /// How many of its rejects are meant.
        public var count = 0
        /// How many of those can never be records.
        public var hopeless = 0
    }

    /// What came of one object.
    public enum Outcome: Sendable, Hashable {
        /// The object is taken again from there on; the first reject of it that may become a record is behind it.
        case willBeTakenAgain(from: Int64)
        /// Nothing was changed; the words say why.
        case refused(String)
    }

    /// The objects with rejects that are meant, in the order of their generations.
    /// - Throws: when the store cannot be read.
    public func candidates(_ choice: Choice) async throws -> [Candidate] {
        var found: [GenerationID: Candidate] = [:]
        var last: Int64?
        while true {
            let page = try await rejects.rejects(of: choice.app, after: last, limit: 1000)
            for reject in page where choice.includes(reject) {
                let fresh = Candidate(source: reject.source, object: reject.object, generation: reject.generation)
                found[reject.generation, default: fresh].count += 1
                if !reject.reason.mayBecomeRecord { found[reject.generation]?.hopeless += 1 }
            }
            guard page.count == 1000 else { break }
            last = page.last?.number
        }
        return found.values.sorted { $0.generation.number < $1.generation.number }
    }

    /// Where an object would be taken again from: its first reject that may become a record, whatever was meant.
    ///
    /// What lies between that and a later one is counted by what was judged then, so it is judged again as well.
    /// - Throws: when the store cannot be read.
    public func start(of candidate: Candidate) async throws -> Int64? {
        guard candidate.count > candidate.hopeless else { return nil }
        var first: Int64?
        for reason in RejectReason.allCases where reason.mayBecomeRecord {
            let found = try await rejects.rejects(of: candidate.generation, because: reason).first
            first = [first, found?.range.lower].compactMap { $0 }.min()
        }
        return first
    }

    /// Puts one object's cursor back.
    /// - Throws: when the store or the source cannot be read.
    public func replay(_ candidate: Candidate) async throws -> Outcome {
        guard let start = try await start(of: candidate) else {
            return .refused("these bytes were never one line of their writer; no limit makes them one")
        }
        switch try await rewinding.rewind(candidate.generation, to: start, orBefore: true) {
        case .rewound(_, let to): return .willBeTakenAgain(from: to)
        case .alreadyThere: return .willBeTakenAgain(from: start)
        case .refused(let words): return .refused(words)
        }
    }
}

import LogCursor
import LogModel

/// How far a tail has come, in a form that callers hand back as they got it.
///
/// It holds the position in each generation that moved last, up to ``limit`` of them, and of all others one sum:
/// whether any of them has moved since can be told, where it was then cannot. So what is held is bounded, and a tail
/// that cannot go on exactly says so instead of guessing. No number or time decides what was seen: the highest number
/// in `rest` says only which generations to add up, and a wrong sum is found out.
struct TailPosition: Hashable {
    /// A digest of the question.
    var question: UInt64
    /// When the question was first asked; its ages count back from then.
    var askedAt: Timestamp
    /// Positions in generations.
    var listed: [GenerationID: Int64]
    /// All generations that are not listed.
    var rest: Sum

    /// How many generations are listed at most; each takes at most 18 bytes, so that a text has less than 10 KiB.
    static let limit = 400

    private static let version: UInt8 = 1

    /// Generations and the positions in them, added up.
    struct Sum: Hashable {
        private(set) var count: UInt64 = 0
        private(set) var highest: Int64 = 0
        private(set) var digest: UInt64 = 0

        mutating func add(_ generation: GenerationID, _ position: Int64) {
            count += 1
            highest = max(highest, generation.number)
            var writer = PositionWriter()
            writer.add(fixed: UInt64(bitPattern: generation.number))
            writer.add(fixed: UInt64(bitPattern: position))
            // Added up, not chained: the order does not matter.
            digest &+= XXH64.value(of: writer.bytes.span)
        }
    }

    /// Puts a position together from how far each generation was shown.
    /// - Parameters:
    ///   - positions: how far each generation was shown.
    ///   - moves: when each generation last moved; those that moved last are listed.
    ///   - question: a digest of the question.
    ///   - askedAt: when it was first asked.
    init(
        _ positions: [GenerationID: Int64], moves: [GenerationID: Timestamp], question: UInt64, askedAt: Timestamp
    ) {
        self.question = question
        self.askedAt = askedAt
        rest = Sum()
        guard positions.count > TailPosition.limit else {
            listed = positions
            return
        }
        listed = [:]
        let latestFirst = positions.sorted {
            (moves[$0.key] ?? .epoch, $0.key) > (moves[$1.key] ?? .epoch, $1.key)
        }
        for (index, (generation, position)) in latestFirst.enumerated() {
            if index < TailPosition.limit { listed[generation] = position } else { rest.add(generation, position) }
        }
    }

    /// The positions to go on from, now that the cursors are these.
    /// - Throws: ``LogQueryError`` `.positionLost` when a generation that is not listed has moved.
    func positions(among cursors: [Cursor]) throws(LogQueryError) -> [GenerationID: Int64] {
        guard rest.count > 0 else { return listed }
        var positions = listed
        var sum = Sum()
        for cursor in cursors where listed[cursor.generation] == nil && cursor.generation.number <= rest.highest {
            sum.add(cursor.generation, cursor.progress.position)
            positions[cursor.generation] = cursor.progress.position
        }
        guard sum == rest else { throw .positionLost }
        return positions
    }

    // MARK: - As a text

    func text(signer: any PositionSigner) -> String {
        var writer = PositionWriter()
        writer.add(byte: TailPosition.version)
        writer.add(fixed: question)
        writer.add(fixed: UInt64(bitPattern: askedAt.nanoseconds))
        writer.add(short: rest.count)
        writer.add(fixed: UInt64(bitPattern: rest.highest))
        writer.add(fixed: rest.digest)
        // Numbers of generations lie close together, so that their distances are short.
        var before: Int64 = 0
        for (generation, position) in listed.sorted(by: { $0.key < $1.key }) {
            writer.add(short: UInt64(bitPattern: generation.number &- before))
            writer.add(short: UInt64(bitPattern: position))
            before = generation.number
        }
        return signer.sealed(writer.bytes)
    }

    /// Reads a position; `nil` when it is none of ours.
    init?(_ text: String, signer: any PositionSigner) {
        guard let bytes = signer.opened(text) else { return nil }
        var reader = PositionReader(bytes)
        guard reader.byte() == TailPosition.version, let question = reader.fixed(), let askedAt = reader.fixed(),
            let rest = Sum(&reader)
        else { return nil }
        self.question = question
        self.askedAt = Timestamp(nanoseconds: Int64(bitPattern: askedAt))
        self.rest = rest
        listed = [:]
        var before: Int64 = 0
        while !reader.isAtEnd {
            guard let distance = reader.short(), let position = reader.short() else { return nil }
            before &+= Int64(bitPattern: distance)
            listed[GenerationID(before)] = Int64(bitPattern: position)
        }
    }
}

extension TailPosition.Sum {
    fileprivate init?(_ reader: inout PositionReader) {
        guard let count = reader.short(), let highest = reader.fixed(), let digest = reader.fixed() else { return nil }
        self.count = count
        self.highest = Int64(bitPattern: highest)
        self.digest = digest
    }
}

import LogModel

/// What contenders for one lock saw, and whether it can be: knows nothing of how the lock works.
struct LockHistory: Sendable {
    /// One grant as its holder saw it; all times are of one clock that never steps.
    struct Holding: Sendable {
        /// Who held.
        let contender: Int
        /// When it asked.
        let asked: Duration
        /// When it was told that it has the lock.
        let began: Duration
        /// Until when it was entitled to believe so.
        let validUntil: Duration
        /// When it began to give the lock back; `nil` when it never did.
        let gaveBack: Duration?
        /// The fence of the grant.
        let fence: Int64

        /// Until when it may have acted as the holder.
        var ended: Duration { min(validUntil, gaveBack ?? validUntil) }
    }

    /// What cannot be.
    enum Fault: Equatable, CustomStringConvertible {
        /// Both held at once.
        case overlap(Int, Int, by: Duration)
        /// A later grant has a fence that is not higher.
        case fence(Int64, then: Int64)

        var description: String {
            switch self {
            case .overlap(let one, let other, let time):
                "contenders \(one) and \(other) held the lock at once for \(time)"
            case .fence(let one, let other): "fence \(one) was followed by \(other)"
            }
        }
    }

    var holdings: [Holding] = []

    /// Everything that cannot be.
    func faults() -> [Fault] {
        var faults: [Fault] = []
        let ordered = holdings.filter { $0.began < $0.ended }.sorted { $0.began < $1.began }
        // The holding of those so far that ends last: one that lasts may overlap many.
        var longest: Holding?
        for holding in ordered {
            if let longest, holding.began < longest.ended {
                let overlap = min(longest.ended, holding.ended) - holding.began
                faults.append(.overlap(longest.contender, holding.contender, by: overlap))
            }
            if longest.map({ holding.ended > $0.ended }) ?? true { longest = holding }
        }
        // Grants that did not overlap even as attempts have an order that nobody can doubt.
        let attempts = holdings.sorted { $0.asked < $1.asked }
        let ends = holdings.sorted { $0.began < $1.began }
        var highest: Int64?
        var next = 0
        for attempt in attempts {
            while next < ends.count, ends[next].began < attempt.asked {
                highest = max(highest ?? .min, ends[next].fence)
                next += 1
            }
            if let highest, attempt.fence <= highest { faults.append(.fence(highest, then: attempt.fence)) }
        }
        return faults
    }
}

import LogModel

/// What all nodes together say to a claim.
enum RedlockVote: Equatable {
    /// A quorum granted the lock. `isFirm` says that a quorum counted exactly this fence, so that the next one is
    /// higher.
    case granted(fence: Int64, isFirm: Bool)
    /// Another holder has a quorum.
    case held(by: OwnerID, remaining: Duration)
    /// No claim has a quorum, and one could have it: the caller retries. The holder is the strongest of the others, if
    /// there is one.
    case split(OwnerID?, remaining: Duration)
    /// Too few nodes answer for a quorum.
    case unavailable

    /// Counts the answers of all nodes, those that failed as `nil`.
    init(_ answers: [LockNodeAnswer?], quorum: Int) {
        var fences: [Int64] = []
        var holders: [OwnerID: (votes: Int, remaining: Duration)] = [:]
        for answer in answers {
            switch answer {
            case .granted(let fence): fences.append(fence)
            case .held(let holder, let remaining):
                let known = holders[holder] ?? (0, .zero)
                holders[holder] = (known.votes + 1, max(known.remaining, remaining))
            case nil: break
            }
        }
        let strongest = holders.max { ($0.value.votes, $1.key.text) < ($1.value.votes, $0.key.text) }
        if let fence = fences.max(), fences.count >= quorum {
            self = .granted(fence: fence, isFirm: fences.count { $0 == fence } >= quorum)
        } else if let strongest, strongest.value.votes >= quorum {
            self = .held(by: strongest.key, remaining: strongest.value.remaining)
        } else if answers.count(where: { $0 != nil }) < quorum {
            self = .unavailable
        } else {
            self = .split(strongest?.key, remaining: strongest?.value.remaining ?? .zero)
        }
    }

    /// What the answers of all nodes to a question with yes or no come to: `nil` when too many failed to tell.
    static func agreed(_ answers: [Bool?], quorum: Int) -> Bool? {
        if answers.count(where: { $0 == true }) >= quorum { return true }
        // A quorum of yes is out of reach, whatever the silent ones would say.
        if answers.count(where: { $0 == false }) > answers.count - quorum { return false }
        return nil
    }
}

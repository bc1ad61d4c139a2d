import LogCursor
import LogModel

/// The claims that a process works on now, so that they are prolonged together.
///
/// Losing one is no danger: its next commit is refused. Prolonging spares the work that would be done twice.
actor ActiveClaims {
    private let cursors: any CursorStore
    private let lease: Duration
    private var claims: [GenerationID: Claim] = [:]

    init(cursors: any CursorStore, lease: Duration) {
        self.cursors = cursors
        self.lease = lease
    }

    /// The shortest wait between two prolongations, so that a lease of next to nothing does not spin.
    private static let shortestWait: Duration = .milliseconds(10)

    func add(_ added: [Claim]) {
        for claim in added { claims[claim.generation] = claim }
    }

    func remove(_ claim: Claim) { claims[claim.generation] = nil }

    /// Prolongs all claims each third of the lease, until the task is cancelled.
    func keepAlive(with clock: any Clock<Duration>) async {
        while (try? await clock.sleep(for: max(lease / 3, ActiveClaims.shortestWait))) != nil {
            guard !claims.isEmpty else { continue }
            // An unreachable store is no reason to stop: the work itself will meet it.
            let sent = claims
            let lost = (try? await cursors.extend(Array(sent.values), for: lease)) ?? []
            // What was claimed anew meanwhile is another claim.
            for generation in lost where claims[generation]?.epoch == sent[generation]?.epoch {
                claims[generation] = nil
            }
        }
    }
}

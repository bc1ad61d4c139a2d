import LogModel

/// Decides when to call init, and which credential holds.
///
/// Nothing is asked for before the first batch is there. One call is under way at a time, and a failed one is
/// forgotten: the next may be made after a wait. A credential is renewed when nine tenths of its life are over; while
/// that fails, the old one is used to its end.
struct InitState {
    /// What to do for a credential.
    enum Step {
        case use(Credential)
        case call(InitRequest)
        case wait(until: Duration)
    }

    private var instanceID: String
    private var prefix: String?
    private var credential: Credential?
    private var renewAt: Duration?
    private var endsAt: Duration?
    private var retryAt: Duration?
    private var backoff: Backoff
    private(set) var isCalling = false

    init(instanceID: String, backoff: BackoffSettings) {
        self.instanceID = instanceID
        self.backoff = Backoff(settings: backoff)
    }

    /// What to do now.
    mutating func step(now: Duration) -> Step {
        if let endsAt, now >= endsAt { forgetCredential() }
        let isDue = credential == nil || renewAt.map { now >= $0 } == true
        if isDue, !isCalling, retryAt.map({ now >= $0 }) != false {
            isCalling = true
            return .call(InitRequest(instanceID: instanceID, filePrefix: prefix))
        }
        if let credential { return .use(credential) }
        return .wait(until: retryAt ?? now)
    }

    /// Takes a credential; `wall` is the time of day at `now`.
    mutating func succeeded(_ fresh: Credential, now: Duration, wall: Timestamp) {
        isCalling = false
        retryAt = nil
        backoff.succeeded()
        credential = fresh
        prefix = fresh.filePrefix
        renewAt = nil
        endsAt = nil
        // A life that seems over on arrival says that the clocks differ; then the store's 401 is what counts.
        if let expiresAt = fresh.expiresAt, expiresAt > wall {
            let life = expiresAt.since(wall)
            renewAt = now + life * 9 / 10
            endsAt = now + life
        }
    }

    /// Notes a failed call and tells how long to wait.
    mutating func failed(now: Duration, retryAfter: Duration?, entropy: any Entropy) -> Duration {
        isCalling = false
        let wait = backoff.failed(retryAfter: retryAfter, entropy: entropy)
        retryAt = now + wait
        return wait
    }

    /// Forgets a credential that the store did not accept.
    mutating func invalidate() { forgetCredential() }

    /// Becomes another instance, whose prefix nobody has used.
    mutating func becomeInstance(_ id: String) {
        guard id != instanceID else { return }
        instanceID = id
        prefix = nil
        forgetCredential()
    }

    private mutating func forgetCredential() {
        credential = nil
        renewAt = nil
        endsAt = nil
    }
}

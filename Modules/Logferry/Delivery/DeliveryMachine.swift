import LogModel

/// Decides what is sent next, and what an answer means: the whole of delivery without any input or output.
///
/// Batches go one at a time and in order, so a file has one append in flight and a writer's numbers rise. Each call of
/// ``next(now:)`` gives one action; its outcome comes back through one of the functions that begin with `init` or
/// `upload`, which tell what became of it.
struct DeliveryMachine {
    /// What to do next.
    enum Action {
        /// Call init.
        case initialise(InitRequest)
        /// Upload this batch to this file with this credential.
        case upload(BatchTicket, file: String, appends: Bool, Credential)
        /// Do nothing before this moment, or before there is a batch.
        case wait(until: Duration?)
    }

    /// What an outcome led to.
    enum Effect: Hashable {
        case delivered(BatchTicket, file: String)
        case dropped(BatchTicket, DropReason)
        case failed(ShipperFailure, retryIn: Duration)
        case segmentModeBegan
        /// Put the halves in the batch's place, through ``DeliveryMachine/replace(_:with:)``.
        case split(BatchTicket)
    }

    private struct Attempt {
        let ticket: BatchTicket
        let file: String
    }

    private let refusalLimit: Int
    private let processID: String
    private let entropy: any Entropy
    private var queue: [BatchTicket] = []
    private var attempt: Attempt?
    private var notBefore: Duration?
    private var initState: InitState
    private var backoff: Backoff
    private(set) var rotation: FileRotation
    /// How often in a row the credential was refused, and the batch.
    private var credentialRefusals = 0
    private var batchRefusals = 0
    /// Batches that a file may hold already, so that their lines must not come under another number.
    private var uncertain: Set<BatchID> = []

    /// A machine before its first batch; `processID` is a name that no other process has, `begin` the time of day.
    init(settings: ShipperSettings, processID: String, begin: Timestamp, entropy: any Entropy) {
        refusalLimit = settings.refusalLimit
        self.processID = processID
        self.entropy = entropy
        initState = InitState(instanceID: settings.instanceID ?? processID, backoff: settings.backoff)
        backoff = Backoff(settings: settings.backoff)
        rotation = FileRotation(
            appendsPerFile: settings.appendsPerFile, after: settings.instanceID == nil ? nil : begin)
    }

    /// Sealed batches that are not settled.
    var pending: [BatchTicket] { queue }
    /// The batch whose outcome is being waited for.
    var inFlight: BatchTicket? { attempt?.ticket }

    /// Puts a sealed batch at the end.
    mutating func enqueue(_ ticket: BatchTicket) { queue.append(ticket) }

    /// What to do now.
    mutating func next(now: Duration) -> Action {
        guard let first = queue.first, attempt == nil, !initState.isCalling else { return .wait(until: nil) }
        if let notBefore, now < notBefore { return .wait(until: notBefore) }
        notBefore = nil
        switch initState.step(now: now) {
        case .call(let request): return .initialise(request)
        case .wait(let until): return .wait(until: until)
        case .use(let credential):
            let file = rotation.file(for: first.day, prefix: credential.filePrefix)
            attempt = Attempt(ticket: first, file: file)
            return .upload(first, file: file, appends: rotation.mode == .append, credential)
        }
    }

    // MARK: - Init

    /// Init gave a credential.
    mutating func initSucceeded(_ credential: Credential, now: Duration, wall: Timestamp) {
        initState.succeeded(credential, now: now, wall: wall)
    }

    /// Init failed.
    mutating func initFailed(_ status: Int?, reason: String, retryAfter: Duration?, now: Duration) -> [Effect] {
        let wait = initState.failed(now: now, retryAfter: retryAfter, entropy: entropy)
        return [.failed(ShipperFailure(step: .initialise, status: status, reason: reason), retryIn: wait)]
    }

    // MARK: - Uploads

    /// The store answered.
    mutating func uploadAnswered(_ response: SdkResponse, now: Duration, wall: Timestamp) -> [Effect] {
        settle(UploadVerdict(response, now: wall), status: response.status, now: now) { verdict in
            verdict.words(errorName(response.body))
        }
    }

    /// The store did not answer.
    mutating func uploadFailed(_ error: SdkTransportError, now: Duration) -> [Effect] {
        settle(error.mayHaveArrived ? .unknown : .later(nil), status: nil, now: now) { _ in error.description }
    }

    /// The batch in flight cannot be sent at all, since its lines are gone.
    mutating func uploadImpossible() -> [Effect] {
        guard let attempt else { return [] }
        return finish(attempt, .dropped(attempt.ticket, .damaged))
    }

    /// Puts the halves of a batch in its place.
    mutating func replace(_ ticket: BatchTicket, with halves: [BatchTicket]) {
        guard let index = queue.firstIndex(of: ticket) else { return }
        queue.replaceSubrange(index...index, with: halves)
    }

    /// Drops a batch that is not in flight, to make room; gives `nil` when there is none.
    mutating func dropOldestWaiting(where isOf: (BatchTicket) -> Bool) -> BatchTicket? {
        guard let index = queue.firstIndex(where: { $0 != attempt?.ticket && isOf($0) }) else { return nil }
        let ticket = queue.remove(at: index)
        uncertain.remove(ticket.id)
        return ticket
    }

    private mutating func settle(
        _ verdict: UploadVerdict, status: Int?, now: Duration, words: (UploadVerdict) -> String
    ) -> [Effect] {
        guard let attempt else { return [] }
        let failure = ShipperFailure(step: .upload, status: status, reason: words(verdict))
        switch verdict {
        case .stored:
            return finish(attempt, .delivered(attempt.ticket, file: attempt.file))
        case .unknown:
            uncertain.insert(attempt.ticket.id)
            rotation.outcomeUnknown(on: attempt.ticket.day)
            return retry(failure, after: nil, now: now)
        case .later(let wait):
            return retry(failure, after: wait, now: now)
        case .cannotAppend:
            return beginSegments(failure, now: now)
        case .credentialGone:
            initState.invalidate()
            credentialRefusals += 1
            guard credentialRefusals > 1 else {
                self.attempt = nil
                return [.failed(failure, retryIn: .zero)]
            }
            return retry(failure, after: nil, now: now)
        case .tooLarge where uncertain.contains(attempt.ticket.id):
            // Halves have numbers of their own, so the whole and its halves would both count.
            return refuse(attempt, failure, now: now)
        case .tooLarge:
            guard attempt.ticket.lines > 1 else { return finish(attempt, .dropped(attempt.ticket, .lineTooLong)) }
            self.attempt = nil
            return [.split(attempt.ticket)]
        case .refused:
            return refuse(attempt, failure, now: now)
        }
    }

    private mutating func refuse(_ attempt: Attempt, _ failure: ShipperFailure, now: Duration) -> [Effect] {
        batchRefusals += 1
        guard batchRefusals < refusalLimit else {
            return [.failed(failure, retryIn: .zero)] + finish(attempt, .dropped(attempt.ticket, .refused))
        }
        return retry(failure, after: nil, now: now)
    }

    /// The same batch goes into a file of its own at once; that a store refuses even this is an ordinary refusal.
    ///
    /// The names of segments are counted from 1, so their prefix must be this process's own.
    private mutating func beginSegments(_ failure: ShipperFailure, now: Duration) -> [Effect] {
        guard rotation.mode == .append else { return retry(failure, after: nil, now: now) }
        rotation.beginSegments()
        initState.becomeInstance(processID)
        attempt = nil
        return [.segmentModeBegan]
    }

    private mutating func retry(_ failure: ShipperFailure, after wait: Duration?, now: Duration) -> [Effect] {
        attempt = nil
        let pause = backoff.failed(retryAfter: wait, entropy: entropy)
        notBefore = now + pause
        return [.failed(failure, retryIn: pause)]
    }

    private mutating func finish(_ done: Attempt, _ effect: Effect) -> [Effect] {
        attempt = nil
        queue.removeFirst()
        uncertain.remove(done.ticket.id)
        batchRefusals = 0
        if case .delivered = effect {
            credentialRefusals = 0
            backoff.succeeded()
        }
        return [effect]
    }
}

extension UploadVerdict {
    /// The verdict in words that hold nothing from outside but a known error's name.
    fileprivate func words(_ name: String?) -> String {
        let known = [
            "ServerError", "FileNotWritableError", "PermissionDeniedError", "InvalidCredentialsError",
            "CredentialsExpiredError", "NotFoundError", "UsageLimitExceededError", "ValidationError",
            "InvalidRequestError", "UnsupportedOperationError", "ResourceLockedError", "RateLimitError",
        ]
        let suffix = name.flatMap { known.contains($0) ? " (\($0))" : nil } ?? ""
        switch self {
        case .stored: return "stored" + suffix
        case .unknown: return "nobody knows whether the batch is stored; it goes on in the next file" + suffix
        case .later: return "the store asks to come back later" + suffix
        case .cannotAppend: return "the store cannot append" + suffix
        case .credentialGone: return "the store does not accept the credential or misses the folder" + suffix
        case .tooLarge: return "the batch is too large" + suffix
        case .refused: return "the store calls the request wrong" + suffix
        }
    }
}

import LogModel

/// The background of a ``LogShipper``: does what ``DeliveryMachine`` decides.
///
/// Two loops run in it. One sends; it alone talks to the transport. The other, if there is a disk buffer, keeps
/// batches as they become due, so that a request that hangs does not hold lines in memory.
actor ShippingLoop {
    /// The outside world.
    struct Ports {
        let transport: any SdkTransport
        let buffer: any BufferGuard
        let time: ShipperTime
        let wallClock: any WallClock
        let entropy: any Entropy
        let journal: (any BatchJournal)?
        let observer: (any ShipperObserver)?
    }

    /// What is known of a batch that is not settled.
    struct Held {
        /// The run it was made of; none for a batch of an earlier process.
        var run: Int?
        /// The lines; none while they are on disk alone.
        var batch: Batch?
        /// Whether its lines still count in the buffer.
        var isInBuffer: Bool
        /// The batch of which it is a half.
        var parent: BatchID?
    }

    enum Loop: Hashable {
        case sender, keeper
    }

    let settings: ShipperSettings
    let ports: Ports
    var machine: DeliveryMachine
    var held: [BatchID: Held] = [:]
    /// Halves that are not settled, by the batch that was split.
    var halvesLeft: [BatchID: Int] = [:]
    /// Names for batches that are in memory alone.
    let memoryWriter: String
    var memorySeq: UInt64 = 1
    /// Names for batches that the journal keeps.
    var journalWriter: String?
    var journalSeq: UInt64 = 1
    /// Lines on disk that are not settled.
    var keptLines = 0
    /// The run between the buffer and the journal.
    var runBeingKept: LineRun?
    var isStopped = false
    private var delivered = 0
    private var restored = 0
    private var dropped: [DropReason: Int] = [:]
    private var lastFailure: ShipperFailure?
    private var doorbells: [Loop: Doorbell] = [.sender: Doorbell(), .keeper: Doorbell()]
    var waiters = ShipperWaiters()

    init(settings: ShipperSettings, ports: Ports) {
        self.settings = settings
        self.ports = ports
        let begin = ports.wallClock.now()
        memoryWriter = ULID.mint(at: begin, from: ports.entropy)
        machine = DeliveryMachine(settings: settings, processID: memoryWriter, begin: begin, entropy: ports.entropy)
    }

    // MARK: - The loops

    /// Works until the shutdown, or until the shipper is let go of, which ends `signals`.
    func run(_ signals: AsyncStream<Void>) async {
        await openJournal()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.listen(signals) }
            if journalWriter != nil { group.addTask { await self.keepRuns() } }
            await send()
            group.cancelAll()
        }
    }

    private func listen(_ signals: AsyncStream<Void>) async {
        for await _ in signals { ringAll() }
        guard !isStopped, !Task.isCancelled else { return }
        await shutdown(within: settings.releaseGracePeriod)
    }

    private func send() async {
        while !isStopped {
            reportDrops()
            if journalWriter == nil { sealWhenIdle() }
            settleFlushes()
            switch machine.next(now: ports.time.now()) {
            case .initialise(let request): await initialise(request)
            case .upload(let ticket, let file, let appends, let credential):
                await upload(ticket, file: file, appends: appends, credential)
            case .wait(let until): await pause(.sender, until: until ?? nextSeal())
            }
        }
    }

    /// Without a journal a batch is sealed when the one before is settled, so that drops hit lines, not batches.
    private func sealWhenIdle() {
        let now = ports.time.now()
        guard machine.pending.isEmpty, let run = ports.buffer.withBuffer({ $0.takeDue(now: now) }) else { return }
        sealInMemory(run)
    }

    /// When the sender has to look at the buffer again, if nobody rings.
    private func nextSeal() -> Duration? {
        journalWriter == nil && machine.pending.isEmpty ? ports.buffer.withBuffer { $0.nextDue } : nil
    }

    func sealInMemory(_ run: LineRun) {
        let batch = Batch(
            id: BatchID(writer: memoryWriter, seq: memorySeq), day: run.day, lines: run.lines, body: run.body)
        memorySeq += 1
        held[batch.ticket.id] = Held(run: run.id, batch: batch, isInBuffer: true)
        machine.enqueue(batch.ticket)
    }

    // MARK: - Exchanges

    private func initialise(_ request: InitRequest) async {
        do {
            let response = try await ports.transport.send(request.request(to: settings))
            let wall = ports.wallClock.now()
            if (200..<300).contains(response.status), let credential = Credential(answer: response.body) {
                machine.initSucceeded(credential, now: ports.time.now(), wall: wall)
                observe(.initialised(filePrefix: credential.filePrefix, appID: credential.appID))
                return
            }
            let isRefusal = response.status == 401 || response.status == 403
            let reason = isRefusal ? "the client token is not accepted" : "the answer holds no credential"
            let wait = retryAfter(response.header("Retry-After"), now: wall)
            await apply(
                machine.initFailed(response.status, reason: reason, retryAfter: wait, now: ports.time.now()))
        } catch {
            await apply(
                machine.initFailed(nil, reason: error.description, retryAfter: nil, now: ports.time.now()))
        }
    }

    private func upload(_ ticket: BatchTicket, file: String, appends: Bool, _ credential: Credential) async {
        guard let batch = await batch(for: ticket) else { return await apply(machine.uploadImpossible()) }
        let session = ULID.mint(at: ports.wallClock.now(), from: ports.entropy)
        let boundary = "logferry-" + ULID.mint(at: ports.wallClock.now(), from: ports.entropy)
        let request = UploadRequest(batch: batch, file: file, appends: appends).request(
            credential, session: session, boundary: boundary, timeout: settings.requestTimeout)
        let effects: [DeliveryMachine.Effect]
        do {
            let response = try await ports.transport.send(request)
            effects = machine.uploadAnswered(response, now: ports.time.now(), wall: ports.wallClock.now())
        } catch {
            effects = machine.uploadFailed(error, now: ports.time.now())
        }
        guard !isStopped else { return }
        await apply(effects, batch: batch)
    }

    private func batch(for ticket: BatchTicket) async -> Batch? {
        if let batch = held[ticket.id]?.batch { return batch }
        do {
            guard let body = try await ports.journal?.lines(of: ticket.id), body.count == ticket.bytes else {
                return nil
            }
            return Batch(id: ticket.id, day: ticket.day, lines: ticket.lines, body: body)
        } catch {
            observe(.journalFailed(error.description))
            return nil
        }
    }

    private func apply(_ effects: [DeliveryMachine.Effect], batch: Batch? = nil) async {
        for effect in effects {
            switch effect {
            case .delivered(let ticket, let file):
                delivered += ticket.lines
                observe(.delivered(batch: ticket.id, file: file, lines: ticket.lines, bytes: ticket.bytes))
                await settle(ticket)
            case .dropped(let ticket, let reason):
                count(reason, ticket.lines)
                await settle(ticket)
            case .failed(let failure, let wait):
                lastFailure = failure
                observe(.failed(failure, retryIn: wait))
            case .segmentModeBegan:
                observe(.segmentModeBegan)
            case .split(let ticket):
                if let batch { split(ticket, batch) }
            }
        }
    }

    // MARK: - Counts

    func observe(_ event: ShipperEvent) { ports.observer?.observe(event) }

    func count(_ reason: DropReason, _ lines: Int) {
        guard lines > 0 else { return }
        dropped[reason, default: 0] += lines
        observe(.dropped(reason: reason, lines: lines))
    }

    func countRestored(_ lines: Int) { restored += lines }

    func reportDrops() {
        for (reason, lines) in ports.buffer.withBuffer({ $0.takeUnreportedDrops() }) { count(reason, lines) }
    }

    func statistics() -> ShipperStatistics {
        let (accepted, inMemory, unreported) = ports.buffer.withBuffer { buffer in
            (buffer.accepted, buffer.lines, buffer.takeUnreportedDrops())
        }
        for (reason, lines) in unreported { count(reason, lines) }
        return ShipperStatistics(
            accepted: accepted, restored: restored, delivered: delivered, dropped: dropped,
            pending: inMemory + keptLines, keptOnDisk: keptLines, lastFailure: lastFailure)
    }

    // MARK: - Sleep

    func ring(_ loop: Loop) { doorbells[loop]?.ring() }

    func ringAll() {
        ring(.sender)
        ring(.keeper)
    }

    func pause(_ loop: Loop, until deadline: Duration?) async {
        guard !isStopped, doorbells[loop]?.answer() != true else { return }
        let timer = deadline.map { deadline in
            Task {
                guard (try? await ports.time.sleep(deadline)) != nil else { return }
                ring(loop)
            }
        }
        await withCheckedContinuation { doorbells[loop]?.sleep($0) }
        timer?.cancel()
    }
}

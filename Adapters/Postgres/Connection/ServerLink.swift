import CPostgres
import Glibc
import HostLookup
import StoreSupport

/// The socket of one connection: every wait for it has an end and can be interrupted.
///
/// libpq is used in its non-blocking form alone, save for requests to cancel, which have threads of their own.
@safe final class ServerLink {
    let raw: OpaquePointer
    let limits: PostgresLimits
    /// Which server it is.
    let place: ServerPlace
    private let silences: SilentPlaces
    private let interrupter: Interrupter
    private let call: CallState
    /// How long the server may take for one answer.
    var patience: Duration = .seconds(30)
    /// How long the answer to a small question took, when the connection was made or a transaction begun: what counts as
    /// silence on a link that is slow follows from it.
    private var roundTrip: Duration = .zero
    /// Whether interrupting must wait: what goes on may not be left halfway.
    var isShielded = false
    private var isInterrupted = false
    /// Whether what was sent last has no answer that could still be waited for.
    private var isDropped = false
    /// The request to cancel that was sent since the last piece of work.
    private var cancel: CancelRequest?
    private var what = ""
    private var start: ContinuousClock.Instant = .now
    private var end: ContinuousClock.Instant = .now
    private var callEnd: ContinuousClock.Instant?

    /// Connects.
    /// - Throws: ``PostgresError``; the message names host and port, never the password.
    init(
        _ target: ConnectionTarget, interrupter: Interrupter, watch: CallWatch, call: CallState
    ) throws(PostgresError) {
        let connector = ServerConnector(target, interrupter: interrupter, watch: watch, call: call)
        let made = unsafe try connector.connect()
        unsafe raw = made.raw
        place = unsafe made.place
        silences = target.silences
        limits = watch.limits
        self.interrupter = interrupter
        self.call = call
    }

    deinit { unsafe PQfinish(raw) }

    /// Whether the connection can be used.
    var isAlive: Bool { unsafe !isDropped && PQstatus(raw) == CONNECTION_OK }

    /// Begins a piece of work of any number of statements, which has a limit over the whole unless it is endless.
    func beginCall(isEndless: Bool) {
        callEnd = isEndless ? nil : .now + max(limits.call, patience, roundTrip * limits.roundTripsOfCall)
    }

    /// Ends the limit over the whole: what tidies up behind the work has limits of its own, and a request to cancel it would
    /// meet the next caller's statement.
    func endCall() { callEnd = nil }

    /// Notes how long the answer to a small question took; a call that goes on gets the time that it needs on such a link.
    func note(roundTrip: Duration) {
        self.roundTrip = roundTrip
        callEnd = callEnd.map { max($0, .now + roundTrip * limits.roundTripsOfCall) }
    }

    /// Silence after which the server is asked for a sign of life.
    private var silence: Duration { max(limits.silence, roundTrip * 2) }

    /// How long the sign may take; it needs two round trips.
    private var signOfLife: Duration { max(limits.signOfLife, roundTrip * 3) }

    /// Begins the time that the server has for an answer.
    /// - Parameters:
    ///   - what: what is asked, without values.
    ///   - patience: how long it may take; `nil` for that of the connection.
    ///   - isCommitting: whether it decides on a transaction.
    /// - Throws: ``PostgresError`` when the caller was told already that the call is given up.
    func startClock(
        _ what: String, patience: Duration? = nil, isCommitting: Bool = false
    ) throws(PostgresError) {
        isInterrupted = false
        self.what = what
        start = .now
        end = start + (patience ?? self.patience)
        if !isCommitting, let callEnd { end = min(end, callEnd) }
        try call.begin(what, isCommitting: isCommitting, due: end)
    }

    /// The error that libpq has about the connection.
    var failure: PostgresError {
        PostgresError(.connectionLost, firstLine(of: unsafe String(cString: PQerrorMessage(raw))))
    }

    /// Sends what libpq still holds.
    func flush() throws(PostgresError) {
        while true {
            let left = unsafe PQflush(raw)
            if left == 0 { return }
            guard left > 0 else { throw failure }
            // The server may want to be heard before it reads on.
            try wait(for: POLLIN | POLLOUT)
            guard unsafe PQconsumeInput(raw) == 1 else { throw failure }
        }
    }

    /// The next answer; `nil` when all have come.
    func nextResult() throws(PostgresError) -> PostgresResult? {
        while unsafe PQisBusy(raw) == 1 {
            try wait(for: POLLIN)
            guard unsafe PQconsumeInput(raw) == 1 else { throw failure }
        }
        return unsafe PQgetResult(raw).map { unsafe PostgresResult(owning: $0) }
    }

    /// Waits until the socket is ready, the time is over, the work is interrupted or the server counts as frozen.
    private func wait(for events: Int32) throws(PostgresError) {
        var sign: SignOfLife?
        var turn = ContinuousClock.now + silence
        while true {
            guard ContinuousClock.now < end else {
                guard !isInterrupted, !isShielded else { throw given(up: isShielded ? .commit : .slow) }
                askToCancel()
                continue
            }
            if ContinuousClock.now >= turn {
                guard sign == nil else { throw given(up: .silent) }
                sign = unsafe SignOfLife(fromPeerOf: PQsocket(raw))
                turn = .now + (sign == nil ? silence : signOfLife)
            }
            let watchesInterrupts = !isShielded && !isInterrupted
            // poll leaves negative descriptors out.
            let ready = waitFor(
                [
                    (unsafe PQsocket(raw), events), (watchesInterrupts ? interrupter.descriptor : -1, POLLIN),
                    (sign?.descriptor ?? -1, sign?.events ?? 0),
                ], until: min(end, turn))
            if ready[0] { return }
            if ready[1] { askToCancel() }
            if ready[2], sign?.advance() == true {
                sign = nil
                turn = .now + silence
            }
        }
    }

    /// Gives up what was asked: its answer could come at any time, so the connection is of no use any more.
    private func given(up reason: GivenUpCall.Reason) -> PostgresError {
        isDropped = true
        let time = (ContinuousClock.now - start).inSeconds
        var error: PostgresError
        if reason == .silent {
            silences.note(place)
            error = PostgresError(.connectionLost, "\(place.shown) has been silent for \(time), to new connections too")
        } else {
            error = PostgresError(.timedOut, "the server did not answer in time: \(time)")
        }
        error.loss = (reason, what, start)
        return error
    }

    /// Asks the server to stop; its answer is still waited for, so that the connection can be used on.
    private func askToCancel() {
        isInterrupted = true
        end = .now + limits.cancel
        call.extend(until: end)
        // One that is on its way still is enough.
        if let cancel, !cancel.isOver(by: .now) { return }
        cancel = unsafe CancelRequest(raw, limit: limits.cancelRequests)
        // The session would wait in vain for a request that cannot be sent.
        if cancel == nil { isDropped = true }
    }

    /// Whether the server was asked to cancel since this was last asked; when it has not taken the request in time, the
    /// connection is dropped, as the request could meet another statement.
    func takeCancelRequest() -> Bool {
        guard let cancel else { return false }
        self.cancel = nil
        if isAlive, !cancel.isOver(by: .now + limits.cancel) { isDropped = true }
        return true
    }
}

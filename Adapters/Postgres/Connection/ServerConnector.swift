import CPostgres
import Glibc
import HostLookup
import StoreSupport

/// Makes a connection in a time that is bounded over all servers and addresses, whatever they do.
struct ServerConnector {
    private let target: ConnectionTarget
    private let interrupter: Interrupter
    private let watch: CallWatch
    private let call: CallState
    private let end: ContinuousClock.Instant
    /// The end where the server goes on answering.
    private let slowEnd: ContinuousClock.Instant

    /// - Parameters:
    ///   - target: the servers, and who we are to them.
    ///   - interrupter: ends the attempt.
    ///   - watch: knows the limits.
    ///   - call: is told what is waited for.
    init(_ target: ConnectionTarget, interrupter: Interrupter, watch: CallWatch, call: CallState) {
        self.target = target
        self.interrupter = interrupter
        self.watch = watch
        self.call = call
        // The URL's own limit is one for each host.
        let given = target.connectTimeout.map { $0 * target.places.count }
        let start = ContinuousClock.now
        end = start + (given ?? watch.limits.connect)
        slowEnd = start + (given ?? watch.limits.connect * watch.limits.slowConnect)
    }

    /// Connects to the first server that takes us, those last that said nothing lately.
    /// - Returns: the connection, which does not block, and its server.
    /// - Throws: ``PostgresError``; the message names hosts and ports, never the password.
    func connect() throws(PostgresError) -> (raw: OpaquePointer, place: ServerPlace) {
        var failures: [PostgresError] = []
        let places = target.silences.ordered(target.places, within: watch.limits.avoidance)
        for (index, place) in places.enumerated() {
            do throws(PostgresError) {
                return (unsafe try connect(to: place, placesLeft: places.count - index), place)
            } catch {
                // What a server says about us it would say again, and others would too.
                if error.state != nil || error.kind == .cancelled { throw error }
                failures.append(error)
                if ContinuousClock.now >= end { break }
            }
        }
        throw PostgresError(.connectionLost, failures.map(\.message).joined(separator: "; "))
    }

    /// Connects to one server; the time must do for so many, this one included.
    private func connect(to place: ServerPlace, placesLeft: Int) throws(PostgresError) -> OpaquePointer {
        var addresses = [place]
        if let name = place.nameToLookUp {
            try call.begin("the look-up of host \(name)", due: end)
            let patience = patience(of: place, triesLeft: placesLeft)
            addresses = try lookUp(name, until: patience.map { min(end, .now + $0) } ?? end).map { place.at($0) }
        }
        var failure = PostgresError(.connectionLost, "\(place.shown) has no address")
        for (index, address) in addresses.enumerated() {
            do throws(PostgresError) {
                let silence = patience(of: place, triesLeft: placesLeft - 1 + addresses.count - index)
                let raw = unsafe try attempt(address, silence: silence)
                target.silences.forget(place)
                call.connected(to: place.shown)
                return unsafe raw
            } catch {
                if error.loss?.reason == .silent { target.silences.note(place) }
                if error.state != nil || error.kind == .cancelled || ContinuousClock.now >= end { throw error }
                failure = error
            }
        }
        throw failure
    }

    /// How long one of the servers and addresses that are left may say nothing, so that each of them has its turn.
    ///
    /// One of several servers that said nothing lately does not get all the time that is left: another one, which is there, may
    /// be about to become the primary.
    /// - Returns: `nil` for the last one, which has all the time that is left.
    private func patience(of place: ServerPlace, triesLeft: Int) -> Duration? {
        if triesLeft > 1 { return min(watch.limits.address, max(.zero, end - .now) / triesLeft) }
        let isSilent = target.silences.contain(place, within: watch.limits.avoidance)
        return isSilent && target.places.count > 1 ? watch.limits.address : nil
    }

    private func lookUp(_ name: String, until end: ContinuousClock.Instant) throws(PostgresError) -> [String] {
        do {
            return try watch.lookup.addresses(
                of: name, until: end, interrupt: interrupter.descriptor, limit: watch.limits.lookups)
        } catch .interrupted {
            throw PostgresError(.cancelled, "cancelled while connecting")
        } catch {
            throw PostgresError(.connectionLost, error.description)
        }
    }

    /// Connects to one address, which may say nothing for as long as `silence`, or for all the time that there is.
    private func attempt(_ place: ServerPlace, silence: Duration?) throws(PostgresError) -> OpaquePointer {
        let start = ContinuousClock.now
        try call.begin("a connection to \(place.shown)", due: end)
        let made = unsafe target.withParameters(to: place) { keywords, values in
            unsafe PQconnectStartParams(keywords, values, 1)
        }
        guard let raw = unsafe made else { throw PostgresError(.connectionLost, "no memory for a connection") }
        // A server may have something to say before it takes us, and libpq would write that to standard error.
        unsafe logferry_pq_ignore_notices(raw)
        do throws(PostgresError) {
            unsafe try handshake(raw, place, silence: silence, since: start)
        } catch {
            unsafe PQfinish(raw)
            throw error
        }
        return unsafe raw
    }

    private func handshake(
        _ raw: OpaquePointer, _ place: ServerPlace, silence: Duration?, since start: ContinuousClock.Instant
    ) throws(PostgresError) {
        // A connection that was just begun waits until it can be written to.
        var step = unsafe PQstatus(raw) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING
        var end = end
        while step != PGRES_POLLING_OK {
            guard step != PGRES_POLLING_FAILED else { throw unsafe failure(of: raw) }
            let limit = silence.map { min(end, .now + $0) } ?? end
            let events = step == PGRES_POLLING_READING ? POLLIN : POLLOUT
            while true {
                let ready = waitFor(
                    [(unsafe PQsocket(raw), events), (interrupter.descriptor, POLLIN)], until: limit)
                if ready[0] {
                    if step == PGRES_POLLING_READING {
                        // An answer, or a part of one: the server is there, however far away.
                        end = max(end, min(slowEnd, .now + watch.limits.connect))
                        call.extend(until: end)
                    }
                    break
                }
                if ready[1] { throw PostgresError(.cancelled, "cancelled while connecting") }
                guard ContinuousClock.now < limit else {
                    var error = PostgresError(
                        .connectionLost,
                        "connection to \(place.shown) was not answered in \((.now - start).inSeconds)")
                    error.loss = (.silent, "a connection to \(place.shown)", start)
                    throw error
                }
            }
            step = unsafe PQconnectPoll(raw)
        }
        guard unsafe PQsetnonblocking(raw, 1) == 0 else { throw unsafe failure(of: raw) }
    }

    private func failure(of raw: OpaquePointer) -> PostgresError {
        let message = unsafe String(cString: PQerrorMessage(raw))
        return PostgresError(ServerConnector.kind(of: message), target.censored(message))
    }

    /// libpq gives no code for what fails before a session stands, so the server's words must do.
    private static func kind(of message: String) -> PostgresError.Kind {
        if message.contains("password authentication failed") || message.contains("no password supplied") {
            return .server(ServerState.invalidPassword)
        }
        if message.contains("pg_hba.conf") || message.contains("role \"") {
            return .server(ServerState.invalidAuthorization)
        }
        if message.contains("database \""), message.contains("does not exist") {
            return .server(ServerState.unknownDatabase)
        }
        return .connectionLost
    }
}

import BlockingExecutor
import CPostgres
import Glibc

/// Finds the addresses of hosts on threads that nobody has to wait for.
///
/// The system's resolver has no deadline and cannot be interrupted. libpq is therefore given addresses, so that its own
/// thread never waits for a name server. Callers who ask for one name share one thread.
final class HostLookup: Sendable {
    /// The addresses of a host as numbers, or why there are none.
    typealias Resolve = @Sendable (String) -> Result<[String], LookupError>

    /// Why a host has no address.
    struct LookupError: Error { let reason: String }

    /// The system's resolver.
    static let system = HostLookup(resolve: HostLookup.ask)

    private let resolve: Resolve
    private let state = Locked<[String: Pending]>([:])

    /// - Parameter resolve: asks; it may take for ever.
    init(resolve: @escaping Resolve) { self.resolve = resolve }

    /// A look-up that is under way, and who waits for it.
    private final class Pending: Sendable {
        private struct State {
            var answer: Result<[String], LookupError>?
            var alarms: [Int32] = []
        }

        private let state = Locked(State())

        func answer(_ answer: Result<[String], LookupError>) {
            state.withLock { state in
                state.answer = answer
                for alarm in state.alarms {
                    var one: UInt64 = 1
                    _ = unsafe write(alarm, &one, 8)
                }
            }
        }

        /// The answer; without one the alarm rings when it is there.
        func answer(ringing alarm: Int32) -> Result<[String], LookupError>? {
            state.withLock { state in
                if state.answer == nil { state.alarms.append(alarm) }
                return state.answer
            }
        }

        /// The answer, if it is there; the alarm does not ring from now on.
        func leave(_ alarm: Int32) -> Result<[String], LookupError>? {
            state.withLock { state in
                state.alarms.removeAll { $0 == alarm }
                return state.answer
            }
        }
    }

    /// The addresses of a host.
    /// - Parameters:
    ///   - host: the host's name.
    ///   - end: until when they are waited for.
    ///   - interrupt: a descriptor that ends the waiting when it can be read.
    ///   - limit: how many look-ups may be under way.
    /// - Returns: the addresses, at least one unless the system gives none.
    /// - Throws: ``PostgresError``.
    func addresses(
        of host: String, until end: ContinuousClock.Instant, interrupt: Int32, limit: Int
    ) throws(PostgresError) -> [String] {
        guard let pending = pending(host, limit: limit) else {
            throw PostgresError(
                .connectionLost, "\(limit) look-ups of host names have not come back: \(host) is not looked up")
        }
        let alarm = logferry_pq_new_alarm()
        guard alarm >= 0 else { throw PostgresError(.connectionLost, "no descriptor is free to look up \(host)") }
        defer { close(alarm) }
        var answer = pending.answer(ringing: alarm)
        if answer == nil {
            let ready = waitFor([(alarm, POLLIN), (interrupt, POLLIN)], until: end)
            answer = pending.leave(alarm)
            if answer == nil, ready.last == true { throw PostgresError(.cancelled, "cancelled while connecting") }
        }
        switch answer {
        case .success(let addresses)?: return addresses
        case .failure(let error)?:
            throw PostgresError(
                .connectionLost, "could not translate host name \"\(host)\" to address: \(error.reason)")
        case nil: throw PostgresError(.connectionLost, "the look-up of host name \"\(host)\" was not answered in time")
        }
    }

    private func pending(_ host: String, limit: Int) -> Pending? {
        let (pending, isNew) = state.withLock { state in
            if let known = state[host] { return (known as Pending?, false) }
            guard state.count < limit else { return (nil, false) }
            let made = Pending()
            state[host] = made
            return (made, true)
        }
        guard let pending, isNew else { return pending }
        HostThread.start(name: "pg-lookup") { [self] in
            let answer = resolve(host)
            state.withLock { _ = $0.removeValue(forKey: host) }
            pending.answer(answer)
        }
        return pending
    }

    @Sendable private static func ask(_ host: String) -> Result<[String], LookupError> {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(host, nil, &hints, &list)
        guard code == 0 else { return .failure(LookupError(reason: unsafe String(cString: gai_strerror(code)))) }
        defer { unsafe freeaddrinfo(list) }
        var addresses: [String] = []
        var next = unsafe list
        while let entry = unsafe next {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let code = unsafe getnameinfo(
                entry.pointee.ai_addr, entry.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
            let address = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if code == 0, !addresses.contains(address) { addresses.append(address) }
            unsafe next = unsafe entry.pointee.ai_next
        }
        return .success(addresses)
    }
}

/// Waits until one of some descriptors is ready, or the time is over.
/// - Returns: which are ready, in their order; none when the time is over.
func waitFor(_ descriptors: [(descriptor: Int32, events: Int32)], until end: ContinuousClock.Instant) -> [Bool] {
    while true {
        let (seconds, attoseconds) = min(max(.zero, end - .now), .seconds(86_400)).components
        let milliseconds = Int32(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
        var entries = descriptors.map { pollfd(fd: $0.descriptor, events: Int16($0.events), revents: 0) }
        let ready = unsafe poll(&entries, nfds_t(entries.count), milliseconds)
        if ready > 0 { return entries.map { $0.revents != 0 } }
        // poll(2) ends as well when a signal was handled on this thread.
        let wasInterrupted = ready < 0 && errno == EINTR
        guard ContinuousClock.now < end, wasInterrupted || ready == 0 else { return descriptors.map { _ in false } }
    }
}

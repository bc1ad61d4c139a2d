internal import BlockingExecutor
internal import CPlatform
internal import Glibc

/// Finds the addresses of hosts on threads that nobody has to wait for.
///
/// The system's resolver has no deadline and cannot be interrupted. Client libraries are therefore given addresses, so that
/// their threads never wait for a name server. Callers who ask for one name share one thread.
public final class HostLookup: Sendable {
    /// The addresses of a host as numbers, or why there are none.
    public typealias Resolve = @Sendable (String) -> Result<[String], LookupError>

    /// Why a host has no address.
    public struct LookupError: Error {
        let reason: String

        /// - Parameter reason: what the resolver says.
        public init(reason: String) { self.reason = reason }
    }

    /// Why no addresses are given.
    public enum Failure: Error, CustomStringConvertible {
        /// As many look-ups have not come back as may be under way.
        case tooMany(Int, host: String)
        /// The process has no descriptor left.
        case noDescriptor(host: String)
        /// The system has no thread left to ask with.
        case noThread(host: String)
        /// The resolver has not answered in time.
        case late(host: String)
        /// The waiting was ended.
        case interrupted
        /// The host has no address, for a reason.
        case unknown(host: String, reason: String)

        /// What is wrong, for people.
        public var description: String {
            switch self {
            case .tooMany(let count, let host):
                "\(count) look-ups of host names have not come back: \(host) is not looked up"
            case .noThread(let host): "no thread is left to look up \(host)"
            case .noDescriptor(let host): "no descriptor is free to look up \(host)"
            case .late(let host): "the look-up of host name \"\(host)\" was not answered in time"
            case .interrupted: "cancelled while a host name was looked up"
            case .unknown(let host, let reason): "could not translate host name \"\(host)\" to address: \(reason)"
            }
        }
    }

    /// The system's resolver.
    public static let system = HostLookup(resolve: HostLookup.ask)

    private let resolve: Resolve
    private let state = Locked<[String: Pending]>([:])

    /// - Parameter resolve: asks; it may take for ever.
    public init(resolve: @escaping Resolve) { self.resolve = resolve }

    /// A look-up that is under way, and who waits for it.
    private final class Pending: Sendable {
        private struct State {
            var answer: Result<[String], LookupError>?
            var alarms: [Int32] = []
            var lastNumber = 0
            var listeners: [Int: Listener] = [:]
        }

        /// Told of the answer once it is there.
        typealias Listener = @Sendable (Result<[String], LookupError>) -> Void

        private let state = Locked(State())

        func answer(_ answer: Result<[String], LookupError>) {
            let listeners = state.withLock { state in
                defer { state.listeners = [:] }
                state.answer = answer
                for alarm in state.alarms {
                    var one: UInt64 = 1
                    _ = unsafe write(alarm, &one, 8)
                }
                return state.listeners.values
            }
            for listener in listeners { listener(answer) }
        }

        /// Tells the listener of the answer, now or later.
        /// - Returns: by what the listener is taken away.
        func listen(_ listener: @escaping Listener) -> Int {
            let (number, answer) = state.withLock { state in
                state.lastNumber += 1
                if state.answer == nil { state.listeners[state.lastNumber] = listener }
                return (state.lastNumber, state.answer)
            }
            if let answer { listener(answer) }
            return number
        }

        /// Takes a listener away.
        func leave(_ number: Int) { state.withLock { _ = $0.listeners.removeValue(forKey: number) } }

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
    ///   - interrupt: a descriptor that ends the waiting when it can be read, if there is one.
    ///   - limit: how many look-ups may be under way.
    /// - Returns: the addresses, at least one unless the system gives none.
    /// - Throws: ``Failure``.
    public func addresses(
        of host: String, until end: ContinuousClock.Instant, interrupt: Int32? = nil, limit: Int
    ) throws(Failure) -> [String] {
        let pending = try pending(host, limit: limit)
        let alarm = logferry_new_alarm()
        guard alarm >= 0 else { throw .noDescriptor(host: host) }
        defer { close(alarm) }
        var answer = pending.answer(ringing: alarm)
        if answer == nil {
            let ready = waitFor([(alarm, POLLIN)] + (interrupt.map { [($0, POLLIN)] } ?? []), until: end)
            answer = pending.leave(alarm)
            if answer == nil, interrupt != nil, ready.last == true { throw .interrupted }
        }
        switch answer {
        case .success(let addresses)?: return addresses
        case .failure(let error)?: throw .unknown(host: host, reason: error.reason)
        case nil: throw .late(host: host)
        }
    }

    /// The addresses of a host, for those who wait without a thread.
    /// - Parameters:
    ///   - host: the host's name.
    ///   - time: how long they are waited for.
    ///   - limit: how many look-ups may be under way.
    /// - Returns: the addresses, at least one unless the system gives none.
    /// - Throws: ``Failure``; `.interrupted` when the task was cancelled.
    public func addresses(of host: String, within time: Duration, limit: Int) async throws(Failure) -> [String] {
        let pending = try pending(host, limit: limit)
        let (answers, answered) = AsyncStream.makeStream(of: Result<[String], LookupError>.self)
        let number = pending.listen { answered.yield($0) }
        let timer = Task {
            guard (try? await Task.sleep(for: time)) != nil else { return }
            answered.finish()
        }
        defer {
            timer.cancel()
            pending.leave(number)
        }
        for await answer in answers {
            switch answer {
            case .success(let addresses): return addresses
            case .failure(let error): throw .unknown(host: host, reason: error.reason)
            }
        }
        throw Task.isCancelled ? .interrupted : .late(host: host)
    }

    private func pending(_ host: String, limit: Int) throws(Failure) -> Pending {
        let (pending, isNew) = state.withLock { state in
            if let known = state[host] { return (known as Pending?, false) }
            guard state.count < limit else { return (nil, false) }
            let made = Pending()
            state[host] = made
            return (made, true)
        }
        guard let pending else { throw .tooMany(limit, host: host) }
        guard isNew else { return pending }
        let isStarted = HostThread.startIfPossible(name: "host-lookup") { [self] in
            let answer = resolve(host)
            state.withLock { _ = $0.removeValue(forKey: host) }
            pending.answer(answer)
        }
        guard isStarted else {
            state.withLock { _ = $0.removeValue(forKey: host) }
            pending.answer(.failure(LookupError(reason: "no thread is left to ask with")))
            throw .noThread(host: host)
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

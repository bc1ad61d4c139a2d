import BlockingExecutor
import Glibc

/// A relay of TCP connections on the loopback address that makes a server look silent, slow or gone.
///
/// What it does is ruled by its ``Mood``, which may be changed at any time and holds for connections that there are and
/// for new ones. A server on the same machine that itself shall fall silent is frozen by ``ServiceScript/signal(_:in:)``.
public final class FaultProxy: Sendable {
    /// What becomes of bytes, ends of streams and new connections.
    public struct Mood: Sendable {
        /// Whether nothing is passed on, in no direction; connections stay open, and new ones are accepted.
        public var holds = false
        /// Whether requests for new connections get no answer, as when the link is down; those that there are stay.
        public var isUnreachable = false
        /// Whether nothing is passed on to clients; what they send reaches the server, on new connections too.
        public var holdsAnswers = false
        /// Whether new connections are accepted and never answered; the others go on.
        public var ignoresNewcomers = false
        /// How long bytes to the server wait before they are passed on.
        public var delayToServer: Duration = .zero
        /// How long bytes to the client wait before they are passed on.
        public var delayToClient: Duration = .zero
        /// The pause behind each byte to the client; `nil` passes them on as they come.
        public var pausePerByte: Duration?
        /// What becomes of answers to COMMIT; `nil` passes them on.
        public var commitLoss: CommitLoss?
        /// Who answers new connections, as a proxy does whose server is gone; `nil` lets the server answer.
        public var standIn: StandIn.Script?

        /// What comes behind a client's COMMIT, which itself reaches the server.
        public enum CommitLoss: Sendable, Equatable {
            /// The connection is reset once the server has answered; others go on, and so do new ones.
            case cut
            /// Nothing is passed on any more on any connection, from so many COMMITs on.
            case silence(from: Int)
        }

        /// Describes a mood; nothing given passes everything on at once.
        public init(
            holds: Bool = false, ignoresNewcomers: Bool = false, delayToServer: Duration = .zero,
            delayToClient: Duration = .zero, pausePerByte: Duration? = nil, commitLoss: CommitLoss? = nil
        ) {
            self.holds = holds
            self.ignoresNewcomers = ignoresNewcomers
            self.delayToServer = delayToServer
            self.delayToClient = delayToClient
            self.pausePerByte = pausePerByte
            self.commitLoss = commitLoss
        }

        /// Passes everything on at once.
        public static let calm = Mood()
        /// Passes nothing on, and keeps all connections open.
        public static let holding = Mood(holds: true)
        /// Passes nothing on, and does not even answer requests for new connections.
        public static let linkDown: Mood = {
            var mood = Mood.holding
            mood.isUnreachable = true
            return mood
        }()
        /// Passes on what clients send, and nothing that the server answers until the mood is another.
        public static let swallowingAnswers: Mood = {
            var mood = Mood.calm
            mood.holdsAnswers = true
            return mood
        }()
        /// Lets connections go on and never answers new ones.
        public static let ignoringNewcomers = Mood(ignoresNewcomers: true)
        /// Lets the client have one byte a second.
        public static let dripping = Mood(pausePerByte: .seconds(1))

        /// Lets no client of PostgreSQL have an answer to COMMIT.
        public static func losingCommits(_ loss: CommitLoss) -> Mood { Mood(commitLoss: loss) }

        /// Takes new connections and closes each at once.
        public static let hangingUp = standingIn { _ in }

        /// Answers new connections in the place of the server.
        public static func standingIn(_ script: @escaping StandIn.Script) -> Mood {
            var mood = Mood()
            mood.standIn = script
            return mood
        }

        /// Delays both directions by half of the time of a round trip.
        public static func slow(roundTrip: Duration) -> Mood {
            Mood(delayToServer: roundTrip / 2, delayToClient: roundTrip / 2)
        }
    }

    private struct State {
        var mood = Mood.calm
        var isStopped = false
        var pairs: [Int: SocketPair] = [:]
        var accepted = 0
        var lostCommits = 0

        /// Notes that a COMMIT is about to go to the server.
        /// - Returns: how its answer is lost; `nil` when it is not.
        mutating func noteCommit() -> Mood.CommitLoss? {
            guard let loss = mood.commitLoss else { return nil }
            if case .silence(let count) = loss {
                guard count <= 1 else {
                    mood.commitLoss = .silence(from: count - 1)
                    return nil
                }
                mood = .holding
            }
            lostCommits += 1
            return loss
        }
    }

    /// Where it listens.
    public let port: UInt16
    /// The server's port.
    public let target: UInt16
    private let listener: Int32
    private let state = Locked(State())
    private let backlog: FullBacklog

    /// Begins to listen with nothing behind it but a script for each connection.
    /// - Throws: ``ProgramError`` when no port can be had.
    public convenience init(standingIn script: @escaping StandIn.Script) throws {
        try self.init(to: 0)
        mood = .standingIn(script)
    }

    /// Begins to relay to a port of this machine.
    /// - Throws: ``ProgramError`` when no port can be had.
    public init(to target: UInt16) throws {
        self.target = target
        (listener, port) = try listeningSocket()
        backlog = FullBacklog(of: listener, at: loopback(port))
        // Ends once the listener is shut down.
        HostThread.start(name: "fault-proxy") { [self] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                // While the link is down the next ones stay in the backlog, which is full.
                guard waitWhile({ $0.isUnreachable }) else { return }
                take(client)
            }
        }
    }

    /// What becomes of bytes from now on.
    public var mood: Mood {
        get { state.withLock { $0.mood } }
        set {
            let wasUnreachable = state.withLock { state in
                defer { state.mood = newValue }
                return state.mood.isUnreachable
            }
            if newValue.isUnreachable, !wasUnreachable { backlog.fill() }
            if !newValue.isUnreachable, wasUnreachable { backlog.empty() }
        }
    }

    /// How many connections were accepted so far.
    public var accepted: Int { state.withLock { $0.accepted } }

    /// How many answers to COMMIT were kept from clients.
    public var lostCommits: Int { state.withLock { $0.lostCommits } }

    /// How many connections there are, those that are held included.
    public var open: Int { state.withLock { $0.pairs.count } }

    /// Resets all connections, as a machine does that knows nothing of them.
    public func cut() {
        for pair in state.withLock({ Array($0.pairs.values) }) { pair.reset() }
    }

    /// Ends what goes to the clients; they can still send.
    public func halfClose() {
        for pair in state.withLock({ Array($0.pairs.values) }) { shutdown(pair.client, Int32(SHUT_WR)) }
    }

    /// Ends the listening and all connections.
    public func stop() {
        state.withLock { $0.isStopped = true }
        backlog.empty()
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        cut()
        state.withLock { $0.pairs = [:] }
    }

    private func take(_ client: Int32) {
        let pair = SocketPair(client, socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        let (number, isIgnored, standIn) = state.withLock { state in
            state.accepted += 1
            state.pairs[state.accepted] = pair
            return (state.accepted, state.mood.ignoresNewcomers, state.mood.standIn)
        }
        // Kept open until the proxy ends, and never read from.
        guard !isIgnored else { return }
        if let standIn {
            HostThread.start(name: "fault-stand-in") { [self] in
                standIn(StandIn(dup(client)))
                pair.shut()
                state.withLock { _ = $0.pairs.removeValue(forKey: number) }
            }
            return
        }
        HostThread.start(name: "fault-up") { [self] in
            defer { state.withLock { _ = $0.pairs.removeValue(forKey: number) } }
            guard waitWhileHolding(), isConnected(pair.server, to: target) else { return pair.shut() }
            HostThread.start(name: "fault-down") { [self] in pump(pair, toServer: false) }
            pump(pair, toServer: true)
        }
    }

    /// Waits until bytes may pass.
    /// - Returns: `false` when the proxy was stopped.
    private func waitWhileHolding(toServer: Bool = true) -> Bool {
        waitWhile { $0.holds || !toServer && $0.holdsAnswers }
    }

    /// Waits as long as the mood is one.
    /// - Returns: `false` when the proxy was stopped.
    private func waitWhile(_ isSo: (Mood) -> Bool) -> Bool {
        while true {
            let (holds, isStopped) = state.withLock { (isSo($0.mood), $0.isStopped) }
            if isStopped || !holds { return !isStopped }
            usleep(5000)
        }
    }

    /// Passes bytes on until an end closes.
    private func pump(_ pair: SocketPair, toServer: Bool) {
        let (source, sink) = toServer ? (pair.client, pair.server) : (pair.server, pair.client)
        var commits = CommitSpotter()
        var line = DelayLine()
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            // What comes while earlier bytes are on their way is taken too, as a long line does.
            while let due = line.due, !line.hasRoom || !isReadable(source, until: due) {
                pause(due - .now)
                guard deliver(line.next(), pair, toServer, &commits, to: sink) else { return pair.shut() }
            }
            let count = recv(source, &bytes, bytes.count, 0)
            guard waitWhileHolding(toServer: toServer) else { return pair.shut() }
            guard count > 0 else {
                while let due = line.due {
                    pause(due - .now)
                    guard deliver(line.next(), pair, toServer, &commits, to: sink) else { return pair.shut() }
                }
                shutdown(sink, Int32(SHUT_WR))
                // Broken, not ended: the other direction has nobody to go to either.
                if count < 0 { pair.shut() }
                return
            }
            let delay = toServer ? mood.delayToServer : mood.delayToClient
            guard delay > .zero || line.due != nil else {
                guard deliver(bytes.prefix(count), pair, toServer, &commits, to: sink) else { return pair.shut() }
                continue
            }
            line.add(bytes.prefix(count), for: delay)
        }
    }

    /// Sends bytes to the other end, or does with them what the mood says.
    /// - Returns: `false` when the connection is over.
    private func deliver(
        _ bytes: ArraySlice<UInt8>, _ pair: SocketPair, _ toServer: Bool, _ commits: inout CommitSpotter, to sink: Int32
    ) -> Bool {
        guard waitWhileHolding(toServer: toServer) else { return false }
        if toServer, commits.spot(in: bytes), let loss = state.withLock({ $0.noteCommit() }) {
            // It goes on whatever the mood is by now; its answer does not.
            if loss == .cut { pair.endsWithAnswer.withLock { $0 = true } }
            return send(bytes, to: sink)
        }
        if !toServer, pair.endsWithAnswer.withLock({ $0 }) {
            pair.reset()
            return false
        }
        return toServer || mood.pausePerByte == nil ? send(bytes, to: sink) : drip(bytes, to: sink)
    }

    /// Sends bytes one by one, as long as the mood says so.
    private func drip(_ bytes: ArraySlice<UInt8>, to sink: Int32) -> Bool {
        for index in bytes.indices {
            guard let pause = mood.pausePerByte else { return send(bytes[index...], to: sink) }
            guard waitWhileHolding(), send(bytes[index...index], to: sink) else { return false }
            self.pause(pause)
        }
        return true
    }

    private func send(_ bytes: ArraySlice<UInt8>, to sink: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(sink, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private func pause(_ time: Duration) {
        guard time > .zero else { return }
        let (seconds, attoseconds) = time.components
        usleep(UInt32(clamping: seconds * 1_000_000 + attoseconds / 1_000_000_000_000))
    }
}

extension SocketPair {
    /// Lets both ends be reset when the sockets are closed, and wakes who reads from them.
    fileprivate func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        for socket in [client, server] {
            setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
            shutdown(socket, Int32(SHUT_RD))
        }
    }
}

/// Finds the end of PostgreSQL's statement COMMIT in what a client sends, also where it comes in pieces.
private struct CommitSpotter {
    private static let text = Array("COMMIT\0".utf8)
    private var matched = 0

    mutating func spot(in bytes: ArraySlice<UInt8>) -> Bool {
        var isThere = false
        for byte in bytes {
            // Its first letter comes once, so whatever breaks a match can only begin another.
            matched = byte == CommitSpotter.text[matched] ? matched + 1 : byte == CommitSpotter.text[0] ? 1 : 0
            guard matched == CommitSpotter.text.count else { continue }
            (isThere, matched) = (true, 0)
        }
        return isThere
    }
}

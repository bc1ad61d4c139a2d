public import ServiceLifecycle
import SystemAdapter

/// What the service manager that started this process is told: systemd, or another with its protocol (`sd_notify(3)`).
public struct ServiceManager: Sendable {
    private let socket: NotifySocket
    /// How often the service manager wants to hear of this process; `nil` when it does not watch it.
    let watchdogTerm: Duration?

    /// Finds the service manager by the environment; `nil` when none wants to be told.
    /// - Parameters:
    ///   - environment: this process's environment: `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID`.
    ///   - processID: this process; a watchdog of another one is not ours.
    public init?(environment: [String: String], processID: Int32) {
        guard let socket = environment["NOTIFY_SOCKET"].flatMap(NotifySocket.init) else { return nil }
        self.socket = socket
        let isOurs = environment["WATCHDOG_PID"].map { Int32($0) == processID } ?? true
        let microseconds = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
        watchdogTerm = isOurs && microseconds > 0 ? .microseconds(microseconds) : nil
    }

    /// Says what the process is doing, in words for people.
    public func say(status: String) { _ = socket.send(["STATUS=\(status)"]) }

    /// Says that the process is ready.
    /// - Returns: whether the service manager has heard it.
    func sayReady(status: String) -> Bool { socket.send(["READY=1", "STATUS=\(status)"]) }

    /// Says that the process lives.
    func sayAlive() { _ = socket.send(["WATCHDOG=1"]) }

    /// Says that the process has begun to end.
    func sayStopping() { _ = socket.send(["STOPPING=1", "STATUS=Shutting down"]) }
}

/// Tells the service manager when this process is ready, and from then on that it lives.
///
/// Stands first in a service group, so that it ends last: a watchdog also watches a process that ends.
public struct ReadinessNotice: Service, CustomStringConvertible {
    private let manager: ServiceManager
    private let status: String
    private let isReady: @Sendable () async -> Bool

    /// What it is, in few words: the log of services says so.
    public var description: String { "ReadinessNotice" }

    /// Makes the service.
    /// - Parameters:
    ///   - manager: who is told.
    ///   - status: what a ready process does, in words for people.
    ///   - isReady: whether listeners are open and the store answers; asked again after a second while it is not so.
    public init(_ manager: ServiceManager, status: String, isReady: @escaping @Sendable () async -> Bool) {
        self.manager = manager
        self.status = status
        self.isReady = isReady
    }

    /// Runs until shutdown begins.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            // A full queue of the service manager is tried again as well: it would wait for the message for ever.
            while !Task.isCancelled {
                if await isReady(), manager.sayReady(status: status) { break }
                try? await Task.sleep(for: .seconds(1))
            }
            // Twice in each term, as sd_watchdog_enabled(3) advises. A store that is away is no reason to be restarted.
            let pause = manager.watchdogTerm.map { $0 / 2 } ?? .seconds(3600)
            while !Task.isCancelled {
                if manager.watchdogTerm != nil { manager.sayAlive() }
                try? await Task.sleep(for: pause)
            }
        }
    }
}

/// Tells the service manager that the end has begun.
///
/// Stands last in a service group, so that it is the first to learn of a shutdown.
public struct StoppingNotice: Service, CustomStringConvertible {
    private let manager: ServiceManager

    /// What it is, in few words: the log of services says so.
    public var description: String { "StoppingNotice" }

    /// Makes the service.
    public init(_ manager: ServiceManager) { self.manager = manager }

    /// Runs until shutdown begins.
    public func run() async throws {
        try? await gracefulShutdown()
        manager.sayStopping()
    }
}

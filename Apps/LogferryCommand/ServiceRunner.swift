import Composition
import Foundation
import Glibc
import Logging
import ServiceLifecycle
import Synchronization
import UnixSignals

/// Runs services until a signal asks for the end, or one of them fails.
struct ServiceRunner {
    private let settings: Settings
    private let mode: ProcessMode

    /// Prepares a process.
    /// - Parameters:
    ///   - settings: what to go by.
    ///   - mode: what the process is, for what is said when a port cannot be had.
    init(_ settings: Settings, as mode: ProcessMode) {
        self.settings = settings
        self.mode = mode
    }

    /// The service manager that started this process, if there is one.
    private static let manager = ServiceManager(
        environment: ProcessInfo.processInfo.environment, processID: getpid())

    /// Prepares a process that runs until it is told to end; called before the store is waited for.
    static func begin() {
        // Daemons are sent it to read their settings again: ours are read once, and it must not end the process.
        signal(SIGHUP, SIG_IGN)
        StandardFiles.keepClosedPipes()
        manager?.say(status: "Opening the store")
        writeEntries()
    }

    /// Lets standard error hold nothing but entries where the log is JSON; why a process cannot start is one when the
    /// settings ask for JSON by name.
    private static func writeEntries() {
        let key = SettingsCatalog.key(named: "log.format")
        let format = key.flatMap { key in try? GivenSettings.given().source().value(key)?.text }
        guard format == "json" || format == nil && !Terminal.showsWords else { return }
        Terminal.writeEntries(
            to: ServiceLog.logger("process", level: .info, isJSON: true), withComplaints: format == "json")
    }

    /// Says that the process ends as it was asked to, when all is closed.
    func sayEnd() { settings.logger("process").notice("ended in order") }

    /// Runs services, in the order in which they depend on each other.
    /// - Parameters:
    ///   - services: the services.
    ///   - doors: open when all listeners are; the service manager is then told that the process is ready.
    ///   - waits: what is waited for beside services, for people, should the process not end in time.
    ///   - isReady: whether what the process works on answers, which is asked before that.
    /// - Throws: ``SettingsError`` when a port cannot be had, or what a service throws.
    func run(
        _ services: [any Service], doors: OpenDoors, waits: @Sendable @escaping () -> [String] = { [] },
        isReady: @Sendable @escaping () async -> Bool
    ) async throws {
        let roll = ServiceRoll()
        var services = services.map { roll.followed($0) }
        if let manager = ServiceRunner.manager {
            let notice = ReadinessNotice(manager, status: "Ready") {
                await withTaskCancellationHandler {
                    await doors.wait()
                } onCancel: {
                    Task { await doors.giveUp() }
                }
                return await isReady()
            }
            services = [notice] + services + [StoppingNotice(manager)]
        }
        let group = ServiceRunner.group(services, roll, settings, endingAt: ServiceRunner.endings, waits: waits)
        do {
            try await group.run()
        } catch {
            throw settings.listeningError(error, as: mode)
        }
    }

    /// Services that end together: when a signal asks for it or one of them ends, and at `shutdown.grace` at the latest.
    private static func group(
        _ services: [any Service], _ roll: ServiceRoll, _ settings: Settings, endingAt signals: [UnixSignal],
        waits: @Sendable @escaping () -> [String]
    ) -> ServiceGroup {
        let grace = settings.shutdownGrace
        // The last one is told first.
        let all = services + [LastResort(grace: grace, roll: roll, waits: waits)]
        var configuration = ServiceGroupConfiguration(
            services: all.map { .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup) },
            gracefulShutdownSignals: signals, logger: settings.logger("service"))
        configuration.maximumGracefulShutdownDuration = LastResort.patience(within: grace)
        return ServiceGroup(configuration: configuration)
    }

    /// Runs services of a deployment, which is ready when its store answers.
    /// - Throws: ``SettingsError`` when a port cannot be had, or what a service throws.
    func run(_ services: [any Service], doors: OpenDoors, deployment: Deployment) async throws {
        try await run(services, doors: doors, waits: { deployment.storeWaits }) {
            (try? await deployment.checkStore()) != nil
        }
    }

    /// Does work of a command that ends by itself, or when a signal asks for that: it is cancelled then, and has until
    /// `shutdown.grace` to hand back what it has.
    /// - Parameters:
    ///   - deployment: what it works on.
    ///   - work: the work.
    /// - Returns: the status of a program that a signal has ended, as shells have it; `nil` when none came.
    /// - Throws: nothing that the work throws.
    static func untilSignal(
        _ deployment: Deployment, _ work: @escaping @Sendable () async -> Void
    ) async throws -> Int32? {
        let watch = SignalWatch()
        let roll = ServiceRoll()
        // The watch takes the signals, so that it is known which one came.
        try await group([roll.followed(OnceService(work: work)), watch], roll, deployment.settings, endingAt: []) {
            deployment.storeWaits
        }.run()
        return watch.status
    }

    /// SIGHUP where it means that the terminal is gone, from which the process would be left behind with its ports.
    private static var hangup: [UnixSignal] { isatty(STDIN_FILENO) == 1 ? [.sighup] : [] }

    /// What asks for the end of the process.
    fileprivate static var endings: [UnixSignal] { [.sigterm, .sigint] + hangup }
}

/// Work that ends by itself.
private struct OnceService: Service, CustomStringConvertible {
    let description = "the work of this command"
    let work: @Sendable () async -> Void

    func run() async throws { await cancelWhenGracefulShutdown { await work() } }
}

/// Ends when a signal asks for the end of the process.
private final class SignalWatch: Service {
    private let signal = Mutex<Int32?>(nil)

    /// The status of a program that was ended by the signal that came.
    var status: Int32? { signal.withLock { $0 }.map { 128 + $0 } }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await signal in await UnixSignalsSequence(trapping: ServiceRunner.endings) {
                self.signal.withLock { $0 = signal.rawValue }
                return
            }
        }
    }
}

public import InMemoryAdapter
import LogModel
public import Logferry
import LogferryPlatform
import TestSupport

/// A shipper with everything outside it in the test's hand.
public final class ShipperRig: Sendable {
    /// Measures waits.
    public let ticks = ManualTicks()
    /// Dates lines; it shows 2026-09-21T14:13:20Z at first.
    public let wall = ManualWallClock(at: Timestamp(milliseconds: 1_790_000_000_000))
    /// Where everything goes.
    public let store: ScriptedStore
    /// What is tested.
    public let shipper: LogShipper
    private let events: MutexGuarded<[ShipperEvent]>

    /// Builds a shipper; `change` changes its settings.
    public init(
        store: ScriptedStore = ScriptedStore(), seed: UInt64 = 1, journal: (any BatchJournal)? = nil,
        _ change: (inout ShipperSettings) -> Void = { _ in }
    ) {
        var settings = ShipperSettings(serverURL: "http://server:80", clientToken: Secret("canary-secret"))
        change(&settings)
        self.store = store
        let events = MutexGuarded<[ShipperEvent]>([])
        self.events = events
        shipper = LogShipper(
            settings: settings, transport: store, guarding: { LockedLineBuffer($0) }, clock: ticks, wallClock: wall,
            entropy: SeededEntropy(seed: seed), journal: journal, observer: EventList(events: events))
    }

    /// What the observer was told.
    public var observed: [ShipperEvent] { events.withLock { $0 } }

    /// What a reader of the store finds.
    public var found: ReadBack { ReadBack(store.stored) }

    /// Moves the clock on whenever somebody sleeps, until `work` is done.
    public func passingTime<Result: Sendable>(
        by step: Duration = .seconds(31), _ work: @escaping @Sendable () async -> Result
    ) async -> Result {
        let done = MutexGuarded(false)
        let clock = Task {
            while !done.withLock({ $0 }) {
                if ticks.sleeping > 0 {
                    ticks.advance(by: step)
                    await Task.yield()
                } else {
                    try? await Task.sleep(for: .milliseconds(1))
                }
            }
        }
        let result = await work()
        done.withLock { $0 = true }
        await clock.value
        return result
    }

    /// Waits until something is so; the test's time limit ends a wait for what never comes.
    public func until(_ isSo: @Sendable () async -> Bool) async { await eventually(isSo) }
}

private struct EventList: ShipperObserver {
    let events: MutexGuarded<[ShipperEvent]>

    func observe(_ event: ShipperEvent) { events.withLock { $0.append(event) } }
}

/// A line of a test: its number.
public struct Numbered: Encodable, Sendable {
    /// The number.
    public let n: Int
    /// Numbers a line.
    public init(_ n: Int) { self.n = n }

    /// The number in a line.
    public static func number(_ line: String) -> Int? {
        guard line.hasPrefix("{\"n\":") else { return nil }
        return Int(line.dropFirst(5).prefix { $0.isNumber })
    }
}

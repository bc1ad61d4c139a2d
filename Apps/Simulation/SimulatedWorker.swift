import AppRegistry
import DeterministicExecutor
import DistributedLock
import InMemoryAdapter
import LogCursor
import LogIngestion
import LogModel

/// A worker process: it takes a lock and visits all apps, again and again, until it dies.
struct SimulatedWorker: Sendable {
    let station: Station
    let lock: LockName

    /// How long the lock is held without being prolonged.
    private static let term: Duration = .seconds(3)

    /// How long a run may last: each app takes a few calls in a row, and each of them its limit at most.
    private static let longestRun: Duration = Station.patience * 12

    func work() async {
        let world = station.world
        let consumer = consumer()
        let keeper = LockKeeper(store: RoughLocks(station: station), holder: station.owner, ticks: world.ticks)
        world.note(station.name, "starts")
        while !station.isDead {
            // A round that fails is tried again like any other.
            let (begin, paused) = (world.scheduler.now, station.timePaused)
            _ = try? await keeper.withLock(lock, for: SimulatedWorker.term) { _ in try await consumer.run() }
            let time = world.scheduler.now - begin - (station.timePaused - paused)
            if time > SimulatedWorker.longestRun, !station.isDead {
                world.violate(.overlong, "a run of \(station.name) lasted \(time)")
            }
            await world.scheduler.pass(world.span(500, 5000))
        }
    }

    /// Visits all apps once.
    func round(with consumer: LogConsumer? = nil) async {
        do {
            let figures = try await (consumer ?? self.consumer()).run()
            if let error = figures.firstError { station.world.violate(.standstill, error) }
        } catch {
            station.world.violate(.standstill, "\(error)")
        }
    }

    /// What visits the apps; it remembers what it has seen.
    func consumer() -> LogConsumer {
        let world = station.world
        let cursors = world.parts.cursors(world.store)
        return LogConsumer(
            apps: world.store, sources: world.parts.sources(RoughSources(station: station)),
            cursors: RoughCursors(inner: cursors, station: station),
            commits: RoughCommits(inner: world.parts.commits(world.store, world.store), station: station),
            scanner: PortableScanner(), owner: station.owner, settings: world.settings, clock: station.clock,
            ticks: world.ticks, entropy: world.entropy, observer: Unobserved(),
            taken: world.parts.taken(RoughTaken(inner: world.store, station: station)))
    }
}

/// Looks at nothing.
private struct Unobserved: IngestionObserver {
    func observe(_ event: IngestionEvent) {}
}

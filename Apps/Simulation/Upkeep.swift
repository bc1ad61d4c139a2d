import DeterministicExecutor
import LogMaintenance
import LogModel

/// Cleaning up beside all that happens, and a follower that is slow: old records go, but not before it has seen them.
struct Upkeep: Sendable {
    let world: World
    let retention: Retention

    /// How old records become.
    struct Retention: Sendable {
        /// After how long they may go.
        let age: Duration
        /// How long they wait for the follower then.
        let patience: Duration
    }

    /// Indexes and cleans up now and then.
    func work(until end: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await repeatedly("index", until: end, every: (5000, 40_000)) { await index(at: $0) } }
            group.addTask { await repeatedly("clean", until: end, every: (1000, 10_000)) { await clean(at: $0) } }
        }
    }

    /// Brings the follower to the end, and lets go all that may.
    func finish() async {
        await index(at: Station("index", in: world))
        let station = cleaningStation("clean")
        station.clock.error = shift
        await clean(at: station)
        world.oldestKept = settings.plan(at: station.clock.now()).standard
    }

    private func repeatedly(
        _ name: String, until end: Duration, every span: (Int, Int), _ run: (Station) async -> Void
    ) async {
        var station = cleaningStation(name)
        while world.scheduler.now < end {
            await world.scheduler.pass(world.span(span.0, span.1))
            if world.strikes(onceIn: 5) { station = cleaningStation(name) }
            // It may die at any step of its run.
            let victim = station
            if world.strikes(onceIn: 4) {
                Task {
                    await world.scheduler.pass(world.span(1, 200))
                    world.note(victim.name, "FAULT dies")
                    victim.die()
                }
            }
            await run(station)
            if station.isDead { station = cleaningStation(name) }
        }
    }

    private func index(at station: Station) async {
        let indexer = FieldIndexer(
            apps: world.store, catalogue: RoughCatalogue(inner: world.store, station: station), reader: world.store)
        do {
            let figures = try await indexer.run()
            world.note(station.name, "indexes \(figures.records) records")
            if !world.isStormy, let error = figures.firstError { world.violate(.standstill, error) }
        } catch {
            if !world.isStormy { world.violate(.standstill, "\(error)") }
        }
    }

    private func clean(at station: Station) async {
        let cleaner = LogCleaner(
            store: RoughRetention(inner: world.parts.retention(world.store), station: station), runs: NoRuns(),
            settings: settings, clock: station.clock, ticks: world.ticks)
        do {
            let figures = try await cleaner.run()
            world.note(
                station.name,
                "lets \(figures.records) records go, \(figures.missed) unseen, and \(figures.waiting) wait")
        } catch {
            if !world.isStormy { world.violate(.standstill, "\(error)") }
        }
    }

    private var settings: CleanupSettings {
        var settings = CleanupSettings()
        settings.days = 1
        settings.patience = retention.patience
        return settings
    }

    /// Days are the product's unit, and no world is that old: its clock is ahead by a day less the age.
    private var shift: Duration { .seconds(86_400) - retention.age }

    private func cleaningStation(_ name: String) -> Station {
        let station = Station(name, in: world)
        station.clock.error = shift + world.span(0, 4000) - .seconds(2)
        return station
    }
}

/// A deployment without runs.
private struct NoRuns: RunRetention {
    func expireRuns(endedBefore end: Timestamp, limit: Int) async throws(StoreError) -> Int { 0 }
}

import AppRegistry
import DeterministicExecutor
import DistributedLock
import LogIngestion
import LogModel

/// What happens in a world: a storm in which all write and read, a calm in which all is brought in, and a judgement.
struct Story: Sendable {
    private let world: World
    private let end: Duration

    init(_ world: World) {
        self.world = world
        end = .seconds(50 + world.below(60))
    }

    func tell() async {
        await world.addApp("shop")
        await world.addApp("mail")
        let readers = world.apps.map { Reader(world: world, app: $0.id) }
        await withTaskGroup(of: Void.self) { group in
            for (index, app) in world.apps.enumerated() {
                for number in 0...world.below(2) {
                    group.addTask { await PlainWriter(world: world, app: app.id, number: number).write(until: end) }
                }
                if index == 0 {
                    for number in 0...world.below(2) {
                        group.addTask { await SdkWriter(world: world, app: app.id, number: number).write(until: end) }
                    }
                }
            }
            for reader in readers { group.addTask { await reader.read(until: end) } }
            if let retention = world.retention {
                group.addTask { await Upkeep(world: world, retention: retention).work(until: end) }
            }
            group.addTask { await storm() }
        }
        await calm()
        for reader in readers { await reader.readToTheEnd() }
        await Judge(world, readers).judge()
    }

    // MARK: - Storm

    /// Keeps workers running, and lets them die and stand still.
    private func storm() async {
        let sharesLock = world.onceIn(2)
        var stations: [Station] = []
        var started = 0
        await withTaskGroup(of: Void.self) { group in
            func start() -> Station {
                started += 1
                let station = Station("work\(started)", in: world)
                let lock = LockName(sharesLock ? "consume-logs" : "consume-logs-\(started)")
                group.addTask { await SimulatedWorker(station: station, lock: lock).work() }
                return station
            }
            for _ in 0...(1 + world.below(2)) { stations.append(start()) }
            while world.scheduler.now < end {
                await world.scheduler.pass(world.span(500, 6000))
                let index = world.below(stations.count)
                let station = stations[index]
                if world.onceIn(3) { world.goBack() }
                switch world.below(world.syncsLate ? 7 : 6) {
                case 0, 1:
                    world.note(station.name, "FAULT dies")
                    station.die()
                    stations[index] = start()
                case 2, 3:
                    let span = world.span(1000, 30_000)
                    world.note(station.name, "FAULT stands still for \(span)")
                    station.pause(for: span)
                case 4:
                    station.clock.error = world.span(0, 10_000) - .seconds(5)
                    world.note(station.name, "FAULT its clock is wrong by \(station.clock.error)")
                case 6: await world.crashFileStore()
                default:
                    world.storeClock.error = world.span(0, 10_000) - .seconds(5)
                    world.note("store", "FAULT its clock is wrong by \(world.storeClock.error)")
                }
            }
            for station in stations { station.die() }
        }
    }

    // MARK: - Calm

    /// Nothing fails any more: one worker takes what there is, and once the days are over, what waited for that.
    private func calm() async {
        world.isStormy = false
        world.note("world", "faults end")
        await world.scheduler.pass(.seconds(30))
        let station = Station("calm", in: world)
        let worker = SimulatedWorker(station: station, lock: LockName("calm"))
        // What does not show what was taken of it is another content when it still does so after a while.
        let consumer = worker.consumer()
        for _ in 0..<3 {
            await worker.round(with: consumer)
            await world.scheduler.pass(world.settings.replaceAfter + .seconds(1))
        }
        let days: Duration = .seconds(2 * 86_400)
        station.clock.error += days
        world.storeClock.error += days
        // What is found rewritten only now must still be so after the wait, and its end may count as sealed only later. A
        // process that ends begins the wait anew, so that all rounds are of one.
        for _ in 0..<5 {
            await worker.round(with: consumer)
            await world.scheduler.pass(max(world.settings.sealGrace, world.settings.replaceAfter) + .seconds(1))
        }
        if let retention = world.retention { await Upkeep(world: world, retention: retention).finish() }
    }
}

import DeterministicExecutor
import LogModel
import Logferry
import LogferryPlatform

/// An application that logs through the SDK, and whose process may die and be started again.
struct SdkWriter: Sendable {
    let world: World
    let app: AppID
    let number: Int
    /// Whether its installation has a name that it keeps over restarts.
    private let isNamed: Bool
    /// Where its batches wait on disk, if they do.
    private let disk: SimulatedDisk?

    init(world: World, app: AppID, number: Int) {
        self.world = world
        self.app = app
        self.number = number
        isNamed = world.onceIn(2)
        disk = world.onceIn(2) ? SimulatedDisk() : nil
    }

    /// Logs until the storm is over, then waits until all is delivered.
    func write(until end: Duration) async {
        var count = 0
        var process = 1
        while true {
            let lives = await live(process, until: end, &count)
            guard !lives else { return }
            process += 1
            await world.scheduler.pass(world.span(10, 5000))
        }
    }

    /// One process, up to its end.
    /// - Returns: whether it came to the end of the story.
    private func live(_ process: Int, until end: Duration, _ count: inout Int) async -> Bool {
        let station = Station("sdk\(number)p\(process)", in: world)
        let shipper = shipper(at: station)
        var logged: Set<[UInt8]> = []
        world.note(station.name, "starts")
        while world.scheduler.now < end {
            await world.scheduler.pass(world.span(10, 3000))
            for _ in 0...world.below(6) {
                count += 1
                let mark = "sdk\(number).\(count)"
                logged.insert(Array(mark.utf8))
                world.sdk[app, default: SdkLedger()].logged.insert(Array(mark.utf8))
                shipper.log(json: Array(#"{"mark":"\#(mark)"}"#.utf8))
            }
            if world.strikes(onceIn: 25) {
                await kill(station, shipper, logged)
                return false
            }
        }
        await world.scheduler.pass(.seconds(15))
        let statistics = await shipper.shutdown(within: .seconds(900))
        if statistics.pending != 0 || statistics.droppedInAll != 0 {
            world.violate(.lost, "\(station.name) ends with \(statistics)")
        }
        return true
    }

    /// Lets a process die, and with it what it had in memory; with the machine goes what its disk was not told to keep.
    private func kill(_ station: Station, _ shipper: LogShipper, _ logged: Set<[UInt8]>) async {
        station.die()
        if let disk, world.onceIn(2) {
            let count = disk.loseUnsynced(keeping: world.below(disk.unsynced + 1))
            world.note(station.name, "FAULT its machine loses power, and \(count) entries of its journal are gone")
        } else {
            world.note(station.name, "FAULT dies")
        }
        let kept = world.sdk[app]?.kept ?? []
        world.sdk[app]?.excused.formUnion(logged.subtracting(kept))
        _ = await shipper.shutdown(within: .zero)
    }

    private func shipper(at station: Station) -> LogShipper {
        var settings = ShipperSettings(serverURL: "http://logferry.invalid", clientToken: "t")
        settings.batchLines = 4
        settings.appendsPerFile = 6
        settings.instanceID = isNamed ? "sdk\(number)" : nil
        let prefix = isNamed ? "sdk\(number)" : station.name
        return LogShipper(
            settings: settings,
            transport: world.parts.transport(SimulatedFileStore(station: station, app: app, prefix: prefix)),
            guarding: { LockedLineBuffer($0) }, clock: world.ticks,
            wallClock: SimulatedWallClock(world.scheduler, start: World.begin), entropy: world.entropy,
            journal: disk.map { SimulatedJournal(disk: $0, station: station, app: app) })
    }
}

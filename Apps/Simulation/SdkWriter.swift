import DeterministicExecutor
import LogModel
import SdkClient
import SdkPlatform

/// An application that logs through the SDK.
struct SdkWriter: Sendable {
    let world: World
    let app: AppID
    let number: Int

    /// Logs until the storm is over, then waits until all is delivered.
    func write(until end: Duration) async {
        let name = "sdk\(number)"
        var settings = ShipperSettings(serverURL: "http://logferry.invalid", clientToken: "t")
        settings.batchLines = 4
        settings.appendsPerFile = 6
        let clock = SimulatedWallClock(world.scheduler, start: World.begin)
        let shipper = LogShipper(
            settings: settings,
            transport: world.parts.transport(SimulatedFileStore(world: world, app: app, name: name)),
            guarding: { LockedLineBuffer($0) }, clock: world.ticks, wallClock: clock, entropy: world.entropy)
        var count = 0
        while world.scheduler.now < end {
            await world.scheduler.pass(world.span(10, 3000))
            for _ in 0...world.below(6) {
                count += 1
                let mark = "\(name).\(count)"
                world.marks[app, default: []].insert(mark)
                shipper.log(json: Array(#"{"mark":"\#(mark)"}"#.utf8))
            }
        }
        await world.scheduler.pass(.seconds(15))
        let statistics = await shipper.shutdown(within: .seconds(900))
        if statistics.delivered != count || statistics.droppedInAll != 0 {
            world.violate("delivery", "\(name) logged \(count) lines and delivered \(statistics.delivered)")
        }
    }
}

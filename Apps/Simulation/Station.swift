import DeterministicExecutor
import LogModel

/// One process of the world: it can die, and it can be stopped for a while.
final class Station: @unchecked Sendable {
    // @unchecked: it lives on the scheduler's one thread.

    let name: String
    let owner: OwnerID
    let clock: SimulatedWallClock
    let world: World
    private(set) var isDead = false
    private var pausedUntil: Duration = .zero
    /// How long it has stood still in all.
    private(set) var timePaused: Duration = .zero

    init(_ name: String, in world: World) {
        self.name = name
        self.world = world
        owner = OwnerID.mint(at: World.begin, from: world.entropy)
        clock = SimulatedWallClock(world.scheduler, start: World.begin)
        clock.error = world.storeClock.error
    }

    /// The process is gone: no call of it has an effect or an answer from here on.
    func die() { isDead = true }

    /// The process stands still for a span.
    func pause(for span: Duration) {
        pausedUntil = world.scheduler.now + span
        timePaused += span
    }

    /// The time that a call takes on its way; whether there is still a process when it is over.
    func travel() async -> Bool {
        guard !isDead else { return false }
        await world.scheduler.pass(world.span(0, 20))
        while !isDead, pausedUntil > world.scheduler.now {
            await world.scheduler.pass(pausedUntil - world.scheduler.now)
        }
        return !isDead
    }

    /// How long a peer that says nothing keeps a call waiting, as adapters promise it of their calls.
    static let patience: Duration = .seconds(10)

    /// Whether a peer takes a call now and never answers it; the time until the call is given up has passed then.
    ///
    /// A caller that is cancelled waits no longer.
    func waitsInVain(for peer: String) async -> Bool {
        guard world.hasSilentPeers, world.strikes(onceIn: 150) else { return false }
        world.note(name, "FAULT \(peer) says nothing")
        let end = world.scheduler.now + Station.patience
        while !isDead, !Task.isCancelled, world.scheduler.now < end { await world.scheduler.pass(.milliseconds(100)) }
        return true
    }
}

import DeterministicExecutor
import InMemoryAdapter
import LogCursor
import LogModel
import LogQuery

/// Follows an app's records beside all that happens.
final class Reader: @unchecked Sendable {
    // @unchecked: it lives on the scheduler's one thread.

    let app: AppID
    private(set) var seen: [FollowedRecord] = []
    private let world: World
    private var follower: any SimulatedFollower

    init(world: World, app: AppID) {
        self.world = world
        self.app = app
        follower = world.parts.follower(app, world.store, world.store)
    }

    /// Looks now and then, up to a point of time.
    func read(until end: Duration) async {
        while world.scheduler.now < end {
            await world.scheduler.pass(world.span(200, 8000))
            await look()
        }
    }

    /// Looks until there is nothing more: a look may end a round that began before the last records came.
    func readToTheEnd() async {
        var empty = 0
        while empty < 2 { empty = await look() ? 0 : empty + 1 }
    }

    @discardableResult private func look() async -> Bool {
        do {
            var next = follower
            let found = try await next.poll()
            follower = next
            seen += found
            if !found.isEmpty { world.note("reader", "sees \(found.count) records") }
            return !found.isEmpty
        } catch {
            world.violate(.standstill, "\(error)")
            return false
        }
    }
}

import AppRegistry
import DistributedLock
import GRDB
import LogCursor
import LogModel
import Synchronization
import TestSupport
import Testing

@testable import SQLiteAdapter

@Suite("SQLite and time")
struct LeaseClockTests {
    private let folder: TemporaryFolder
    private var path: String { folder.file("store.sqlite") }

    init() throws { folder = try TemporaryFolder() }

    @Test("C15: a commit waits for the disk, on the connection that writes")
    func synchroniseFully() async throws {
        for _ in 0..<2 {
            let database = try SQLiteStore(path: path)
            let (level, mode) = try await database.pool.write { db in
                (try Int.fetchOne(db, sql: "PRAGMA synchronous"), try String.fetchOne(db, sql: "PRAGMA journal_mode"))
            }
            #expect(level == 2 && mode == "wal")
            try database.close()
        }
    }

    @Test("a time of day beyond what can be counted ends no process", arguments: [Int64.min, -1, Int64.max])
    func extremes(wall: Int64) async throws {
        let time = MachineTime(uptime: { 5_000_000_000 }, wall: { wall }, boot: { "boot" })
        let database = try SQLiteStore(path: path, limits: SQLiteLimits(), time: time)
        let first = try await database.acquire(LockName("l"), by: .fresh(), for: .seconds(30))
        guard case .granted = first else { throw NotGranted() }
        let second = try await database.acquire(LockName("l"), by: .fresh(), for: .seconds(30))
        if case .granted = second { Issue.record("the lease is not kept") }
        try database.close()
        #expect(MachineTime.nanoseconds(seconds: 2, 5) == 2_000_000_005)
        #expect(MachineTime.nanoseconds(seconds: .max, 0) == .max && MachineTime.nanoseconds(seconds: .min, 0) == .min)
        #expect(MachineTime.nanoseconds(seconds: 9_223_372_036, 854_775_808) == .max)
    }

    @Test(
        "a process whose time of day steps takes nobody's lease early, and none is held for longer",
        arguments: [-1, 24])
    func step(hours: Int64) async throws {
        let machine = Machine()
        let (one, two) = (try machine.open(path), try machine.open(path))
        let app = RegisteredApp.fresh()
        try await one.add(app)
        let name = LockName("l")
        guard case .granted(let lease) = try await one.acquire(name, by: .fresh(), for: .seconds(30))
        else { throw NotGranted() }
        let request = ClaimRequest(
            source: SourceID("s"), object: ObjectKey("o"), app: app.id, identity: "a", size: 1 << 40)
        guard case .claimed = try await one.claim([request], by: .fresh(), for: .seconds(30))[0]
        else { throw NotGranted() }

        machine.step(hours: hours)
        machine.pass(seconds: 29)
        // Also one that is only opened now goes by the same time.
        for database in [one, two, try machine.open(path)] {
            guard
                case .held(_, let remaining) = try await database.acquire(
                    name, by: .fresh(), for: .seconds(30))
            else { throw NotGranted() }
            #expect(remaining == .seconds(1))
            let outcome = try await database.claim([request], by: .fresh(), for: .seconds(30))[0]
            guard case .held = outcome else { throw NotGranted() }
        }
        machine.pass(seconds: 2)
        #expect(try await one.extend(lease, for: .seconds(30)) == false)
        guard case .granted = try await two.acquire(name, by: .fresh(), for: .seconds(30)),
            case .claimed = try await two.claim([request], by: .fresh(), for: .seconds(30))[0]
        else { throw NotGranted() }
    }

    @Test("when the machine was started again, nobody holds anything any more")
    func restart() async throws {
        let machine = Machine()
        let app = RegisteredApp.fresh()
        let request = ClaimRequest(
            source: SourceID("s"), object: ObjectKey("o"), app: app.id, identity: "a", size: 1 << 40)
        let before = try machine.open(path)
        try await before.add(app)
        guard
            case .granted(let lease) = try await before.acquire(
                LockName("l"), by: .fresh(), for: .seconds(3600)),
            case .claimed(let claim) = try await before.claim(
                [request], by: .fresh(), for: .seconds(3600))[0]
        else { throw NotGranted() }
        try before.close()
        machine.restart()
        let after = try machine.open(path)
        guard
            case .granted(let next) = try await after.acquire(
                LockName("l"), by: .fresh(), for: .seconds(30)),
            case .claimed(let second) = try await after.claim(
                [request], by: .fresh(), for: .seconds(30))[0]
        else { throw NotGranted() }
        #expect(next.fence > lease.fence && second.epoch > claim.epoch)
        // The end of a lease is told as a time of day.
        let end = try #require(second.cursor.leaseEnd)
        #expect(end == Timestamp(nanoseconds: machine.wall).advanced(by: .seconds(30)))
    }

    @Test("a machine that does not say when it was started has leases by its time of day, and they end")
    func unknownStart() async throws {
        let machine = Machine()
        machine.hideStart()
        let database = try machine.open(path)
        guard case .granted = try await database.acquire(LockName("l"), by: .fresh(), for: .seconds(30)) else {
            throw NotGranted()
        }
        let other = try machine.open(path)
        guard case .held = try await other.acquire(LockName("l"), by: .fresh(), for: .seconds(30)) else {
            throw NotGranted()
        }
        machine.restart()
        machine.pass(seconds: 31)
        guard
            case .granted = try await machine.open(path).acquire(
                LockName("l"), by: .fresh(), for: .seconds(30))
        else { throw NotGranted() }
    }

    private struct NotGranted: Error {}
}

/// A machine whose time a test moves.
private final class Machine: Sendable {
    private struct State {
        var uptime: Int64 = 5_000_000_000_000
        var wall: Int64 = 1_795_168_800_000_000_000
        var starts = 1
        var saysStart = true
    }

    private let state = Mutex(State())

    var wall: Int64 { state.withLock { $0.wall } }

    func open(_ path: String) throws -> SQLiteStore {
        try SQLiteStore(path: path, limits: SQLiteLimits(), time: time)
    }

    func pass(seconds: Int64) {
        state.withLock {
            $0.uptime += seconds * 1_000_000_000
            $0.wall += seconds * 1_000_000_000
        }
    }

    func step(hours: Int64) { state.withLock { $0.wall += hours * 3_600_000_000_000 } }

    /// Starts again after ten seconds.
    func restart() {
        state.withLock {
            $0.uptime = 1_000_000_000
            $0.wall += 10_000_000_000
            $0.starts += 1
        }
    }

    func hideStart() { state.withLock { $0.saysStart = false } }

    private var time: MachineTime {
        MachineTime(
            uptime: { self.state.withLock { $0.uptime } }, wall: { self.state.withLock { $0.wall } },
            boot: { self.state.withLock { $0.saysStart ? "start-\($0.starts)" : nil } })
    }
}

import AppRegistry
import DistributedLock
import Foundation
import LogCursor
import LogIngestion
import LogModel
import LogQuery
import ServerRig
import TestSupport
import Testing

@testable import PostgresAdapter

/// That what was committed is exact whatever breaks, and that nobody is told otherwise.
@Suite("PostgreSQL faults", .enabled(if: TestServer.isThere))
struct PostgresFaultTests {
    private let isSoak = ProcessInfo.processInfo.environment["LOGFERRY_TEST_SOAK"] == "1"

    /// What came of a commit over a connection that was cut.
    private enum Fate: Hashable { case applied, unavailable, unknown }

    @Test("a connection cut anywhere in COPY or COMMIT leaves all of a commit or nothing, and the answer says so")
    func cutConnections() async throws {
        try await Turns.all.take {
            let bench = try await Bench.make()
            let (proxy, through) = try await bench.relayed()
            // How many bytes go each way for one commit on a connection that knows the statements.
            _ = try await commit("warm", bench, through)
            proxy.calm()
            _ = try await commit("measured", bench, through)
            let size = proxy.counts
            #expect(size.toServer > 2000 && size.toClient > 100)
            var fates: Set<Fate> = []
            let rounds = isSoak ? 200 : 24
            for (way, bytes) in [(CuttingProxy.Way.toServer, size.toServer), (.toClient, size.toClient)] {
                // The last bytes are those of COMMIT, where it matters most.
                let places = (0..<rounds).map { bytes * $0 / rounds } + (1...12).map { bytes - $0 }
                for place in places {
                    // Whole again, so that the cut comes in the commit and not while connecting.
                    proxy.calm()
                    _ = try await commit("calm \(way) \(place)", bench, through)
                    proxy.cut(way, after: place)
                    fates.insert(try await commit("cut \(way) \(place)", bench, through))
                }
            }
            #expect(fates.isSuperset(of: [.applied, .unknown]))
            proxy.stop()
            await through.close()
            await bench.close()
        }
    }

    /// Commits lines to an object through a store, and makes sure that what is there then is what the answer allows.
    private func commit(_ object: String, _ bench: Bench, _ through: PostgresStore) async throws -> Fate {
        let claim = try await bench.claim(object)
        var feed = bench.feed(claim)
        let step = feed.step(numbered(40))
        let fate: Fate
        do {
            let outcomes = try await through.commit([step])
            #expect(outcomes == [.applied], "\(object)")
            fate = .applied
        } catch {
            #expect(error.reason != .broken, "\(object): \(error)")
            fate = error.reason == .outcomeUnknown ? .unknown : .unavailable
        }
        let cursor = try await settledCursor(object, bench)
        let count = try await bench.database.count(of: claim.generation)
        let isThere = cursor.progress == feed.progress
        #expect(isThere ? count == 40 : count == 0 && cursor.progress == CursorProgress(), "\(object): \(fate)")
        if fate == .applied { #expect(isThere, "\(object)") }
        if fate == .unavailable { #expect(!isThere, "\(object)") }
        return fate
    }

    /// The cursor once no transaction that the cut has left behind holds it any more.
    private func settledCursor(_ object: String, _ bench: Bench) async throws -> LogCursor.Cursor {
        try await TestServer.session(on: bench.url) { session in
            try session.transaction { session in
                try session.run("SELECT 1 FROM cursors WHERE object = $1 FOR UPDATE", [.text(object)])
            }
        }
        return try await bench.cursor(object)
    }

    @Test("a server that is killed during commits and started again has each line exactly once")
    func killedServer() async throws {
        try await OwnServer.run { server in
            let bench = try await Bench.make(on: server.url)
            let rounds = isSoak ? 12 : 3
            let writers = 3
            let tallies = try await withThrowingTaskGroup(of: [Int: Int].self) { group in
                for writer in 0..<writers {
                    group.addTask { try await write("w\(writer)", until: rounds * 40, bench) }
                }
                for _ in 0..<rounds {
                    try await Task.sleep(for: .milliseconds(300))
                    try server.kill()
                    try await server.startAgain()
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(tallies.count == writers)
            for writer in 0..<writers {
                let cursor = try await bench.cursor("w\(writer)")
                let lines = try await bench.lines(of: cursor.generation)
                #expect(cursor.progress.lines == Int64(rounds * 40 * 25))
                #expect(lines == numbered(rounds * 40 * 25).split(separator: "\n").map(String.init))
            }
            await bench.close()
        }
    }

    /// Appends 25 lines a commit; after each failure goes on where the cursor says.
    /// - Returns: how often each outcome was met.
    private func write(_ object: String, until commits: Int, _ bench: Bench) async throws -> [Int: Int] {
        var tally: [Int: Int] = [:]
        let end = ContinuousClock.now + .seconds(300)
        while ContinuousClock.now < end {
            do {
                let claim = try await bench.claim(object, lease: .zero)
                var feed = bench.feed(claim)
                var line = Int(claim.cursor.progress.lines)
                while line < commits * 25 {
                    let outcomes = try await bench.database.commit([feed.step(numbered(25, from: line))])
                    #expect(outcomes == [.applied])
                    line += 25
                    tally[0, default: 0] += 1
                }
                return tally
            } catch is StoreError {
                tally[1, default: 0] += 1
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw CancellationError()
    }

    @Test("a commit that meets another's locks in the other order is done again, and both are applied")
    func deadlock() async throws {
        try await Turns.all.take {
            let bench = try await Bench.make(connections: 8)
            let objects = (0..<6).map { "o\($0)" }
            var feeds: [ObjectFeed] = []
            for object in objects { feeds.append(bench.feed(try await bench.claim(object))) }
            let writers = (0..<4).map { WriterID(unchecked: "writer\($0)") }
            // Each commit touches two writers, half of them in the other order.
            let outcomes = try await withThrowingTaskGroup(of: [StepOutcome].self) { group in
                for (index, feed) in feeds.enumerated() {
                    group.addTask {
                        var (feed, outcomes): (ObjectFeed, [StepOutcome]) = (feed, [])
                        for round in 0..<10 {
                            let order = index % 2 == 0 ? writers : writers.reversed()
                            let plain = feed.step("{\"n\":\(round)}\n")
                            var moves: [WriterMove] = []
                            for writer in order {
                                let known = try await bench.database.writer(writer, of: bench.app.id)
                                moves.append(
                                    WriterMove(
                                        writer: writer, from: known.version,
                                        to: WriterState(taken: known.taken, version: known.version + 1)))
                            }
                            let step = ObjectStep(
                                move: plain.move, app: plain.app, records: plain.records, rejects: [],
                                writers: moves, receivedAt: plain.receivedAt)
                            let outcome = try #require(try await bench.database.commit([step]).first)
                            outcomes.append(outcome)
                            if outcome != .applied { break }
                        }
                        return outcomes
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            let applied = outcomes.count { $0 == .applied }
            #expect(outcomes.allSatisfy { $0 == .applied || $0 == .writerMoved })
            // Every applied step raised every writer by one; none was lost between two of them.
            for writer in writers {
                #expect(try await bench.database.writer(writer, of: bench.app.id).version == Int64(applied))
            }
            await bench.close()
        }
    }

    @Test("leases are judged by the server's clock alone, to which each statement asks anew")
    func serverClock() async throws {
        try await Turns.all.take {
            let bench = try await Bench.make()
            guard case .granted = try await bench.database.acquire(LockName("l"), by: .fresh(), for: .seconds(600))
            else {
                Issue.record("not granted")
                return
            }
            // Ten minutes pass for the server: the row says when the lease ends, and only its clock is asked.
            try await TestServer.run("UPDATE locks SET lease_end = lease_end - 600000000000", on: bench.url)
            guard
                case .granted(let next) = try await bench.database.acquire(
                    LockName("l"), by: .fresh(), for: .seconds(600))
            else {
                Issue.record("the server's clock was not asked")
                return
            }
            #expect(next.fence == 2)
            let end = try await bench.number("SELECT lease_end - \(nowSQL) AS answer FROM locks") ?? 0
            #expect(end > 0 && end <= 600_000_000_000)
            await bench.close()
        }
    }
}

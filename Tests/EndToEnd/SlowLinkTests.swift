import Foundation
import ServerRig
import TestSupport
import Testing

/// Databases that are well and far away.
@Suite(
    "Slow links", .serialized, .enabled(if: StoreKind.available.contains(.postgres)), .timeLimit(.minutes(20)))
struct SlowLinkTests {
    private static let isSoak = ProcessInfo.processInfo.environment["LOGFERRY_TEST_SOAK"] == "1"

    /// Tenths of a second that a round trip takes.
    private static var roundTrips: [Int] { isSoak ? [1, 10, 40] : [2] }

    @Test("T99: lines are taken, each once, from a PostgreSQL that is a slow round trip away", arguments: roundTrips)
    func postgres(_ tenths: Int) async throws {
        let store = try await RelayedStore(.postgres)
        let fleet = try await Fleet(more: store.environment)
        let (app, writer) = try await fleet.register("far")
        let door = try await app.initialise()
        store.proxy.mood = .slow(roundTrip: .milliseconds(100 * tenths))
        let worker = try fleet.startWorker(["--consume-interval", "1s"], more: store.environment)
        let start = ContinuousClock.now
        var expected: [UInt8] = []
        for round in 0..<3 {
            let bytes = Corpus.made(lines: 500, seed: UInt64(round + 1))
            #expect(try await writer.append(bytes, to: door.file("2026-11-20"), with: door.token).status == 200)
            expected += bytes
            let lines = expected.count { $0 == 0x0A }
            let since = ContinuousClock.now
            try await Fleet.until("\(lines) lines are stored", within: .seconds(400)) {
                try await store.countLines() == lines
            }
            print("T99: round trip \(tenths) tenths: round \(round): lines after \(ContinuousClock.now - since)")
        }
        print("T99: round trip \(tenths) tenths: all after \(ContinuousClock.now - start)")
        store.proxy.mood = .calm
        #expect(try await fleet.site.storedLines(of: "far") == expected)
        #expect(try await fleet.site.stop(worker) == 0)
        #expect(try await fleet.stop() == [0, 0])
        try await store.stop()
    }
}

import Foundation
import Glibc
import Testing

/// What is left when everything is killed at any moment.
@Suite("Crashes", .serialized)
struct CrashTests {
    @Test("C15: kill -9 at random moments during append and follow loses and doubles nothing")
    func killed() async throws {
        let site = try Site()
        var dice = Dice(seed: UInt64(Counts.isSoak ? UInt64(getpid()) : 42))
        var dev = try await site.startDev(["--consume-interval", "10ms"])
        let app = try await Application.register("crash", at: site)
        let bytes = Corpus.made(lines: Counts.of(60_000, soak: 600_000), seed: 5)
        var door = try await app.initialise(#"{"instanceId":"crash"}"#)
        let file = door.file("2026-11-20")
        let kills = Counts.of(50, soak: 1000)
        var position = 0
        for kill in 0..<kills {
            let deadline = ContinuousClock.now.advanced(by: .milliseconds(dice.roll(150)))
            let piece = max(1, bytes.count / kills / 8)
            let victim = dev
            async let killing: Void = {
                try? await Task.sleep(until: deadline)
                victim.signal(SIGKILL)
            }()
            // Append until the store is gone; what came of the last append is asked for after the restart.
            while position < bytes.count * (kill + 1) / kills {
                let end = min(bytes.count, position + 1 + dice.roll(2 * piece))
                guard
                    let answer = try? await app.append(bytes[position..<end], to: file, with: door.token),
                    answer.status == 200
                else { break }
                position = end
            }
            await killing
            #expect(try await victim.wait() == 128 + SIGKILL)
            dev = try await site.startDev(["--consume-interval", "10ms"])
            position = try await app.committedSize(of: file)
            door = try await app.initialise(#"{"instanceId":"crash"}"#)
        }
        while position < bytes.count {
            let end = min(bytes.count, position + 500_000)
            let answer = try await app.append(bytes[position..<end], to: file, with: door.token)
            try #require(answer.status == 200, "\(answer.text)")
            position = end
        }
        _ = try await site.consumeToEnd()
        let stored = try await site.storedLines(of: app.name)
        #expect(stored == bytes, "\(stored.count) of \(bytes.count) bytes")
        let verified = try await site.run(["verify"])
        #expect(verified.code == 0, "\(verified.output) \(verified.words)")
        #expect(try await site.stop(dev) == 0)
    }
}

import Foundation
import Glibc
import ServerRig
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

    @Test("C15: kill -9 at random moments during init, append, follow and query, with two workers on one store")
    func killedFleet() async throws {
        let start = ContinuousClock.now
        let seed = Counts.isSoak ? UInt64(getpid()) : 42
        var dice = Dice(seed: seed)
        let scene = try await CrashScene()
        let running = RunningSwitch()
        var traffic: [CrashTraffic] = []
        for name in ["crash-a", "crash-b"] {
            let app = try await Application.register(name, at: scene.site)
            let writer = Application(
                site: scene.files, id: app.id, name: name, clientToken: app.clientToken, tokenID: app.tokenID)
            traffic.append(
                CrashTraffic(app: app, writer: writer, running: running, seed: seed &+ UInt64(traffic.count)))
        }
        let writing = traffic.map { traffic in Task { try await traffic.write() } }
        let asking = traffic.map { traffic in Task { try await traffic.ask() } }
        let kills = Counts.of(24, soak: 1000)
        for kill in 1...kills {
            try await Task.sleep(for: .milliseconds(dice.roll(250)))
            // One in five hits a process that is just starting.
            try await scene.kill(CrashScene.Victim.allCases[dice.roll(4)], waiting: dice.roll(5) > 0)
            if Counts.isSoak, kill % 50 == 0 {
                print("\(kill) kills in \(start.duration(to: .now))")
            }
        }
        try await scene.settle()
        await running.turnOff()
        var lines = 0
        for (index, traffic) in traffic.enumerated() {
            let written = try await writing[index].value
            let asked = try await asking[index].value
            print("\(traffic.app.name): \(written), then \(asked)")
            #expect(written.appends > kills / 4 && asked.questions > 0 && asked.seen > 0)
            var expected: [UInt8] = []
            var number = 0
            while expected.count < written.written {
                expected += CrashTraffic.line(number)
                number += 1
            }
            lines += number
            // The file ends with a whole line, so all of it is taken.
            #expect(expected.count == written.written)
            try await Fleet.until("all is stored", within: .seconds(300)) {
                try await scene.site.storedLines(of: traffic.app.name).count >= expected.count
            }
            let stored = try await scene.site.storedLines(of: traffic.app.name)
            #expect(stored == expected, "\(traffic.app.name): \(stored.count) of \(expected.count) bytes")
        }
        let verified = try await scene.run(["verify"])
        #expect(verified.code == 0, "\(verified.output) \(verified.words)")
        try await scene.stop()
        print("seed \(seed): \(scene.kills), \(lines) lines, \(start.duration(to: .now))")
    }
}

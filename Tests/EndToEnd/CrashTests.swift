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
        let isExact = stored == bytes
        #expect(isExact, "\(stored.count) of \(bytes.count) bytes")
        let verified = try await site.run(["verify"])
        #expect(verified.code == 0, "\(verified.output) \(verified.words)")
        #expect(try await site.stop(dev) == 0)
    }

    @Test(
        "a worker that starts before its store waits for it, for as long as store.wait says",
        arguments: StoreKind.available.filter { $0 != .sqlite })
    func startsBeforeStore(_ kind: StoreKind) async throws {
        let (files, site) = (try Site(), try Site())
        let store = try await StoreServer(kind)
        let program = try await files.startDev(["--consume-interval", "1h"])
        let environment = try site.use(files).merging(store.environment) { $1 }
        try store.kill()
        func work(_ more: [String]) throws -> RunningProgram {
            try RunningProgram(
                ["work"] + site.flags + ["--ops-port", String(site.opsPort)] + more, environment: environment,
                folder: site.folder + "/logs")
        }
        let hasty = try work(["--store-wait", "10ms"])
        #expect(try await hasty.wait() == 75, "\(hasty.errorText)")
        #expect(hasty.errorText.contains("cannot be reached"), "\(hasty.errorText)")
        let patient = try work(["--store-wait", "10m"])
        try await Fleet.until("it says that it waits") { patient.errorText.contains("cannot be reached yet") }
        try await store.startAgain()
        try await Fleet.until("it works") { (try? await site.send("GET", site.ops("/readyz")))?.status == 200 }
        #expect(try await site.stop(patient) == 0, "\(patient.errorText)")
        #expect(try await files.stop(program) == 0)
        try await store.stop()
    }

    @Test(
        "C15: kill -9 at random moments during init, append, follow and query, with two workers on one store",
        arguments: StoreKind.available)
    func killedFleet(_ kind: StoreKind) async throws {
        let start = ContinuousClock.now
        let seed = Counts.isSoak ? UInt64(getpid()) : 42
        var dice = Dice(seed: seed)
        let scene = try await CrashScene(kind)
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
        let victims = scene.victims(kind == .sqlite ? Counts.of(24, soak: 1000) : Counts.of(10, soak: 100), &dice)
        for (kill, victim) in victims.enumerated() {
            try await Task.sleep(for: .milliseconds(dice.roll(250)))
            // One in five hits a process that is just starting.
            try await scene.kill(victim, waiting: dice.roll(5) > 0)
            if Counts.isSoak, kill % 50 == 49 {
                print("\(kind): \(kill + 1) kills in \(start.duration(to: .now))")
            }
        }
        try await scene.settle()
        await running.turnOff()
        var lines = 0
        for (index, traffic) in traffic.enumerated() {
            let written = try await writing[index].value
            let asked = try await asking[index].value
            print("\(traffic.app.name): \(written), then \(asked)")
            #expect(written.appends > victims.count / 4 && asked.questions > 0 && asked.seen > 0)
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
        print("\(kind), seed \(seed): \(scene.kills), \(lines) lines, \(start.duration(to: .now))")
    }
}

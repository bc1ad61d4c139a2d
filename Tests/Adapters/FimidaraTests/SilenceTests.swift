import BlockingExecutor
import HTTPTransport
import LogIngestion
import LogModel
import SdkProvisioning
import Testing

@testable import FimidaraAdapter

/// A clock that shows what it is told to.
private final class StepClock: Clock {
    struct Instant: InstantProtocol {
        let elapsed: Duration
        func advanced(by duration: Duration) -> Instant { Instant(elapsed: elapsed + duration) }
        func duration(to other: Instant) -> Duration { other.elapsed - elapsed }
        static func < (left: Instant, right: Instant) -> Bool { left.elapsed < right.elapsed }
    }

    private let elapsed = Locked(Duration.zero)

    var now: Instant { elapsed.withLock { Instant(elapsed: $0) } }
    var minimumResolution: Duration { .zero }

    func advance(by duration: Duration) { elapsed.withLock { $0 += duration } }
    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        elapsed.withLock { $0 = max($0, deadline.elapsed) }
    }
}

@Suite("Fimidara: a server that is silent, or late")
struct SilenceTests {
    private let clock = StepClock()
    private var gate: SilenceGate { SilenceGate(clock: clock, entropy: FixedEntropy()) }

    @Test("T94: a call that was late says nothing of a server that answered another one meanwhile")
    func late() async throws {
        let gate = gate
        let slow = try await gate.enter("readFile")
        clock.advance(by: .seconds(3))
        await gate.noteAnswer(to: try await gate.enter("getToken"))
        clock.advance(by: .seconds(7))
        #expect(await gate.noteEnd(of: slow, lost(.timedOut(.idle))) == .late)
        _ = try await gate.enter("getToken")
    }

    @Test("T94: one call that hangs while nobody else asks says nothing of the server, nor of what it asked for")
    func lonely() async throws {
        let gate = gate
        for _ in 0..<3 {
            let slow = try await gate.enter("readFile")
            clock.advance(by: .seconds(20))
            #expect(await gate.noteEnd(of: slow, lost(.timedOut(.idle))) == .alone)
            let listing = try await gate.enter("getFolder")
            #expect(!listing.isProbe)
            await gate.noteAnswer(to: listing)
        }
    }

    @Test("T94: a server that answers nobody is tried by one call at a time, at pauses that grow to ten seconds")
    func silent() async throws {
        let gate = gate
        let calls = [try await gate.enter("getToken"), try await gate.enter("readFile")]
        clock.advance(by: .seconds(20))
        #expect(await gate.noteEnd(of: calls[0], lost(.timedOut(.total))) == .alone)
        #expect(await gate.noteEnd(of: calls[1], lost(.timedOut(.total))) == .silent)
        var pauses: [Duration] = []
        for _ in 0..<6 {
            var pause = Duration.zero
            while (try? await gate.enter("getToken")) == nil {
                clock.advance(by: .milliseconds(100))
                pause += .milliseconds(100)
            }
            pauses.append(pause)
            await #expect(throws: FimidaraFailure.self) { _ = try await gate.enter("getToken") }
            let probe = SilenceGate.Pass(start: clock.now.elapsed, isProbe: true)
            #expect(await gate.noteEnd(of: probe, lost(.timedOut(.idle))) == .silent)
        }
        #expect(zip(pauses, pauses.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(pauses.allSatisfy { $0 <= .seconds(10) } && pauses.last == .seconds(10))
    }

    @Test("T94: the first answer, whatever it says, lets all calls through again")
    func answersAgain() async throws {
        let gate = gate
        let calls = [try await gate.enter("getToken"), try await gate.enter("readFile")]
        clock.advance(by: .seconds(20))
        for call in calls { _ = await gate.noteEnd(of: call, lost(.timedOut(.idle))) }
        clock.advance(by: .seconds(10))
        let probe = try await gate.enter("getToken")
        #expect(probe.isProbe)
        await gate.noteAnswer(to: probe)
        for _ in 0..<3 { #expect(try await !gate.enter("getToken").isProbe) }
    }

    @Test("T94: a probe that its caller gave up lets the next caller try")
    func abandonedProbe() async throws {
        let gate = gate
        let calls = [try await gate.enter("getToken"), try await gate.enter("readFile")]
        clock.advance(by: .seconds(6))
        // Given up by their callers after long enough to tell.
        #expect(await gate.noteEnd(of: calls[0], lost(.cancelled)) == .alone)
        #expect(await gate.noteEnd(of: calls[1], lost(.cancelled)) == .silent)
        clock.advance(by: .seconds(10))
        let probe = try await gate.enter("getToken")
        #expect(await gate.noteEnd(of: probe, lost(.cancelled)) == .neither)
        #expect(try await gate.enter("getToken").isProbe)
    }

    @Test("T94: calls of a silent server fail at once, are not repeated, and a probe makes a new connection")
    func client() async throws {
        let clock = clock
        let isSilent = Locked(true)
        let transport = ScriptedTransport { call throws(HTTPTransportError) in
            guard isSilent.withLock({ $0 }) else { return Bench.folder() }
            clock.advance(by: .seconds(20))
            throw lost(.timedOut(.idle))
        }
        let client = FimidaraClient(
            settings: try FimidaraSettings(
                serverURL: "http://fimidara.test", authToken: Secret(Bench.canary), workspaceRootname: "acme"),
            transport: transport, entropy: FixedEntropy(), wallClock: FixedWallClock(), clock: clock)
        let administration = FimidaraStorageAdministration(client: client.retrying(RetryPolicy(attempts: 3)))
        let source = FimidaraObjectSource(client: client, folder: Bench.path)
        for _ in 0..<20 {
            let error = await storageFailure { () async throws(StorageError) in
                _ = try await administration.folder(at: Bench.path)
            }
            #expect(error?.reason == .unavailable)
            await #expect(throws: SourceError.self) { try await source.list { _ in } }
        }
        #expect(transport.calls.count == 2)
        clock.advance(by: .seconds(1))
        isSilent.withLock { $0 = false }
        #expect(try await administration.folder(at: Bench.path) != nil)
        #expect(transport.calls.count == 3 && transport.calls[2].request.isRepeatable == false)
        #expect(try await administration.folder(at: Bench.path) != nil)
        #expect(transport.calls[3].request.isRepeatable)
    }
}

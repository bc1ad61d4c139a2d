import Composition
import Testing

@testable import Server

/// The judgement behind the limits, with a clock that the test holds.
@Suite("Connection watch")
struct ConnectionWatchTests {
    private let start = ContinuousClock.now

    /// Head 10 s, idle 60 s, stall 30 s, 1 KiB a second, 8 MiB passed over.
    private func limits() throws -> ConnectionLimits {
        ConnectionLimits(try Settings(SettingsSource(flags: [:], environment: [:], file: nil)))
    }

    private func after(_ seconds: Double) -> ContinuousClock.Instant { start.advanced(by: .seconds(seconds)) }

    @Test("an idle connection lives for the idle time, a head for the head time from its first byte")
    func idleAndHead() throws {
        var watch = ConnectionWatch(try limits(), at: start)
        #expect(watch.verdict(at: after(60)) == nil)
        #expect(watch.verdict(at: after(60.1)) == .idle)
        watch.received(1, at: after(59))
        watch.received(1, at: after(68))
        #expect(watch.verdict(at: after(69)) == nil)
        #expect(watch.verdict(at: after(69.1)) == .slowHead)
        watch.tookHead()
        watch.tookRequest(at: after(69.5))
        #expect(watch.verdict(at: after(1000)) == nil, "we may take our time to answer")
        watch.answered(at: after(1000))
        #expect(watch.verdict(at: after(1060)) == nil)
        #expect(watch.verdict(at: after(1060.1)) == .idle)
    }

    @Test("a head that was begun while the request before was answered has its time from then")
    func pipelinedHead() throws {
        var watch = ConnectionWatch(try limits(), at: start)
        watch.received(100, at: start)
        watch.tookHead()
        watch.tookRequest(at: start)
        watch.received(5, at: after(1))
        #expect(watch.verdict(at: after(500)) == nil)
        watch.answered(at: after(500))
        #expect(watch.verdict(at: after(510)) == nil)
        #expect(watch.verdict(at: after(510.1)) == .slowHead)
    }

    @Test("a body may stand still for the stall time, and not while we do not read")
    func stalledBody() throws {
        var watch = ConnectionWatch(try limits(), at: start)
        watch.tookHead()
        #expect(watch.verdict(at: after(1000)) == nil, "nobody reads")
        watch.asked(at: after(1000))
        #expect(watch.verdict(at: after(1030)) == nil)
        #expect(watch.verdict(at: after(1030.1)) == .slowBody)
        watch.received(10, at: after(1030))
        #expect(watch.verdict(at: after(2000)) == nil, "nobody reads")
    }

    @Test("8 MiB may come at little over 1 KiB a second, and not at less")
    func bodyRate() throws {
        for (rate, isTaken) in [(1100.0, true), (900.0, false)] {
            var watch = ConnectionWatch(try limits(), at: start)
            watch.tookHead()
            var sent = 0
            var now = 0.0
            var verdict: ConnectionWatch.Verdict?
            while sent < 8 << 20, verdict == nil {
                watch.asked(at: after(now))
                now += 10
                verdict = watch.verdict(at: after(now))
                watch.received(Int(rate * 10), at: after(now))
                sent += Int(rate * 10)
            }
            #expect(verdict == (isTaken ? nil : .slowBody), "\(rate)")
        }
    }

    @Test("an answer must be taken at the least rate; what we do not send yet is not waited for")
    func reader() throws {
        var watch = ConnectionWatch(try limits(), at: start)
        watch.tookHead()
        watch.tookRequest(at: start)
        watch.sending(100_000, at: start)
        #expect(watch.verdict(at: after(30)) == nil)
        #expect(watch.verdict(at: after(30.1)) == .slowReader)
        watch.sent(50_000, at: after(20))
        watch.sent(50_000, at: after(40))
        #expect(watch.verdict(at: after(5000)) == nil, "all is taken, and we think about the rest")
        watch.sending(10, at: after(5000))
        watch.answered(at: after(5000))
        #expect(watch.verdict(at: after(5030)) == nil)
        #expect(watch.verdict(at: after(5030.1)) == .slowReader)
        watch.sent(10, at: after(5001))
        #expect(watch.verdict(at: after(5060)) == nil)
        #expect(watch.verdict(at: after(5060.1)) == .idle)
    }

    @Test("the rest of an answered request's body is passed over up to the limit")
    func drained() throws {
        var watch = ConnectionWatch(try limits(), at: start)
        watch.tookHead()
        watch.received(100 << 20, at: start)
        #expect(watch.verdict(at: start) == nil, "what a route takes is the route's matter")
        watch.answered(at: start)
        watch.received(8 << 20, at: start)
        #expect(watch.verdict(at: start) == nil)
        watch.received(1, at: start)
        #expect(watch.verdict(at: start) == .endlessBody)
    }
}

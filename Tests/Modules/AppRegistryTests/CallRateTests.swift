import AppRegistry
import InMemoryAdapter
import LogModel
import TestSupport
import Testing

@Suite("CallRate")
struct CallRateTests {
    @Test("a token gets its rate, is told how long to wait, and gets on after that")
    func rate() async {
        let clock = ManualWallClock()
        let rate = CallRate<TokenID>(perMinute: 6, clock: clock)
        let token = TokenID.fresh()
        for _ in 0..<6 { #expect(await rate.take(token) == nil) }
        let wait = await rate.take(token)
        #expect(wait == .seconds(10))
        clock.advance(by: .seconds(9))
        #expect(await rate.take(token) != nil)
        clock.advance(by: .seconds(1))
        #expect(await rate.take(token) == nil)
        #expect(await rate.take(token) != nil)
    }

    @Test("tokens do not share a rate")
    func apart() async {
        let rate = CallRate<TokenID>(perMinute: 1, clock: ManualWallClock())
        #expect(await rate.take(.fresh()) == nil)
        #expect(await rate.take(.fresh()) == nil)
    }

    @Test("a clock that steps back neither fills nor drains")
    func clockSteps() async {
        let clock = ManualWallClock()
        let rate = CallRate<TokenID>(perMinute: 2, clock: clock)
        let token = TokenID.fresh()
        #expect(await rate.take(token) == nil)
        clock.advance(by: .seconds(-3600))
        #expect(await rate.take(token) == nil)
        #expect(await rate.take(token) != nil)
    }

    @Test("an empty bucket fills as fast after the clock stepped back")
    func emptyBucket() async {
        let clock = ManualWallClock()
        let rate = CallRate<TokenID>(perMinute: 1, clock: clock)
        let token = TokenID.fresh()
        #expect(await rate.take(token) == nil)
        clock.advance(by: .seconds(-3600))
        #expect(await rate.take(token) == .seconds(60))
        clock.advance(by: .seconds(60))
        #expect(await rate.take(token) == nil)
    }

    @Test("asking how long to wait takes nothing")
    func looking() async {
        let rate = CallRate<TokenID>(perMinute: 1, clock: ManualWallClock())
        let token = TokenID.fresh()
        for _ in 0..<5 { #expect(await rate.wait(for: token) == nil) }
        #expect(await rate.take(token) == nil)
        #expect(await rate.wait(for: token) == .seconds(60))
        #expect(await rate.wait(for: token) == .seconds(60))
    }

    @Test("memory is bounded, whether buckets fill up again or not")
    func memory() async {
        let clock = ManualWallClock()
        let rate = CallRate<Int>(perMinute: 10, clock: clock, mostKeys: 100)
        for key in 0..<1000 {
            _ = await rate.take(key)
            #expect(await rate.remembered <= 100)
        }
        clock.advance(by: .seconds(60))
        for key in 1000..<1100 { _ = await rate.take(key) }
        for _ in 0..<9 { _ = await rate.take(1099) }
        #expect(await rate.take(1099) != nil, "who was counted last is still counted")
    }

    @Test("attempts that succeed take nothing, and of those that fail no more are made than there are calls")
    func attempts() async throws {
        let rate = CallRate<Int>(perMinute: 3, clock: ManualWallClock())
        for _ in 0..<10 { #expect(await rate.attempt(1) { true } == .succeeded) }
        let outcomes = await withTaskGroup(of: CallRate<Int>.Attempt.self) { group in
            for _ in 0..<50 {
                group.addTask { await rate.attempt(1) { false } }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count { $0 == .failed } == 3)
        #expect(await rate.attempt(1) { true } == .refused(.seconds(20)))
        #expect(await rate.attempt(2) { true } == .succeeded)
    }
}

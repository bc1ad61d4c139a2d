import InMemoryAdapter
import LogModel
import SdkProvisioning
import TestSupport
import Testing

@Suite("InitRate")
struct InitRateTests {
    @Test("a token gets its rate, is told how long to wait, and gets on after that")
    func rate() async {
        let clock = ManualWallClock()
        let rate = InitRate(perMinute: 6, clock: clock)
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
        let rate = InitRate(perMinute: 1, clock: ManualWallClock())
        #expect(await rate.take(.fresh()) == nil)
        #expect(await rate.take(.fresh()) == nil)
    }

    @Test("a clock that steps back neither fills nor drains")
    func clockSteps() async {
        let clock = ManualWallClock()
        let rate = InitRate(perMinute: 2, clock: clock)
        let token = TokenID.fresh()
        #expect(await rate.take(token) == nil)
        clock.advance(by: .seconds(-3600))
        #expect(await rate.take(token) == nil)
        #expect(await rate.take(token) != nil)
    }
}

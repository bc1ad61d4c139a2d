import LogModel
import Testing

@testable import SystemAdapter

@Suite("The machine's clock")
struct SystemClockTests {
    @Test(
        "a clock that shows no time that can be kept is taken for the nearest one that can be",
        arguments: [
            (0, 0, 0), (1, 5, 1_000_000_005), (-1, 999_999_999, 0), (Int64.min, 0, 0),
            (9_223_372_036, 854_775_807, Int64.max), (9_223_372_036, 854_775_808, Int64.max),
            (9_223_372_037, 0, Int64.max), (Int64.max, 999_999_999, Int64.max),
        ] as [(Int64, Int64, Int64)])
    func clamps(_ seconds: Int64, _ nanoseconds: Int64, _ moment: Int64) {
        #expect(SystemClock.moment(seconds: seconds, nanoseconds: nanoseconds).nanoseconds == moment)
    }
}

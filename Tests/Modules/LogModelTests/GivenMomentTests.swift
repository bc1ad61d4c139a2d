import LogModel
import Testing

@Suite("Given moments")
struct GivenMomentTests {
    @Test(
        "a span of time is a number and a unit",
        arguments: [
            ("1ms", 1), ("250ms", 250), ("10s", 10_000), ("5m", 300_000), ("24h", 86_400_000), ("7d", 604_800_000),
            ("36500d", 36_500 * 86_400_000),
        ] as [(String, Int64)])
    func spans(_ text: String, _ milliseconds: Int64) {
        #expect(Duration(given: text) == .milliseconds(milliseconds))
        #expect(GivenMoment(text) == .span(.milliseconds(milliseconds)))
    }

    @Test(
        "anything else is none",
        arguments: [
            "", "5", "m", "0s", "-5m", "+5m", " 5m", "5 m", "5m ", "1.5h", "5M", "5w", "36501d",
            "99999999999999999999s", "٥m", "5mm", "1h30m",
        ])
    func none(_ text: String) {
        #expect(Duration(given: text) == nil)
        #expect(GivenMoment(text) == nil)
    }

    @Test("a span counts back or forward from now; a moment stays where it is")
    func directions() throws {
        let now = Timestamp(nanoseconds: 1_000_000_000_000)
        let span = try #require(GivenMoment("5m"))
        #expect(span.before(now).nanoseconds == 700_000_000_000)
        #expect(span.after(now).nanoseconds == 1_300_000_000_000)
        let moment = try #require(GivenMoment("1970-01-01T00:00:01Z"))
        #expect(moment.before(now) == moment.after(now) && moment.before(now).nanoseconds == 1_000_000_000)
    }

    @Test("a level that is asked for is known, or asked for as unknown")
    func levels() {
        #expect(Level(asked: "WARNING") == .warn && Level(asked: "unknown") == .unknown)
        #expect(Level(asked: "loud") == nil && Level(asked: "") == nil && Level(asked: "Unknown") == nil)
        #expect(Level.names == "unknown, trace, debug, info, notice, warn, error, fatal")
    }
}

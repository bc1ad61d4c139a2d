import LogModel
import Testing

@Suite("Given moments")
struct TimeArgumentTests {
    @Test(
        "a span of time is a number and a unit",
        arguments: [
            ("1ms", 1), ("250ms", 250), ("10s", 10_000), ("5m", 300_000), ("24h", 86_400_000), ("7d", 604_800_000),
            ("36500d", 36_500 * 86_400_000), ("1w", 604_800_000), ("1h30m", 5_400_000), ("2d1s5ms", 172_801_005),
        ] as [(String, Int64)])
    func spans(_ text: String, _ milliseconds: Int64) {
        #expect(Duration(given: text) == .milliseconds(milliseconds))
        #expect(TimeArgument(text) == .span(.milliseconds(milliseconds)))
    }

    @Test(
        "anything else is none",
        arguments: [
            "", "5", "m", " 5m", "5 m", "5m ", "1.5h", "5M", "٥m", "5mm", "30m1h", "1h1h", "1h30", "-", "+", "--5m",
            "Now", "0001-13-01",
        ])
    func none(_ text: String) {
        #expect(Duration(given: text) == nil)
        #expect(TimeArgument(text) == nil)
    }

    @Test(
        "a setting's time is positive and at most a hundred years", arguments: ["0s", "-5m", "36501d", "9999999999w"])
    func settings(_ text: String) {
        #expect(Duration(given: text) == nil)
        #expect(TimeArgument(text) != nil)
    }

    @Test(
        "T20: every valid time is taken, and clamped to what can be kept",
        arguments: [
            ("0001-01-01T00:00:00Z", 0), ("0000-01-01", 0), ("1969-12-31T23:59:59.999Z", 0),
            ("1970-01-01T00:30:00+01:00", 0), ("2262-04-11T23:47:16.854775807Z", .max),
            ("2262-04-11T23:47:16.854775808Z", .max), ("9999-12-31T23:59:59.999999999Z", .max),
            ("2026-11-30", 1_795_996_800_000_000_000),
        ] as [(String, Int64)])
    func clamped(_ text: String, _ nanoseconds: Int64) throws {
        let given = try #require(TimeArgument(text))
        #expect(given == .moment(Timestamp(nanoseconds: nanoseconds)))
    }

    @Test(
        "T20: event times outside of what can be kept stay unreadable",
        arguments: ["0001-01-01", "9999-12-31T00:00:00Z"])
    func events(_ text: String) { #expect(Timestamp(rfc3339: text) == nil) }

    @Test("T119: ages of any length are taken, zero and signs included")
    func ages() throws {
        let now = Timestamp(nanoseconds: 1_000_000_000_000)
        func before(_ text: String) throws -> Int64 { try #require(TimeArgument(text)).before(now).nanoseconds }
        func after(_ text: String) throws -> Int64 { try #require(TimeArgument(text)).after(now).nanoseconds }
        #expect(try before("200000d") == 0 && after("200000d") == .max)
        #expect(try before("99999999999999999999999w") == 0)
        #expect(try before("0s") == now.nanoseconds && after("0s") == now.nanoseconds)
        #expect(try before("now") == now.nanoseconds && after("now") == now.nanoseconds)
        #expect(try before("-5m") == 700_000_000_000 && after("-5m") == 700_000_000_000)
        #expect(try before("+5m") == 1_300_000_000_000 && after("+5m") == 1_300_000_000_000)
        #expect(try before("-200000d") == 0 && before("+200000d") == .max)
    }

    @Test("a span counts back or forward from now; a moment stays where it is")
    func directions() throws {
        let now = Timestamp(nanoseconds: 1_000_000_000_000)
        let span = try #require(TimeArgument("5m"))
        #expect(span.before(now).nanoseconds == 700_000_000_000)
        #expect(span.after(now).nanoseconds == 1_300_000_000_000)
        let moment = try #require(TimeArgument("1970-01-01T00:00:01Z"))
        #expect(moment.before(now) == moment.after(now) && moment.before(now).nanoseconds == 1_000_000_000)
    }

    @Test("a level that is asked for is known, or asked for as unknown")
    func levels() {
        #expect(Level(asked: "WARNING") == .warn && Level(asked: "unknown") == .unknown)
        #expect(Level(asked: "UNKNOWN") == .unknown)
        #expect(Level(asked: "loud") == nil && Level(asked: "") == nil && Level(asked: "30") == nil)
        #expect(Level.names == "unknown, trace, debug, info, notice, warn, error, fatal")
    }
}

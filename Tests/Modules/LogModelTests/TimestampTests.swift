import LogModel
import TestSupport
import Testing

@Suite("Timestamp")
struct TimestampTests {
    @Test(
        "reads RFC 3339 and the forms that logs have",
        arguments: [
            ("1970-01-01T00:00:00Z", 0),
            ("1970-01-01T00:00:00.000000001Z", 1),
            ("2026-11-20T08:15:30.123456789Z", 1_795_162_530_123_456_789),
            ("2026-11-20T08:15:30.1234567899999Z", 1_795_162_530_123_456_789),
            ("2026-11-20T08:15:30.5Z", 1_795_162_530_500_000_000),
            ("2026-11-20t08:15:30z", 1_795_162_530_000_000_000),
            ("2026-11-20 08:15:30Z", 1_795_162_530_000_000_000),
            ("2026-11-20T08:15:30", 1_795_162_530_000_000_000),
            ("2026-11-20T08:15:30,25Z", 1_795_162_530_250_000_000),
            ("2026-11-20T08:15Z", 1_795_162_500_000_000_000),
            ("2026-11-20T09:15:30+01:00", 1_795_162_530_000_000_000),
            ("2026-11-20T09:15:30+0100", 1_795_162_530_000_000_000),
            ("2026-11-20T09:15:30+01", 1_795_162_530_000_000_000),
            ("2026-11-20T09:15:30 +01:00", 1_795_162_530_000_000_000),
            ("2026-11-20T02:45:30-05:30", 1_795_162_530_000_000_000),
            ("2026-11-20T08:15:30-00:00", 1_795_162_530_000_000_000),
            ("2026-11-20T08:15:30+23:59", 1_795_076_190_000_000_000),
            ("2026-11-20", 1_795_132_800_000_000_000),
            ("2024-02-29T00:00:00Z", 1_709_164_800_000_000_000),
            ("2000-02-29T12:00:00Z", 951_825_600_000_000_000),
            ("1969-12-31T23:30:00-01:00", 1_800_000_000_000),
            ("2016-12-31T23:59:60Z", 1_483_228_800_000_000_000),
            ("1970-01-01T01:00:00+01:00", 0),
            ("2262-04-11T23:47:16.854775807Z", Int64.max),
        ] as [(String, Int64)])
    func reads(_ text: String, _ nanoseconds: Int64) {
        #expect(Timestamp(rfc3339: text)?.nanoseconds == nanoseconds)
    }

    @Test(
        "refuses what is no moment between 1970 and 2262",
        arguments: [
            "", "2026", "2026-11", "2026-11-20T", "2026-11-20T08", "2026-11-20T08:15:30+", "2026-11-20T08:15:30+1",
            "2026-11-20T08:15:30+01:0", "2026-11-20T08:15:30+24:00", "2026-11-20T08:15:30+01:60",
            "2026-11-20T08:15:30.Z", "2026-11-20T08:15:30.5.5Z", "2026-11-20T08:15:30ZZ", "2026-11-20T08:15:30Z ",
            " 2026-11-20T08:15:30Z", "2026-11-20T24:00:00Z", "2026-11-20T08:60:00Z", "2026-11-20T08:15:61Z",
            "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-02-30", "2026-04-31", "2026-13-01", "2026-00-10",
            "2026-11-00", "2026-11-32", "2026/11/20T08:15:30Z", "20261120T081530Z", "26-11-20T08:15:30Z",
            "+2026-11-20T08:15:30Z", "2026-1-20T08:15:30Z", "２０２６-11-20T08:15:30Z", "2026-11-20T8:15:30Z",
            "1969-12-31T23:59:59.999999999Z", "1970-01-01T00:59:59+01:00", "2262-04-11T23:47:16.854775808Z",
            "2262-04-12", "9999-12-31T23:59:59Z", "0000-01-01T00:00:00Z", "now", "null",
        ])
    func refuses(_ text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test(
        "what it writes it reads again, with no more digits than the moment needs", arguments: 0..<20 as Range<UInt64>)
    func roundTrip(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let units: [Int64] = [1, 1000, 1_000_000, 1_000_000_000]
            let choice = Int.random(in: 0..<4, using: &generator)
            let moment = Timestamp(
                nanoseconds: Int64.random(in: 0...(.max), using: &generator) / units[choice] * units[choice])
            let text = moment.rfc3339
            #expect(Timestamp(rfc3339: text) == moment)
            #expect(text.utf8.count <= [30, 27, 24, 20][choice])
        }
    }

    @Test("moments before 1970 are written too, clamped at nothing")
    func earlyMoments() {
        #expect(Timestamp(nanoseconds: -1).rfc3339 == "1969-12-31T23:59:59.999999999Z")
        #expect(Timestamp(nanoseconds: .min).rfc3339 == "1677-09-21T00:12:43.145224192Z")
        #expect(Timestamp(nanoseconds: .max).rfc3339 == "2262-04-11T23:47:16.854775807Z")
    }

    @Test(
        "takes a number's unit from its size, exactly",
        arguments: [
            ("0", 0), ("1", 1_000_000_000), ("1700000000", 1_700_000_000_000_000_000),
            ("1700000000.123456789", 1_700_000_000_123_456_789), ("1700000000.1", 1_700_000_000_100_000_000),
            ("1700000000.1234567899", 1_700_000_000_123_456_789), ("1700000000123", 1_700_000_000_123_000_000),
            ("1700000000123.5", 1_700_000_000_123_500_000), ("1700000000123456", 1_700_000_000_123_456_000),
            ("1700000000123456789", 1_700_000_000_123_456_789), ("9223372036854775807", Int64.max),
            ("9223372036", 9_223_372_036_000_000_000), ("9223372036.854775807", Int64.max),
            ("1.7e9", 1_700_000_000_000_000_000), ("17E8", 1_700_000_000_000_000_000),
        ] as [(String, Int64)])
    func numbers(_ text: String, _ nanoseconds: Int64) {
        #expect(number(text)?.nanoseconds == nanoseconds)
    }

    @Test(
        "steps from one unit to the next at 1e11, 1e14 and 1e17",
        arguments: [
            ("99999999999", nil),
            ("100000000000", 100_000_000_000_000_000),
            ("99999999999999", nil),
            ("100000000000000", 100_000_000_000_000_000),
            ("99999999999999999", nil),
            ("100000000000000000", 100_000_000_000_000_000),
        ] as [(String, Int64?)])
    func unitSteps(_ text: String, _ nanoseconds: Int64?) {
        #expect(number(text)?.nanoseconds == nanoseconds)
    }

    @Test(
        "refuses numbers outside 1970 to 2262",
        arguments: [
            "-1", "-0.5", "9223372037", "9223372036.854775808", "99999999999", "99999999999999999",
            "9223372036854775808",
            "18446744073709551616", "1e30", "1e999", "", "-", String(repeating: "9", count: 50),
        ])
    func refusesNumbers(_ text: String) {
        #expect(number(text) == nil)
    }

    @Test("milliseconds are rounded towards the past, and clamp")
    func milliseconds() {
        #expect(Timestamp(nanoseconds: 1_999_999).milliseconds == 1)
        #expect(Timestamp(nanoseconds: -1).milliseconds == -1)
        #expect(Timestamp(nanoseconds: -1_000_000).milliseconds == -1)
        #expect(Timestamp(nanoseconds: -1_000_001).milliseconds == -2)
        #expect(Timestamp(milliseconds: .max).nanoseconds == .max)
        #expect(Timestamp(milliseconds: .min).nanoseconds == .min)
        #expect(Timestamp(milliseconds: 1_795_162_530_123).milliseconds == 1_795_162_530_123)
    }

    @Test("moves and spans clamp at the ends of the range")
    func arithmetic() {
        #expect(Timestamp.epoch.advanced(by: .seconds(1)).nanoseconds == 1_000_000_000)
        #expect(Timestamp.sample.advanced(by: .nanoseconds(-789)).nanoseconds == 1_795_162_530_123_456_000)
        #expect(Timestamp(nanoseconds: .max - 5).advanced(by: .seconds(1)).nanoseconds == .max)
        #expect(Timestamp(nanoseconds: .min + 5).advanced(by: .seconds(-1)).nanoseconds == .min)
        #expect(Timestamp.epoch.advanced(by: .seconds(Int64.max)).nanoseconds == .max)
        #expect(Timestamp.epoch.advanced(by: .seconds(Int64.min)).nanoseconds == .min)
        #expect(Timestamp.sample.since(.epoch) == .nanoseconds(1_795_162_530_123_456_789))
        #expect(Timestamp.epoch.since(.sample) == .nanoseconds(-1_795_162_530_123_456_789))
        #expect(Timestamp(nanoseconds: .max).since(Timestamp(nanoseconds: .min)) == .nanoseconds(Int64.max))
    }

    private func number(_ text: String) -> Timestamp? {
        let bytes = Array(text.utf8)
        return Timestamp(number: bytes.span)
    }
}

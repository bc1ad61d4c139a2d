import LogModel
import Testing

@Suite("Texts and times for people")
struct DisplayTests {
    @Test(
        "T39: what a terminal would obey or hide is written out",
        arguments: [
            ("plain\ttext", "plain\ttext"), ("a\nb\r\u{7}", "a\\nb\\r\\u{7}"),
            ("\u{85}\u{A0}\u{AD}", "\\u{85}\u{A0}\\u{ad}"),
            ("a\u{202E}b\u{2066}", "a\\u{202e}b\\u{2066}"), ("a\u{200B}b\u{FEFF}", "a\\u{200b}b\\u{feff}"),
            ("\u{3164}\u{115F}\u{E0041}", "\\u{3164}\\u{115f}\\u{e0041}"), ("ad\u{200D}min", "ad\\u{200d}min"),
            ("نامه\u{200C}ای", "نامه\u{200C}ای"), ("👩‍🚒 ☁️ 1️⃣", "👩‍🚒 ☁️ 1️⃣"), ("a\u{FE0F}", "a\\u{fe0f}"),
        ])
    func visible(_ text: String, _ shown: String) { #expect(visibleText(text) == shown) }

    @Test("a cell keeps to its column, and JSON stays JSON")
    func cells() {
        #expect(visibleCell("a\tb\u{1B}") == "a\\tb\\u{1b}")
        #expect(visibleJSONString("a\u{202E}\u{E0041}\"\n") == #""a\u202e\udb40\udc41\"\n""#)
    }

    @Test(
        "T39: wide letters take two columns, marks none",
        arguments: [
            ("", 0), ("abc", 3), ("naïve", 5), ("e\u{301}", 1), ("漢字", 4), ("👩‍🚒", 2), ("한글", 4), ("Ａ", 2), ("Ωя", 2),
        ])
    func widths(_ text: String, _ width: Int) {
        #expect(displayWidth(text) == width)
        #expect(displayWidth(padded(text, to: 9)) == 9)
    }

    @Test("T39: times have one length, in UTC and elsewhere")
    func moments() throws {
        let moment = try #require(Timestamp(rfc3339: "2026-11-30T23:30:05.123999Z"))
        #expect(MomentStyle.utc.text(moment) == "2026-11-30T23:30:05.123Z")
        #expect(MomentStyle.utc.text(.epoch) == "1970-01-01T00:00:00.000Z")
        func local(_ seconds: Int, _ moment: Timestamp) -> String { MomentStyle.local { _ in seconds }.text(moment) }
        #expect(local(3600, moment) == "2026-12-01T00:30:05.123+01:00")
        #expect(local(-12_600, moment) == "2026-11-30T20:00:05.123-03:30")
        #expect(local(-1, .epoch) == "1970-01-01T00:00:00.000+00:00")
        #expect(local(-3600, .epoch) == "1969-12-31T23:00:00.000-01:00")
        // What is shown reads as the same moment, to the millisecond.
        #expect(Timestamp(rfc3339: local(20_700, moment))?.milliseconds == moment.milliseconds)
    }
}

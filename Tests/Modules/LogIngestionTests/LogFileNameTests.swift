import LogIngestion
import LogModel
import Testing

@Suite("Log file name")
struct LogFileNameTests {
    @Test(
        "reads the three forms",
        arguments: [
            ("abc-2026-11-20.ndjson", "abc", 1, false), ("a-2026-11-20-2.ndjson", "a", 2, false),
            ("a-2026-11-20-1.ndjson", "a", 1, false), ("a-2026-11-20-12345678.ndjson", "a", 12_345_678, false),
            ("a-2026-11-20-s00000007.ndjson", "a", 7, true), ("a-2026-11-20-s00000000.ndjson", "a", 0, true),
            ("web-eu-1-2026-11-20.ndjson", "web-eu-1", 1, false),
            ("a-2026-11-19-2026-11-20.ndjson", "a-2026-11-19", 1, false),
            ("ä ö-2026-11-20.ndjson", "ä ö", 1, false), ("--2026-11-20.ndjson", "-", 1, false),
            ("a-2026-11-20-02.ndjson", "a", 2, false), (".hidden-2026-11-20.ndjson", ".hidden", 1, false),
        ] as [(String, String, Int, Bool)])
    func reads(_ name: String, _ prefix: String, _ index: Int, _ isSegment: Bool) throws {
        let read = try #require(LogFileName(name))
        #expect(read.prefix == prefix && read.index == index && read.isSegment == isSegment)
        #expect(read.day == CivilDay(text: "2026-11-20"))
    }

    @Test(
        "refuses all else",
        arguments: [
            "", ".ndjson", "a.ndjson", "2026-11-20.ndjson", "-2026-11-20.ndjson", "a2026-11-20.ndjson", "a-2026-11-20",
            "a-2026-11-20.json", "a-2026-11-20.ndjson.gz", "a-2026-11-20.NDJSON", "a-2026-11-31.ndjson",
            "a-2026-2-01.ndjson",
            "a-2026-11-20-.ndjson", "a-2026-11-20-0.ndjson", "a-2026-11-20-x.ndjson", "a-2026-11-20--1.ndjson",
            "a-2026-11-20-123456789.ndjson", "a-2026-11-20-s1.ndjson", "a-2026-11-20-s000000001.ndjson",
            "a-2026-11-20-s0000000x.ndjson", "a-2026-11-20-S00000001.ndjson", "a_2026-11-20.ndjson",
            "a-2026-11-20-1-2.ndjson",
            "a-2026-11-20-+1.ndjson", "a-2026-11-20-٣.ndjson",
        ])
    func refuses(_ name: String) {
        #expect(LogFileName(name) == nil)
    }
}

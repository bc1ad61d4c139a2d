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
        "T14: says what a name lacks",
        arguments: [
            ("notes.txt", .otherExtension), ("a-2026-11-20.ndjson.gz", .otherExtension), ("", .otherExtension),
            ("z.NDJSON", .upperCaseExtension), ("a-2026-11-20.Ndjson", .upperCaseExtension),
            ("nodate.ndjson", .noDay), ("a-2026-2-01.ndjson", .noDay), ("x-2026-13-45.ndjson", .impossibleDay),
            ("a-2026-02-30-2.ndjson", .impossibleDay), ("2026-11-20.ndjson", .noPrefix),
            ("-2026-11-20.ndjson", .noPrefix),
            ("a-2026-11-20-0.ndjson", .badIndex), ("a-2026-11-20-s1.ndjson", .badIndex),
            ("a\u{0}-2026-11-20.ndjson", .nulInName),
        ] as [(String, ForeignReason)])
    func reasons(_ name: String, _ reason: ForeignReason) {
        guard case .failure(let refusal) = LogFileName.read(name) else {
            Issue.record("\(name) is read")
            return
        }
        #expect(refusal.reason == reason && !reason.words.isEmpty)
    }

    @Test("T2: names are read by bytes: marks that join a hyphen or a digit make other names")
    func bytes() throws {
        #expect(LogFileName("cafe\u{301}-2026-11-20.ndjson")?.prefix.utf8.count == 6)
        #expect(LogFileName("a-\u{301}2026-11-20.ndjson") == nil && LogFileName("a-2026-11-20\u{301}.ndjson") == nil)
        #expect(LogFileName("a\r\n-2026-11-20.ndjson")?.prefix == "a\r\n")
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

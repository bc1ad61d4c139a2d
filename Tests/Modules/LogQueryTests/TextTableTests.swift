import LogQuery
import Testing

@Suite("Tables of text")
struct TextTableTests {
    private let rows = [["ID", "OBJECT", "DETAIL"], ["1", "a-long-name-of-a-file.ndjson", "words that go on and on"]]

    @Test("U19: without a width each row is one line, whatever its length")
    func pipe() {
        #expect(
            TextTable.lines(rows) == [
                "ID  OBJECT                        DETAIL",
                "1   a-long-name-of-a-file.ndjson  words that go on and on",
            ])
    }

    @Test("U19: on a terminal the widest cells go on below themselves, nothing is lost, and no line is too long")
    func terminal() {
        let lines = TextTable.lines(rows, width: 40)
        #expect(
            lines == [
                "ID  OBJECT             DETAIL",
                "1   a-long-name-of-a-  words that go on",
                "    file.ndjson        and on",
            ], "\(lines)")
        #expect(TextTable.lines(rows, width: 80) == TextTable.lines(rows))
        #expect(TextTable.lines(rows, width: 5).allSatisfy { $0.count <= 30 })
        #expect(TextTable.lines([["漢漢漢漢漢漢漢漢"]], width: 12) == ["漢漢漢漢漢漢", "漢漢"])
        #expect(TextTable.lines([], width: 12).isEmpty)
    }
}

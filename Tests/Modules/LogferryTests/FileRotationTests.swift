import LogModel
import Logferry
import Testing

@Suite("File rotation")
struct FileRotationTests {
    private let monday = CivilDay(number: 20_776)
    private let sunday = CivilDay(number: 20_775)

    @Test("names the first file by the day and later ones by their number")
    func names() {
        var rotation = FileRotation(appendsPerFile: 500)
        #expect(rotation.file(for: monday, prefix: "p") == "p-\(monday).ndjson")
        rotation.outcomeUnknown(on: monday)
        #expect(rotation.file(for: monday, prefix: "p") == "p-\(monday)-2.ndjson")
        #expect(rotation.file(for: sunday, prefix: "p") == "p-\(sunday).ndjson")
        rotation.outcomeUnknown(on: monday)
        #expect(rotation.file(for: monday, prefix: "p") == "p-\(monday)-3.ndjson")
    }

    @Test("begins a new file after 500 appends")
    func appends() {
        var rotation = FileRotation(appendsPerFile: 500)
        let names = (0..<1001).map { _ in rotation.file(for: monday, prefix: "p") }
        #expect(Set(names[..<500]) == ["p-\(monday).ndjson"])
        #expect(Set(names[500..<1000]) == ["p-\(monday)-2.ndjson"])
        #expect(names[1000] == "p-\(monday)-3.ndjson")
    }

    @Test("begins new files when the prefix changes")
    func prefixes() {
        var rotation = FileRotation(appendsPerFile: 500)
        _ = rotation.file(for: monday, prefix: "p")
        #expect(rotation.file(for: monday, prefix: "q") == "q-\(monday)-2.ndjson")
        #expect(rotation.file(for: monday, prefix: "q") == "q-\(monday)-2.ndjson")
        #expect(rotation.file(for: sunday, prefix: "q") == "q-\(sunday).ndjson")
    }

    @Test("begins behind all files of an earlier process that had the same prefix")
    func restarts() {
        var taken: Set<String> = []
        var begin = Timestamp(nanoseconds: monday.start.nanoseconds + 3_600_000_000_000)
        for _ in 0..<5 {
            var rotation = FileRotation(appendsPerFile: 500, after: begin)
            for day in [monday, sunday, CivilDay(number: 20_777), CivilDay(number: 20_785)] {
                for _ in 0..<20 {
                    #expect(taken.insert(rotation.file(for: day, prefix: "p")).inserted)
                    rotation.outcomeUnknown(on: day)
                }
            }
            begin = Timestamp(nanoseconds: begin.nanoseconds + 2_000_000_000)
        }
        #expect(taken.contains("p-\(monday)-10036000.ndjson"))
    }

    @Test("never gives a segment's name out twice")
    func segments() {
        var rotation = FileRotation(appendsPerFile: 2)
        rotation.beginSegments()
        var names: Set<String> = []
        for round in 0..<100 {
            let day = round % 3 == 0 ? monday : sunday
            #expect(names.insert(rotation.file(for: day, prefix: round > 50 ? "q" : "p")).inserted)
            if round % 5 == 0 { rotation.outcomeUnknown(on: day) }
        }
        #expect(names.contains("p-\(monday)-s00000001.ndjson"))
    }
}

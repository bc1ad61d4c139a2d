import LogCursor
import LogIngestion
import LogModel
import TestSupport
import Testing

/// Elements of JSON arrays, taken through the port that lines come through too.
@Suite("Elements of JSON arrays", .timeLimit(.minutes(4)))
struct ArrayFramingTests {
    /// Takes an object in pieces that end at `cuts`, each piece by a new assembler when `restarts` is set.
    private func take(
        _ bytes: [UInt8], cuts: [Int] = [], isEnd: Bool = true, limit: Int = 1000, restarts: Bool = false
    ) -> Taken {
        var taken = Taken()
        func make() -> ObjectAssembler {
            let position = Int(taken.progress.position)
            return ObjectAssembler(
                from: taken.progress, overlap: Array(bytes[position - taken.progress.tail.length..<position]),
                framer: ArrayFramer(maxElementBytes: limit), scanner: PortableScanner(), settings: ScanSettings())
        }
        var assembler = make()
        for end in Set(cuts + [bytes.count]).sorted() {
            if restarts { assembler = make() }
            let start = Int(assembler.nextOffset)
            guard start <= end else { continue }
            taken.add(
                assembler.take(Array(bytes[start..<end]), isEnd: isEnd && end == bytes.count, at: .sample))
        }
        return taken
    }

    private func take(_ text: String, isEnd: Bool = true, limit: Int = 1000) -> Taken {
        take(Array(text.utf8), isEnd: isEnd, limit: limit)
    }

    @Test("each element is a record at its place, brackets, commas and white space are separators")
    func elements() {
        let text = #" [{"a":1}, {"b":"],}\""} ,"# + "\n" + #"{"c":{"d":[1,2]}}] "#
        let taken = take(text)
        #expect(taken.lines == [#"{"a":1}"#, #"{"b":"],}\""}"#, #"{"c":{"d":[1,2]}}"#])
        #expect(taken.records.map(\.offset) == [2, 11, 27])
        #expect(taken.records.map(\.lineNumber) == [1, 2, 3])
        #expect(taken.rejects.isEmpty)
        let counts = taken.progress.counts
        #expect(
            counts.recordBytes == 7 + 13 + 17 && counts.separatorBytes == Int64(text.utf8.count) - counts.recordBytes)
        #expect(counts.totalBytes == taken.progress.position && taken.progress.lines == 3)
        for empty in ["[]", " [ ] ", "[\n]"] {
            let nothing = take(empty)
            #expect(nothing.lines.isEmpty && nothing.rejects.isEmpty && nothing.progress.position == empty.utf8.count)
        }
    }

    @Test("an element over several lines is rendered as one, and stands for all its bytes")
    func severalLines() {
        let text = "[\n  {\n    \"a\": \"x \\\" \\n y\",\n    \"b\": [1, 2]\n  },\n  {\"c\":3}\n]\n"
        let taken = take(text)
        #expect(taken.lines == [#"{"a":"x \" \n y","b":[1,2]}"#, #"{"c":3}"#])
        #expect(taken.records.map { RecordFlags(rawValue: $0.flags).contains(.minified) } == [true, false])
        #expect(taken.progress.counts.totalBytes == text.utf8.count)
        #expect(taken.records.map(\.offset) == [4, 51])
    }

    @Test("elements that are no records are refused at their places, and the others go on")
    func refused() {
        let text = #"[{"a":1},7,"s",null,{"b":},[{"c":1}],{"d":2}]"#
        let taken = take(text)
        #expect(taken.lines == [#"{"a":1}"#, #"{"d":2}"#])
        #expect(
            taken.rejects.map(\.reason) == [.notAnObject, .notAnObject, .notAnObject, .invalidJSON, .notAnObject])
        #expect(taken.rejects.map(\.lineNumber) == [2, 3, 4, 5, 6])
        let bytes = Array(text.utf8)
        for reject in taken.rejects {
            #expect(Array(bytes[Int(reject.range.lower)..<Int(reject.range.upper)]) == reject.sample)
        }
    }

    @Test(
        "from a byte on that no array can have there the rest is refused as one stretch",
        arguments: [
            (#"{"a":1}"#, 0, 0), (#"[{"a":1} {"b":2}]"#, 9, 1), (#"[{"a":1},,{"b":2}]"#, 9, 1), (#"[,{"b":2}]"#, 1, 0),
            (#"[{"a":1},]"#, 9, 1), (#"[{"a":1}] {"b":2}"#, 10, 1), (#"[{"a":1}}"#, 8, 1), ("x", 0, 0),
        ])
    func malformed(_ text: String, _ place: Int64, _ records: Int) {
        let taken = take(text)
        #expect(taken.records.count == records)
        #expect(taken.rejects.map(\.range) == [ByteRange(place, Int64(text.utf8.count))])
        #expect(taken.rejects.map(\.reason) == [.invalidJSON])
    }

    @Test("an element that is too long is refused in passing, and the next one is taken")
    func tooLong() {
        let long = "{\"long\":\"" + String(repeating: "x", count: 60) + "\"}"
        let taken = take("[{\"a\":1},\(long),{\"b\":2}]", limit: 40)
        #expect(taken.lines == [#"{"a":1}"#, #"{"b":2}"#])
        #expect(taken.rejects.map(\.reason) == [.lineTooLong])
        #expect(taken.rejects.first?.range == ByteRange(9, 9 + Int64(long.utf8.count)))
        #expect(taken.records.map(\.lineNumber) == [1, 3])
    }

    @Test("an element waits for its end, and what is cut off at the end of the object is refused")
    func waits() {
        let open = take(#"[{"a":1},{"b":"#, isEnd: false)
        #expect(open.lines == [#"{"a":1}"#] && open.progress.position == 9 && open.rejects.isEmpty)
        let ended = take(#"[{"a":1},{"b":"#)
        #expect(ended.progress.position == 14 && ended.rejects.map(\.reason) == [.invalidJSON])
    }

    @Test("the same bytes give the same records, whatever the pieces and whoever goes on")
    func pieces() {
        var generator = SeededGenerator(seed: 11)
        for round in 0..<300 {
            var maker = ArrayMaker(generator: generator)
            let bytes = maker.array()
            generator = maker.generator
            let whole = take(bytes, limit: 40)
            #expect(whole.progress.position == bytes.count && whole.progress.counts.totalBytes == bytes.count)
            for restarts in [false, true] {
                let cuts = (0..<Int.random(in: 1...12, using: &generator)).map { _ in
                    Int.random(in: 0...bytes.count, using: &generator)
                }
                let pieces = take(bytes, cuts: cuts, limit: 40, restarts: restarts)
                #expect(pieces == whole, "round \(round) at \(cuts): \(String(decoding: bytes, as: UTF8.self))")
            }
            let singly = take(bytes, cuts: Array(0..<bytes.count), limit: 40, restarts: true)
            #expect(singly == whole, "round \(round), byte by byte: \(String(decoding: bytes, as: UTF8.self))")
        }
    }

    @Test("a state that no framer of arrays has left is not read", arguments: [6, 7, 15, 0x80, -1] as [Int64])
    func unknownStates(_ value: Int64) {
        #expect(!ArrayFramer(maxElementBytes: 10).reads(FramingState(rawValue: value)))
        #expect(ArrayFramer(maxElementBytes: 10).reads(.start))
    }
}

/// Arrays with all that goes wrong in them, from a seed.
private struct ArrayMaker {
    var generator: SeededGenerator

    mutating func array() -> [UInt8] {
        var text = gap() + "["
        for index in 0..<pick(8) {
            if index > 0 { text += gap() + "," }
            text += gap() + element()
        }
        text += gap() + (pick(6) == 0 ? "" : "]") + gap()
        var bytes = Array(text.utf8)
        if pick(4) == 0, !bytes.isEmpty { bytes[pick(bytes.count)] = UInt8.random(in: 0...255, using: &generator) }
        return bytes
    }

    private mutating func pick(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &generator) }

    private mutating func gap() -> String { ["", "", " ", "\n", "\r\n", "\t  "][pick(6)] }

    private mutating func element() -> String {
        switch pick(9) {
        case 0: "\(pick(1000))"
        case 1: "\"s\\\"],\""
        case 2: "[1,\(gap())[2]]"
        case 3: "{\"long\":\"\(String(repeating: "y", count: pick(80)))\"}"
        case 4: "{\"a\":\(gap())\(pick(10)),\(gap())\"b\":\"}\\\\\"}"
        case 5: String(repeating: "1", count: pick(60))
        case 6: "{\"é\":\"漢\"}"
        default: "{\"n\":\(pick(100))}"
        }
    }
}

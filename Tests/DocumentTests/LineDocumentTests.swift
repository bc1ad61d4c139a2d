import LogCursor
import LogIngestion
import LogModel
import LogQuery
import SimdJSONAdapter
import TestSupport
import Testing

/// What `Docs/Lines.md` says of lines, and what becomes of them.
@Suite("Documents: lines")
struct LineDocumentTests {
    private static let scanners: [any RecordScanner] = [PortableScanner(), SimdJSONScanner()]
    private let document: Document

    init() throws { document = try Document("Lines.md") }

    @Test("T121: bytes become the records, rejects, skips and newlines that Docs/Lines.md names")
    func bytes() throws {
        let rows = try document.rows(under: "From bytes to lines")
        for scanner in LineDocumentTests.scanners {
            for row in rows {
                let output = take(bytes(of: row[0]), limit: 30, by: scanner)
                let records = (0..<output.records.count).map { place in
                    let offset = output.records.offsets[place]
                    return "[\(offset),\(offset + Int64(output.records.lengths[place])))"
                }
                #expect(records == Document.quoted(row[1]), "\(row[0])")
                let rejects = output.rejects.flatMap { reject in
                    ["[\(reject.range.lower),\(reject.range.upper))", reject.reason.rawValue]
                }
                #expect(rejects == Document.quoted(row[2]), "\(row[0])")
                #expect(String(output.account.skipBytes) == row[3], "\(row[0])")
                #expect(String(output.account.separatorBytes) == row[4], "\(row[0])")
            }
        }
        // Nothing that the framer can find is without an example.
        let all = rows.flatMap(\.self).joined()
        for word in ["␊", "␍", "␀", "‹EF BB BF›"] { #expect(all.contains(word)) }
    }

    @Test("T121: lines are records, or rejects with the reasons that Docs/Lines.md names")
    func records() throws {
        let rows = try document.rows(under: "What makes a record")
        for scanner in LineDocumentTests.scanners {
            for row in rows {
                let output = take(bytes(of: row[0]) + [0x0A], by: scanner)
                #expect(output.rejects.map(\.reason.rawValue) == Document.quoted(row[1]), "\(row[0])")
                #expect(output.records.count == (row[1] == "a record" ? 1 : 0), "\(row[0])")
            }
        }
        #expect(try document.words(under: "What makes a record").contains("at most \(JSONReader.depthLimit) deep"))
    }

    @Test("T121: of several reasons the one counts that comes first in the list of Docs/Lines.md")
    func order() throws {
        let groups = try document.points(under: "The order of the checks").map { point in
            Document.quoted(point.prefix { $0 != ":" }).compactMap(RejectReason.init)
        }
        #expect(Set(groups.joined()) == Set(RejectReason.allCases))
        #expect(groups.joined().count == RejectReason.allCases.count)
        for scanner in LineDocumentTests.scanners {
            for (index, group) in groups.enumerated() {
                for first in group {
                    for other in groups[(index + 1)...].joined() {
                        #expect(reason(of: first, and: other, by: scanner) == first, "\(first) and \(other)")
                    }
                    // What shows first counts.
                    for other in group where other != first {
                        #expect(reason(of: first, and: other, by: scanner) == first, "\(first), then \(other)")
                    }
                }
            }
        }
    }

    @Test("T121: the members that Docs/Lines.md names hold time and level, and no others")
    func members() throws {
        let names = try document.rows(under: "Which member counts", headed: "of")
        let settings = ScanSettings()
        #expect(names.map(\.first) == ["time", "level"])
        let keys = names.map { Document.quoted($0[1]).map { Array($0.utf8) } }
        #expect(keys == [settings.timestampKeys, settings.levelKeys])
        for scanner in LineDocumentTests.scanners {
            for row in try document.rows(under: "Which member counts", headed: "line") {
                let found = scan(bytes(of: row[0]), by: scanner)
                #expect(found.time?.rfc3339 ?? "none" == row[1].replacing("`", with: ""), "\(row[0])")
                #expect(found.level.name == row[2].replacing("`", with: ""), "\(row[0])")
            }
        }
    }

    @Test("T121: times are read as Docs/Lines.md says, in lines and in questions")
    func times() throws {
        for row in try document.rows(under: "Times") {
            let written = try #require(Document.quoted(row[0]).first)
            let event = Document.quoted(row[1]).first
            for scanner in LineDocumentTests.scanners {
                let found = scan(Array("{\"timestamp\":\(written)}".utf8), by: scanner)
                #expect(found.time?.rfc3339 == event, "\(written)")
            }
            let asked = row[2] == "the same" ? event : Document.quoted(row[2]).first
            #expect(moment(inCondition: written)?.rfc3339 == asked, "\(written) in a condition")
            guard case .text(let text)? = try? JSONNode(parsing: Array(written.utf8)) else { continue }
            #expect(TimeArgument(text)?.before(.sample).rfc3339 == asked, "\(written) in a question")
        }
        let words = try document.words(under: "Times")
        for bound in [Timestamp.kept.lowerBound, Timestamp.kept.upperBound] { #expect(words.contains(bound.rfc3339)) }
    }

    @Test("T121: Docs/Lines.md lists the words and numbers of levels that there are")
    func levels() throws {
        let rows = try document.rows(under: "Levels")
        #expect(rows.compactMap { Document.quoted($0[0]).first } == Level.allCases.map(\.name))
        for (row, level) in zip(rows, Level.allCases) {
            #expect(row[1] == String(level.rawValue), "\(level)")
            let words = level == .unknown ? [] : Document.quoted(row[2])
            #expect(Set(words) == Set(Level.spellings.first { $0.level == level }?.words ?? []), "\(level)")
            let numbers = level == .unknown ? [] : Document.numbers(row[3])
            let known = level == .unknown ? [] : (Int64(-10)...1000).filter { Level(number: $0) == level }
            #expect(numbers == known, "\(level)")
            for scanner in LineDocumentTests.scanners {
                for word in words {
                    for form in [word, word.uppercased(), word.prefix(1).uppercased() + word.dropFirst()] {
                        #expect(read("\"\(form)\"", by: scanner) == level, "\(form)")
                        #expect(Level(asked: form) == level, "\(form)")
                    }
                    #expect(read("\" \(word)\"", by: scanner) == .unknown)
                }
                for number in numbers {
                    #expect(read("\(number)", by: scanner) == level, "\(number)")
                    for form in ["\"\(number)\"", "\(number).0", "\(number)e0"] {
                        #expect(read(form, by: scanner) == .unknown, "\(form)")
                    }
                }
            }
        }
    }

    // MARK: - What the code makes of it

    private func take(_ bytes: [UInt8], limit: Int = 1 << 16, by scanner: any RecordScanner) -> ObjectAssembler.Output {
        var assembler = ObjectAssembler(
            from: CursorProgress(), overlap: [], maxLineBytes: limit, scanner: scanner, settings: ScanSettings())
        return assembler.take(bytes, isEnd: false, at: .sample)
    }

    private func scan(_ line: [UInt8], by scanner: any RecordScanner) -> (time: Timestamp?, level: Level) {
        var lines = FramedLines(from: 0, at: 10)
        lines.append(.line, 0..<line.count)
        let found = scanner.scan(lines, of: line.span, by: ScanSettings())
        #expect(found.verdict(0) == .accepted, "\(String(decoding: line, as: UTF8.self))")
        let time = found.timestamps[0] == ScanColumns.noTime ? nil : Timestamp(nanoseconds: found.timestamps[0])
        return (time, Level(rawValue: found.levels[0]) ?? .unknown)
    }

    private func read(_ value: String, by scanner: any RecordScanner) -> Level {
        scan(Array("{\"level\":\(value)}".utf8), by: scanner).level
    }

    private func moment(inCondition written: String) -> Timestamp? {
        let text = "[{\"path\":\"a\",\"op\":\"eq\",\"value\":{\"time\":\(written)}}]"
        guard let node = try? JSONNode(parsing: Array(text.utf8)),
            case .equal(.time(let moment))? = try? ConditionReader(now: .sample).conditions(node).first?.test
        else { return nil }
        return moment
    }

    /// The reason of a range that has two faults, of which the first shows first where both are in one line.
    private func reason(
        of first: RejectReason, and other: RejectReason, by scanner: any RecordScanner
    ) -> RejectReason? {
        var assembler = ObjectAssembler(
            from: CursorProgress(), overlap: [], maxLineBytes: 400, scanner: scanner, settings: ScanSettings())
        var line = LineDocumentTests.fault(first) + LineDocumentTests.fault(other)
        if first == .continuationAfterSeal {
            _ = assembler.take(Array("{\"n\":1}".utf8), isEnd: true, at: .sample)
            if other == .tornBatch { line = tornBatch(of: "{}") } else { line = LineDocumentTests.fault(other) }
        } else if first == .tornBatch {
            line = tornBatch(of: String(decoding: LineDocumentTests.fault(other), as: UTF8.self))
        } else if other == .notAnObject {
            // Sound, but for the first fault.
            line = Array("[1,\"".utf8) + LineDocumentTests.fault(first) + Array("\"]".utf8)
            if first == .tooDeep { line = LineDocumentTests.fault(first) + Array(repeating: 0x5D, count: 65) }
        }
        // A batch that is not whole waits for its rest until the object ends.
        let output = assembler.take(line + [0x0A], isEnd: first == .tornBatch, at: .sample)
        return output.rejects.first?.reason
    }

    /// Bytes with one fault.
    private static func fault(_ reason: RejectReason) -> [UInt8] {
        switch reason {
        case .lineTooLong: Array(repeating: 0x20, count: 401)
        case .invalidUTF8: [0xFF]
        case .invalidJSON: Array("\"\u{1}\"".utf8)
        case .tooDeep: Array(repeating: 0x5B, count: 65)
        case .notAnObject: Array("1".utf8)
        case .tornBatch, .continuationAfterSeal: []
        }
    }

    /// A batch with a line too few.
    private func tornBatch(of line: String) -> [UInt8] {
        SdkBatch([line, "{}"], sequence: 1).bytes.dropLast(3)
    }

    /// The bytes that a cell of code stands for.
    private func bytes(of cell: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = cell.drop { $0 != "`" }.dropFirst().prefix { $0 != "`" }
        while let character = rest.popFirst() {
            switch character {
            case "␊": bytes.append(0x0A)
            case "␍": bytes.append(0x0D)
            case "␀": bytes.append(0)
            case "‹":
                bytes += rest.prefix { $0 != "›" }.split(separator: " ").compactMap { UInt8($0, radix: 16) }
                rest = rest.drop { $0 != "›" }.dropFirst()
            default: bytes += Array(String(character).utf8)
            }
        }
        return bytes
    }
}

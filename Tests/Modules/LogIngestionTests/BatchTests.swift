import LogCursor
import LogIngestion
import LogModel
import TestSupport
import Testing

@Suite("Batches of our SDKs")
struct BatchTests {
    @Test("a control line is read, and nothing else is one")
    func control() throws {
        let batch = SdkBatch(["{\"a\":1}"], sequence: 7)
        let bytes = Array(batch.control.utf8)
        let found = ControlLine(bytes.span)
        let read = try #require(found)
        #expect(read.sequence == 7 && read.lines == 1 && read.bytes == 8 && read.writer.text == SdkBatch.oneWriter)
        for (old, new) in [
            ("\"v\":1", "\"v\":2"), ("\"seq\":7", "\"seq\":0"), ("\"seq\":7", "\"seq\":-1"),
            ("\"lines\":1", "\"lines\":9"),
            ("\"bytes\":8", "\"bytes\":99999999"), ("\"writer\":\"01", "\"writer\":\"X1"), ("}}", "}}x"),
            ("}}", "},\"more\":1}"), ("\"crc32c\":", "\"crc32c\":99"),
        ] {
            let other = Array(batch.control.replacing(old, with: new).utf8)
            let refused = ControlLine(other.span) == nil
            #expect(refused, "\(old) → \(new)")
        }
    }

    @Test("any pieces give the same: each batch once, control lines and repeats as skips, torn ones as rejects")
    func pieces() {
        let one = SdkBatch(["{\"n\":1}", "{\"n\":2}"], sequence: 1)
        let two = SdkBatch(["{\"n\":3}"], sequence: 2)
        let three = SdkBatch(["{\"n\":4,\"s\":\"\(String(repeating: "é", count: 40))\"}", "bad"], sequence: 3)
        // A torn batch keeps its beginning; what follows begins in the middle of a line.
        let torn = SdkBatch(["{\"n\":5}", "{\"n\":6}"], sequence: 4).bytes.dropLast(10)
        let again = SdkBatch(["{\"n\":5}", "{\"n\":6}"], sequence: 4)
        var file = one.bytes + two.bytes + one.bytes
        file += Array("{\"plain\":1}\n".utf8) + three.bytes
        file += torn + again.bytes + two.bytes
        let whole = taken(file, pieces: [file.count])
        #expect(
            whole.lines == [
                "{\"n\":1}", "{\"n\":2}", "{\"n\":3}", "{\"plain\":1}", three.lines[0], "{\"n\":5}", "{\"n\":6}",
            ])
        #expect(whole.rejects.map(\.reason) == [.invalidJSON, .tornBatch])
        #expect(whole.progress.counts.skips == 4 + 2)
        #expect(whole.progress.counts.totalBytes == Int64(file.count))
        #expect(whole.progress.lines == Int64(file.count { $0 == 0x0A }))
        for size in 1...file.count {
            let other = taken(file, pieces: Array(repeating: size, count: file.count / size + 1))
            #expect(other.lines == whole.lines && other.rejects == whole.rejects && other.progress == whole.progress)
        }
    }

    @Test("a torn batch without its last newline takes nothing of the next one, wherever the pieces are cut")
    func tornAtThePiecesEnd() {
        var torn = SdkBatch(["{\"n\":1}", "{\"n\":2}"], sequence: 1).bytes
        torn[torn.count - 1] = UInt8(ascii: "x")
        let file = torn + SdkBatch(["{\"n\":3}", "{\"n\":4}"], sequence: 2).bytes
        let whole = taken(file, pieces: [file.count])
        #expect(whole.lines == ["{\"n\":3}", "{\"n\":4}"] && whole.rejects.map(\.reason) == [.tornBatch])
        for size in 1...file.count {
            let other = taken(file, pieces: Array(repeating: size, count: file.count / size + 1))
            #expect(other.lines == whole.lines && other.rejects == whole.rejects && other.progress == whole.progress)
        }
    }

    @Test("what begins as a control line and is too long for one waits for its newline, and is a line then")
    func longPretender() {
        let line = "{\"$logferry\":{\"v\":1,\"writer\":\"\(String(repeating: "w", count: 300))\"}}"
        let bytes = Array("{\"n\":1}\n\(line)\n{\"n\":2}\n".utf8)
        let whole = taken(bytes, pieces: [bytes.count])
        #expect(whole.lines == ["{\"n\":1}", line, "{\"n\":2}"] && whole.rejects.isEmpty)
        for size in 1...bytes.count {
            let other = taken(bytes, pieces: Array(repeating: size, count: bytes.count / size + 1))
            #expect(other.lines == whole.lines && other.progress == whole.progress)
        }
    }

    @Test("a batch that is not all there waits, and is torn when the object has ended")
    func unfinished() {
        let batch = SdkBatch(["{\"n\":1}", "{\"n\":2}"], sequence: 1)
        for cut in 1..<batch.bytes.count {
            let part = Array(batch.bytes[..<cut])
            let waiting = taken(part, pieces: [cut])
            #expect(waiting.progress.position == 0 && waiting.lines.isEmpty && waiting.rejects.isEmpty)
            let ended = taken(part, pieces: [cut], isEnd: true)
            #expect(ended.progress.position == Int64(cut) && ended.lines.isEmpty)
            #expect(ended.rejects.count == 1, "\(cut): \(ended.rejects)")
        }
    }

    @Test("one flipped bit tears a batch and leaves its neighbours whole")
    func flipped() {
        let batches = (1...3).map { SdkBatch(["{\"n\":\($0)}"], sequence: $0) }
        let start = batches[0].bytes.count
        let bodyStart = start + batches[1].control.utf8.count + 1
        for position in bodyStart..<start + batches[1].bytes.count {
            var file = batches.flatMap(\.bytes)
            file[position] ^= 0x01
            let result = taken(file, pieces: [file.count])
            #expect(result.lines == ["{\"n\":1}", "{\"n\":3}"], "byte \(position)")
            #expect(result.rejects.map(\.reason) == [.tornBatch])
            #expect(result.rejects.map(\.range) == [ByteRange(Int64(start), Int64(start + batches[1].bytes.count))])
        }
    }

    /// What an object of these bytes gives when it comes in pieces of these sizes.
    private func taken(
        _ bytes: [UInt8], pieces: [Int], isEnd: Bool = false
    ) -> (lines: [String], rejects: [Reject], progress: CursorProgress) {
        var assembler = ObjectAssembler(
            from: CursorProgress(), overlap: [], maxLineBytes: 1000, scanner: PortableScanner(),
            settings: ScanSettings())
        var lines: [String] = []
        var rejects: [Reject] = []
        var position = 0
        for size in pieces where position < bytes.count {
            let end = min(bytes.count, position + size)
            let piece = Array(bytes[position..<end])
            let output = assembler.take(piece, isEnd: isEnd && end == bytes.count, at: .sample)
            for row in 0..<output.records.count {
                lines.append(String(decoding: output.records.bytes[output.records.range(row)], as: UTF8.self))
            }
            rejects += output.rejects
            position = end
        }
        return (lines, rejects, assembler.progress)
    }
}

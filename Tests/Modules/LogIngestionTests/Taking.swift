import LogCursor
import LogIngestion
import LogModel
import TestSupport

/// What came of taking an object, with rejects merged as a store merges them.
struct Taken: Equatable {
    struct Record: Equatable {
        let line: [UInt8]
        let offset: Int64
        let lineNumber: Int64
        let timestamp: Int64
        let level: UInt8
        let flags: UInt8
    }

    struct Refused: Equatable {
        var range: ByteRange
        let lineNumber: Int64
        let reason: RejectReason
        var sample: [UInt8]
    }

    var records: [Record] = []
    var rejects: [Refused] = []
    var progress = CursorProgress()

    var lines: [String] { records.map { String(decoding: $0.line, as: UTF8.self) } }

    mutating func add(_ output: ObjectAssembler.Output) {
        let batch = output.records
        for row in 0..<batch.count {
            records.append(
                Record(
                    line: Array(batch.bytes[batch.range(row)]), offset: batch.offsets[row],
                    lineNumber: batch.lineNumbers[row], timestamp: batch.timestamps[row], level: batch.levels[row],
                    flags: batch.flags[row]))
        }
        for reject in output.rejects {
            if reject.continues, let last = rejects.last, last.range.upper == reject.range.lower,
                last.reason == reject.reason
            {
                rejects[rejects.count - 1].range = ByteRange(last.range.lower, reject.range.upper)
                rejects[rejects.count - 1].sample = Array((last.sample + reject.sample).prefix(Reject.sampleLimit))
            } else {
                rejects.append(
                    Refused(
                        range: reject.range, lineNumber: reject.lineNumber, reason: reject.reason,
                        sample: reject.sample))
            }
        }
        progress = output.progress
    }
}

/// How an object is taken in a test.
struct Taking {
    var maxLineBytes = 1 << 16
    /// Whether every piece meets a new assembler that knows the stored progress alone.
    var restarts = false
    var settings = ScanSettings()

    /// Takes `bytes` in pieces that end at `cuts`, and a last piece; at `seals` the object ends for the time being.
    func take(_ bytes: [UInt8], cuts: [Int] = [], seals: Set<Int> = []) -> Taken {
        var taken = Taken()
        var assembler = make(from: CursorProgress(), in: bytes)
        for end in Set(cuts + seals.sorted() + [bytes.count]).sorted() {
            if restarts { assembler = make(from: taken.progress, in: bytes) }
            let start = Int(assembler.nextOffset)
            let before = taken.progress
            let output = assembler.take(Array(bytes[start..<end]), isEnd: seals.contains(end), at: .sample)
            precondition(output.from == before.position)
            taken.add(output)
        }
        return taken
    }

    private func make(from progress: CursorProgress, in bytes: [UInt8]) -> ObjectAssembler {
        let position = Int(progress.position)
        return ObjectAssembler(
            from: progress, overlap: Array(bytes[position - progress.tail.length..<position]),
            maxLineBytes: maxLineBytes, scanner: PortableScanner(), settings: settings)
    }
}

/// Objects with all that goes wrong in files, from a seed.
struct ObjectMaker {
    var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func object(_ parts: Int) -> [UInt8] {
        var bytes: [UInt8] = chance(6) ? [0xEF, 0xBB, 0xBF] : []
        for _ in 0..<parts { bytes += part() }
        if chance(2) { bytes += Array("{\"open\":".utf8.prefix(Int.random(in: 0...8, using: &generator))) }
        return bytes
    }

    mutating func chance(_ bound: Int) -> Bool { Int.random(in: 0..<bound, using: &generator) == 0 }

    private mutating func part() -> [UInt8] {
        let end: [UInt8] = chance(4) ? [0x0D, 0x0A] : [0x0A]
        switch Int.random(in: 0..<14, using: &generator) {
        case 0..<4: return Array("{\"n\":\(Int.random(in: 0...9, using: &generator))}".utf8) + end
        case 4: return Array("{\"t\":\"é漢😀\",\"level\":\"warn\",\"ts\":17}".utf8) + end
        case 5: return end
        case 6: return Array(repeating: chance(2) ? 0x20 : 0x09, count: Int.random(in: 1...6, using: &generator)) + end
        case 7: return Array(repeating: 0, count: Int.random(in: 1...12, using: &generator)) + (chance(2) ? end : [])
        case 8: return Array("{\"long\":\"\(String(repeating: "x", count: 10))".utf8) + filler() + end
        case 9: return [0x7B, 0xC3, 0x28, 0x7D] + end
        case 10:
            return Array(["null", "5", "[1]", "\"s\"", "{\"cut\":"].randomElement(using: &generator)?.utf8 ?? "".utf8)
                + end
        case 11: return [0x0D] + end
        case 12: return Array("{\"a\":1}\r".utf8) + end
        default:
            return (0..<Int.random(in: 1...5, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
        }
    }

    private mutating func filler() -> [UInt8] {
        (0..<Int.random(in: 0...40, using: &generator)).map { _ in UInt8.random(in: 1...127, using: &generator) }
            .filter { $0 != 0x0A }
    }
}

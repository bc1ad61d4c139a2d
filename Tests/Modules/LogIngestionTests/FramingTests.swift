import LogCursor
import LogIngestion
import LogModel
import TestSupport
import Testing

@Suite("Framing")
struct FramingTests {
    @Test("newlines end lines; a carriage return before one is dropped; blank lines are skips")
    func lines() {
        let taken = Taking().take(Array("{\"a\":1}\n\r\n{\"b\":2}\r\n \t\n{\"c\":3}\r\r\n{\"open\":".utf8))
        #expect(taken.lines == ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}\r"])
        #expect(taken.records.map(\.offset) == [0, 10, 22])
        #expect(taken.records.map(\.lineNumber) == [1, 3, 5])
        #expect(taken.progress.position == 32 && taken.progress.lines == 5 && taken.progress.sizeSeen == 40)
        var expected = ByteAccount()
        (expected.records, expected.recordBytes) = (3, 22)
        (expected.skips, expected.skipBytes, expected.separatorBytes) = (2, 2, 8)
        #expect(taken.progress.counts == expected)
    }

    @Test("a run of NULs in front of a line is a skip and no part of the line")
    func nuls() {
        let bytes: [UInt8] =
            [0, 0, 0] + Array("{\"a\":1}\n".utf8) + [0, 0, 0x0A] + Array("{\"b\":\u{0}}\n".utf8) + [0, 0]
        let taken = Taking().take(bytes)
        #expect(taken.lines == ["{\"a\":1}"] && taken.records.map(\.offset) == [3])
        #expect(taken.rejects.map(\.reason) == [.invalidJSON])
        #expect(taken.progress.counts.skips == 2 && taken.progress.counts.skipBytes == 5)
        #expect(taken.progress.lines == 3 && taken.progress.position == Int64(bytes.count - 2))
    }

    @Test("a line of just the allowed length is a line, one byte more is a reject", arguments: [7, 8, 9, 20])
    func longestLine(_ length: Int) {
        let text = "{\"a\":" + String(repeating: "1", count: length - 6) + "}"
        for end in ["\n", "\r\n"] {
            let fits = Taking(maxLineBytes: length).take(Array((text + end).utf8))
            #expect(fits.lines == [text] && fits.rejects.isEmpty)
            let long = Taking(maxLineBytes: length - 1).take(Array((text + end + "{}\n").utf8))
            #expect(long.rejects.map(\.reason) == [.lineTooLong])
            #expect(long.rejects.first?.range.lower == 0 && long.lines == ["{}"])
            #expect(long.records.map(\.lineNumber) == [2])
        }
    }

    @Test("C16: a line far too long is not kept in memory, and reading goes on behind its newline")
    func hugeLine() {
        var assembler = ObjectAssembler(
            from: CursorProgress(), overlap: [], maxLineBytes: 1000, scanner: PortableScanner(),
            settings: ScanSettings())
        var taken = Taken()
        for _ in 0..<500 {
            taken.add(assembler.take(Array(repeating: 0x78, count: 1500), isEnd: false, at: .sample))
            #expect(!assembler.hasUnfinishedLine)
        }
        taken.add(assembler.take(Array("tail\n{\"after\":1}\n".utf8), isEnd: false, at: .sample))
        #expect(taken.rejects.map(\.range) == [ByteRange(0, 750_004)] && taken.lines == ["{\"after\":1}"])
        #expect(taken.progress.counts.rejects == 1 && taken.progress.lines == 2)
        #expect(taken.records.first?.lineNumber == 2)
    }

    @Test("a last line without its newline waits; at a seal it counts, and is flagged")
    func unterminated() {
        let bytes = Array("{\"a\":1}\n{\"b\":2}".utf8)
        let waiting = Taking().take(bytes)
        #expect(waiting.lines == ["{\"a\":1}"] && waiting.progress.position == 8 && waiting.progress.sizeSeen == 15)
        let sealed = Taking().take(bytes, seals: [15])
        #expect(sealed.lines == ["{\"a\":1}", "{\"b\":2}"] && sealed.progress.position == 15)
        #expect(sealed.progress.carry == .sealedLine && sealed.progress.lines == 2)
        #expect(sealed.records.map { RecordFlags(rawValue: $0.flags).contains(.unterminated) } == [false, true])
    }

    @Test("an object that ends with a newline has nothing to seal")
    func sealAtNewline() {
        let bytes = Array("{\"a\":1}\n".utf8)
        #expect(Taking().take(bytes, seals: [8]) == Taking().take(bytes))
        #expect(Taking().take([], seals: [0]).progress.carry == LineCarry.none)
    }

    @Test("what follows a sealed line: its newline is a separator, anything else a reject up to the newline")
    func afterSeal() {
        let clean = Taking().take(Array("{\"a\":1}\n{\"b\":2}\n".utf8), seals: [7])
        #expect(clean.lines == ["{\"a\":1}", "{\"b\":2}"] && clean.rejects.isEmpty)
        #expect(clean.records.map(\.lineNumber) == [1, 2] && clean.progress.lines == 2)
        let torn = Taking().take(Array("{\"a\":1} more\n{\"b\":2}\n".utf8), seals: [7])
        #expect(torn.lines == ["{\"a\":1}", "{\"b\":2}"])
        #expect(torn.rejects.map(\.range) == [ByteRange(7, 12)])
        #expect(torn.rejects.map(\.reason) == [.continuationAfterSeal])
        #expect(torn.records.map(\.lineNumber) == [1, 2] && torn.progress.lines == 2)
        let again = Taking().take(Array("{\"a\":1}xy\n{\"b\":2}\n".utf8), seals: [7, 8])
        #expect(again.rejects.map(\.range) == [ByteRange(7, 9)] && again.lines.count == 2)
        #expect(again.progress.counts.rejects == 1)
    }

    @Test("C2, C3: pieces of any size give what one piece gives", arguments: 0..<24 as Range<UInt64>)
    func anyChunkSize(_ seed: UInt64) {
        var maker = ObjectMaker(seed: seed)
        let bytes = maker.object(9)
        for longest in [1, 2, 5, 9, 17, 1000] {
            for seals in [[], [bytes.count]] as [Set<Int>] {
                let whole = Taking(maxLineBytes: longest).take(bytes, seals: seals)
                check(whole, of: bytes, sealed: !seals.isEmpty, longest)
                for size in 1...max(1, bytes.count) {
                    let cuts = Array(stride(from: size, to: bytes.count, by: size))
                    let pieces = Taking(maxLineBytes: longest).take(bytes, cuts: cuts, seals: seals)
                    guard pieces == whole else {
                        Issue.record("seed \(seed), lines of \(longest), pieces of \(size), sealed \(!seals.isEmpty)")
                        return
                    }
                }
            }
        }
    }

    @Test(
        "going on from a stored progress at any position gives what one piece gives",
        arguments: 100..<124 as Range<UInt64>)
    func anyRestart(_ seed: UInt64) {
        var maker = ObjectMaker(seed: seed)
        let bytes = maker.object(12)
        for longest in [3, 12, 1000] {
            let whole = Taking(maxLineBytes: longest).take(bytes)
            for cut in 0...bytes.count {
                let parts = Taking(maxLineBytes: longest, restarts: true).take(bytes, cuts: [cut])
                guard parts == whole else {
                    Issue.record("seed \(seed), lines of \(longest), restarted at \(cut)")
                    return
                }
            }
            let everywhere = Taking(maxLineBytes: longest, restarts: true).take(bytes, cuts: Array(0...bytes.count))
            #expect(everywhere == whole, "seed \(seed), lines of \(longest), restarted everywhere")
        }
    }

    @Test("growth behind a seal gives the same in any pieces", arguments: 200..<240 as Range<UInt64>)
    func anyGrowthAfterSeal(_ seed: UInt64) {
        var maker = ObjectMaker(seed: seed)
        let bytes = maker.object(8)
        guard bytes.count > 2 else { return }
        for longest in [4, 1000] {
            for seal in 1..<bytes.count {
                let whole = Taking(maxLineBytes: longest).take(bytes, seals: [seal])
                check(whole, of: bytes, sealed: false, longest)
                for size in [1, 2, 3, 7] {
                    let cuts = Array(stride(from: size, to: bytes.count, by: size))
                    let pieces = Taking(maxLineBytes: longest, restarts: size == 3).take(
                        bytes, cuts: cuts, seals: [seal])
                    guard pieces == whole else {
                        Issue.record("seed \(seed), lines of \(longest), sealed at \(seal), pieces of \(size)")
                        return
                    }
                }
            }
        }
    }

    /// What must hold of any progress.
    private func check(_ taken: Taken, of bytes: [UInt8], sealed: Bool, _ longest: Int) {
        let progress = taken.progress
        let position = Int(progress.position)
        #expect(progress.counts.totalBytes == progress.position)
        #expect(progress.sizeSeen == Int64(bytes.count))
        let prefix = Array(bytes[..<position])
        let digest = CRC64.value(of: prefix.span)
        let tail = TailMark(endOf: prefix.span)
        #expect(progress.digest.value == digest && progress.digest.count == UInt64(position))
        #expect(progress.tail == tail)
        if sealed { #expect(position == bytes.count) }
        #expect(bytes.count - position <= longest + 1)
        #expect(progress.counts.records == Int64(taken.records.count))
        #expect(progress.counts.rejects == Int64(taken.rejects.count))
        for record in taken.records {
            #expect(record.line == Array(bytes[Int(record.offset)...].prefix(record.line.count)))
            #expect(record.line.count <= longest && !record.line.contains(0x0A))
            let before = bytes[..<Int(record.offset)].count { $0 == 0x0A }
            #expect(record.lineNumber == Int64(before) + 1)
        }
        for reject in taken.rejects {
            #expect(reject.sample == Array(bytes[Int(reject.range.lower)..<Int(reject.range.upper)].prefix(1024)))
        }
    }
}

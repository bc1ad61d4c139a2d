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

    @Test("T13, T117: a byte order mark at the start of an object belongs to no line, whatever stands behind it")
    func byteOrderMark() {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let taken = Taking().take(mark + Array("{\"a\":1}\n\u{FEFF}{\"b\":2}\n".utf8))
        #expect(taken.lines == ["{\"a\":1}"] && taken.records.map(\.offset) == [3])
        #expect(taken.rejects.map(\.range) == [ByteRange(11, 21)])
        #expect(taken.progress.counts.skips == 1 && taken.progress.counts.skipBytes == 3)
        for (text, skips) in [("\n", 3), ("\r\n", 3), (" \n", 4), ("\u{0}\u{0}\n", 5), ("\u{0}\r\n", 4)] {
            let empty = Taking().take(mark + Array((text + "{\"e\":1}\n").utf8))
            #expect(empty.lines == ["{\"e\":1}"] && empty.rejects.isEmpty, "\(text.debugDescription)")
            #expect(empty.progress.counts.skipBytes == Int64(skips) && empty.records.map(\.lineNumber) == [2])
        }
        let line = "{\"a\":1}"
        let longest = Taking(maxLineBytes: line.utf8.count).take(mark + Array((line + "\n").utf8))
        #expect(longest.lines == [line], "the mark takes no room of the line's")
        let half = Taking().take(mark + Array("{\"a\":1}".utf8), cuts: [1, 2, 3, 4])
        #expect(half.progress.position == 0 && half.records.isEmpty)
    }

    @Test("T115: NULs behind a line are skips, as those in front of it are, and so are blanks with NULs")
    func nulsBehind() {
        for (text, lines, skipped) in [
            ("{\"a\":1}\u{0}\n", ["{\"a\":1}"], 1), ("{\"a\":1}\u{0}\u{0}\r\n", ["{\"a\":1}"], 2),
            (" \u{0}\n", [], 2), ("\u{0}\u{0}{\"a\":1}\u{0}\n", ["{\"a\":1}"], 3), ("\u{0} \u{0}\n", [], 3),
            ("{\"a\":1}\u{0}\n{\"b\":2}\u{0}\n", ["{\"a\":1}", "{\"b\":2}"], 2),
        ] as [(String, [String], Int64)] {
            let taken = Taking().take(Array((text + "{\"z\":0}\n").utf8))
            #expect(taken.lines == lines + ["{\"z\":0}"] && taken.rejects.isEmpty, "\(text.debugDescription)")
            #expect(taken.progress.counts.skipBytes == skipped, "\(text.debugDescription)")
            #expect(taken.progress.lines == Int64(text.utf8.count { $0 == 0x0A } + 1))
        }
        let within = Taking().take(Array("{\"a\":\u{0}1}\n{\"b\":1}\u{0} \n".utf8))
        #expect(within.rejects.map(\.reason) == [.invalidJSON, .invalidJSON])
        let broken = Taking().take(Array("{\"a\":\u{0}\n".utf8))
        #expect(broken.rejects.map(\.range) == [ByteRange(0, 5)] && broken.progress.counts.skipBytes == 1)
        let sealed = Taking().take(Array("{\"b\":2}\u{0}\u{0}".utf8), seals: [9])
        #expect(sealed.records.map { RecordFlags(rawValue: $0.flags).contains(.unterminated) } == [true])
        #expect(sealed.progress.counts.skipBytes == 2 && sealed.progress.lines == 1)
    }

    @Test("T116: a carriage return before a newline is no part of a reject, whatever its reason")
    func returnsOfRejects() {
        let long = String(repeating: "x", count: 40)
        for size in [1, 7, 20, 100] {
            let bytes = Array("\(long)\r\nbad\r\n[1]\r\n{}\r\n".utf8)
            let cuts = Array(stride(from: size, to: bytes.count, by: size))
            let taken = Taking(maxLineBytes: 8).take(bytes, cuts: cuts)
            #expect(taken.rejects.map(\.range) == [ByteRange(0, 40), ByteRange(42, 45), ByteRange(47, 50)])
            #expect(taken.progress.counts.separatorBytes == 8 && taken.lines == ["{}"])
        }
        let grown = Taking().take(Array("{\"a\":1}\r\n{\"b\":2}\r\n".utf8), seals: [7])
        #expect(grown.rejects.isEmpty, "the newline of a sealed line may have two bytes")
        #expect(grown.lines == ["{\"a\":1}", "{\"b\":2}"])
        let torn = Taking().take(Array("{\"a\":1} more\r\n{}\n".utf8), seals: [7])
        #expect(torn.rejects.map(\.range) == [ByteRange(7, 12)])
    }

    @Test("T6: a last line without a newline counts when it is a whole object, and waits until then")
    func wholeLastLine() {
        func take(_ text: String) -> Taken {
            var assembler = ObjectAssembler(
                from: CursorProgress(), overlap: [], maxLineBytes: 100, scanner: PortableScanner(),
                settings: ScanSettings())
            var taken = Taken()
            taken.add(assembler.take(Array(text.utf8), isEnd: false, takesWhole: true, at: .sample))
            return taken
        }
        for text in [
            "{\"b\":", "{\"b\":2", "{", "[1]", "tru", "5", " ", "\u{0}", "{\"b\":2}x", "{\"$logferry\":{\"v\":1}}",
        ] {
            let waiting = take("{\"a\":1}\n" + text)
            #expect(waiting.lines == ["{\"a\":1}"] && waiting.progress.position == 8, "\(text.debugDescription)")
            #expect(waiting.rejects.isEmpty && waiting.progress.framing == .start)
        }
        for text in ["{\"b\":2}", " {\"b\":2} ", "{\"b\":2}\r", "\u{0}{\"b\":2}\u{0}"] {
            let whole = take("{\"a\":1}\n" + text)
            // A carriage return waits: it belongs to the newline, if that comes.
            let waiting = text.hasSuffix("\r") ? 1 : 0
            #expect(whole.records.count == 2 && whole.progress.position == Int64(8 + text.utf8.count - waiting))
            #expect(whole.progress.framing == LineCarry.wholeLine.state, "\(text.debugDescription)")
            #expect(whole.records.last.map { RecordFlags(rawValue: $0.flags).contains(.unterminated) } == true)
        }
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
        #expect(sealed.progress.framing == LineCarry.wholeLine.state && sealed.progress.lines == 2)
        #expect(sealed.records.map { RecordFlags(rawValue: $0.flags).contains(.unterminated) } == [false, true])
    }

    @Test("an object that ends with a newline has nothing to seal")
    func sealAtNewline() {
        let bytes = Array("{\"a\":1}\n".utf8)
        #expect(Taking().take(bytes, seals: [8]) == Taking().take(bytes))
        #expect(Taking().take([], seals: [0]).progress.framing == .start)
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
        // A byte order mark waits with its line.
        #expect(bytes.count - position <= longest + 1 + 3)
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

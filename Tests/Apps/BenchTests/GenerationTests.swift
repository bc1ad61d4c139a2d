import Foundation
import Generation
import LogCursor
import LogIngestion
import LogModel
import Testing

@Suite("Generated lines")
struct GenerationTests {
    private func bytes(seed: UInt64, upTo limit: Int64) -> [UInt8] {
        var generator = LogGenerator(seed: seed)
        var all: [UInt8] = []
        generator.lines(upTo: limit) { all += $0 }
        return all
    }

    @Test("A seed always gives the same bytes, and another seed others")
    func seeds() {
        #expect(bytes(seed: 7, upTo: 100_000) == bytes(seed: 7, upTo: 100_000))
        #expect(bytes(seed: 7, upTo: 100_000) != bytes(seed: 8, upTo: 100_000))
        // The same lines whatever the size is: a longer file begins as a shorter one does.
        #expect(bytes(seed: 7, upTo: 50_000) == Array(bytes(seed: 7, upTo: 3_000_000).prefix(50_000).wholeLines))
    }

    @Test("Lines fill the size that is asked for and none is cut")
    func size() {
        for limit in [0, 10, 1000, 1 << 20, (3 << 20) + 17] {
            let all = bytes(seed: 1, upTo: Int64(limit))
            #expect(all.count <= limit && all.count > limit - 2000)
            #expect(all.last ?? 0x0A == 0x0A)
        }
    }

    @Test("Every line is a record with a time and a level, numbered from 0")
    func acceptance() throws {
        let all = bytes(seed: 3, upTo: 4 << 20)
        var lines = FramedLines(from: 0, at: 0)
        var carry = LineCarry.none
        var breaks = LineBreaks(of: all.span, by: PortableScanner())
        _ = LineFramer(maxLineBytes: 1 << 20).frame(
            all.span, &breaks, in: 0..<all.count, isEnd: true, carry: &carry, into: &lines)
        let found = PortableScanner().scan(lines, of: all.span, by: ScanSettings())
        #expect(found.verdicts.count > 10_000)
        #expect(found.verdicts.allSatisfy { $0 == .accepted })
        #expect(!found.timestamps.contains(ScanColumns.noTime))
        #expect(found.timestamps.max() ?? 0 > found.timestamps.min() ?? 0)
        #expect(Set(found.levels) == Set([.debug, .info, .notice, .warn, .error, .fatal].map(\Level.rawValue)))
        var number = 0
        for row in 0..<lines.count where lines.isLine(row) {
            #expect(all[lines.range(row)].starts(with: Array("{\"seq\":\(number),".utf8)))
            number += 1
        }
    }

    @Test("Lines have escapes, letters beyond ASCII, and objects in objects")
    func mixture() throws {
        let text = String(decoding: bytes(seed: 3, upTo: 1 << 20), as: UTF8.self)
        for part in [#"\""#, #"\\"#, #"\n"#, #"\t"#, "東京", "ü", #""customer":{"#, #""tags":["#, #""cpu_percent":"#] {
            #expect(text.contains(part), "no line has \(part)")
        }
        for line in text.split(separator: "\n") {
            #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) }
        }
    }
}

extension Sequence<UInt8> {
    /// The bytes up to the last newline, which is the last of them.
    fileprivate var wholeLines: [UInt8] {
        let all = Array(self)
        return Array(all[...(all.lastIndex(of: 0x0A) ?? -1)])
    }
}

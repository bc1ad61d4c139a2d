import Foundation
import Generation
import LogIngestion

/// Lines in memory, in pieces of the size that the engine reads.
struct MemoryLines: Sendable {
    /// Whole lines each.
    let pieces: [[UInt8]]
    /// The same pieces, cut into lines.
    let framed: [FramedLines]
    /// Lines in all.
    let count: Int
    /// Bytes in all.
    let bytes: Int

    /// Generated lines.
    init(seed: UInt64, mib: Int) {
        var generator = LogGenerator(seed: seed)
        var whole: [UInt8] = []
        generator.lines(upTo: Int64(mib) << 20) { whole += $0 }
        self.init(whole)
    }

    /// Lines of a file.
    init(of path: String, upTo limit: Int) throws {
        let bytes = try InputFile(path).next(limit)
        guard bytes.contains(0x0A) else { throw BenchError("\(path): there is no line") }
        self.init(bytes)
    }

    private init(_ whole: [UInt8]) {
        var pieces: [[UInt8]] = []
        var start = 0
        while start < whole.count {
            let limit = min(start + benchedChunk, whole.count)
            guard let end = whole[start..<limit].lastIndex(of: 0x0A) else { break }
            pieces.append(Array(whole[start...end]))
            start = end + 1
        }
        self.pieces = pieces
        framed = pieces.map { FramedLines(whole: $0.span, by: benchedScanner) }
        count = framed.reduce(0) { $0 + $1.lineCount }
        bytes = pieces.reduce(0) { $0 + $1.count }
    }
}

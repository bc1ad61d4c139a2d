import Hummingbird
import LogCursor
import LogIngestion

/// The lines of a request's body, cut and judged piece by piece as they come.
///
/// A piece is looked at where the connection has put it, while it is in the nearer caches; only a line that two pieces
/// share is copied.
struct BodyScan {
    private static let framer = LineFramer(maxLineBytes: IngestionSettings().maxLineBytes)
    private static let settings = ScanSettings()

    private(set) var received = Received()
    /// What no newline has ended yet.
    private var unfinished: [UInt8] = []

    /// Takes the next piece.
    mutating func take(_ piece: ByteBuffer) {
        received.bytes += piece.readableBytes
        piece.withUnsafeReadableBytes { take(Span(_unsafeBytes: $0)) }
    }

    /// Takes what is left as the last line.
    mutating func end() {
        takeUnfinished()
    }

    private mutating func take(_ bytes: Span<UInt8>) {
        var breaks = LineBreaks(of: bytes, by: benchedScanner)
        var start = 0
        if !unfinished.isEmpty, let newline = breaks.positions.first {
            start = Int(newline) + 1
            keep(bytes.extracting(..<start))
            takeUnfinished()
        }
        if unfinished.isEmpty {
            var lines = FramedLines(from: start, at: 0)
            var carry = LineCarry.none
            start = BodyScan.framer.frame(
                bytes, &breaks, in: start..<bytes.count, isEnd: false, carry: &carry, into: &lines)
            count(benchedScanner.scan(lines, of: bytes, by: BodyScan.settings))
        }
        keep(bytes.extracting(start...))
    }

    private mutating func takeUnfinished() {
        let line = FramedLines(whole: unfinished.span, by: benchedScanner)
        count(benchedScanner.scan(line, of: unfinished.span, by: BodyScan.settings))
        unfinished.removeAll(keepingCapacity: true)
    }

    private mutating func count(_ lines: ScanColumns) {
        received.lines += lines.count
        received.records += lines.acceptedCount
    }

    private mutating func keep(_ bytes: Span<UInt8>) {
        bytes.withUnsafeBufferPointer { unfinished.append(contentsOf: $0) }
    }
}

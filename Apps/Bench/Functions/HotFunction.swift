import AppRegistry
import LogCursor
import LogIngestion
import LogModel
import LogQuery

/// A function that every line goes through.
struct HotFunction: Sendable {
    /// What it is called in tables.
    let name: String
    /// How often it may ask for memory for each million lines of some 300 bytes: for a piece some ten times, never for
    /// a line.
    let allocationsAllowed: Int
    /// Goes through all lines; what it gives keeps the work from being left out.
    let work: @Sendable (MemoryLines) -> UInt64

    /// What one round uses.
    func measure(_ lines: MemoryLines) -> Usage {
        let before = Usage.ofThread()
        let result = work(lines)
        let used = Usage.ofThread() - before
        precondition(result != 0, "\(name) found nothing in \(lines.count) lines")
        return used
    }

    /// All of them, in the order in which a line meets them.
    static let all: [HotFunction] =
        [("portable", PortableScanner() as any RecordScanner), ("simdjson", benchedScanner)].flatMap { kind, scanner in
            [framing(kind, scanner), scanning(kind, scanner), assembling(kind, scanner)]
        }
        + [("tables", PortableChecksums() as any Checksums), ("ISA-L", benchedChecksums)].flatMap { kind, checks in
            [
                summing("digest (CRC-64), \(kind)") { checks.crc64(of: $0, after: 0) },
                summing("checksum of a batch (CRC-32C), \(kind)") { UInt64(checks.crc32c(of: $0, after: 0)) },
            ]
        } + [reading, sieving]

    private static func framing(_ kind: String, _ scanner: any RecordScanner) -> HotFunction {
        HotFunction(name: "frame, \(kind)", allocationsAllowed: 10_000) { lines in
            lines.pieces.reduce(0) { $0 + UInt64(FramedLines(whole: $1.span, by: scanner).count) }
        }
    }

    private static func scanning(_ kind: String, _ scanner: any RecordScanner) -> HotFunction {
        HotFunction(name: "scan, \(kind)", allocationsAllowed: 10_000) { lines in
            let settings = ScanSettings()
            return zip(lines.pieces, lines.framed).reduce(0) { sum, piece in
                sum + UInt64(scanner.scan(piece.1, of: piece.0.span, by: settings).count)
            }
        }
    }

    /// Framing, scanning, the digest of the stream and the columns of a commit.
    private static func assembling(_ kind: String, _ scanner: any RecordScanner) -> HotFunction {
        HotFunction(name: "assemble, \(kind)", allocationsAllowed: 10_000) { lines in
            var assembler = ObjectAssembler(
                from: CursorProgress(), overlap: [], maxLineBytes: IngestionSettings().maxLineBytes,
                scanner: scanner, checksums: benchedChecksums, settings: ScanSettings())
            return lines.pieces.reduce(0) { sum, piece in
                sum + UInt64(assembler.take(piece, isEnd: false, at: EngineCase.moment).records.count)
            }
        }
    }

    /// The digest of a stream, or the checksum of a batch of our SDKs.
    private static func summing(
        _ name: String, _ check: @escaping @Sendable (Span<UInt8>) -> UInt64
    ) -> HotFunction {
        HotFunction(name: name, allocationsAllowed: 1000) { lines in
            lines.pieces.reduce(0) { $0 &+ check($1.span) }
        }
    }

    /// The same moment for each line, since what is measured is the reading of a text.
    private static let reading = HotFunction(name: "one RFC 3339 time", allocationsAllowed: 1000) { lines in
        let text = Array("2026-09-21T12:34:56.789012Z".utf8)
        var sum: UInt64 = 0
        for _ in 0..<lines.count { sum &+= UInt64(bitPattern: Timestamp(rfc3339: text.span)?.nanoseconds ?? 0) }
        return sum
    }

    /// A text that hardly any line holds.
    private static let sieving = HotFunction(name: "look for a text (q)", allocationsAllowed: 1000) { lines in
        let sieve = LineSieve(LogFilter(app: EngineCase.app.id, text: "nowhere to be found"))
        return zip(lines.pieces, lines.framed).reduce(1) { sum, piece in
            var found: UInt64 = 0
            for row in 0..<piece.1.count {
                found += sieve.admits(piece.0.span.extracting(piece.1.range(row))) ? 1 : 0
            }
            return sum + found
        }
    }
}

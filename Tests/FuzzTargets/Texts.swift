import LogIngestion
import LogModel
import Logferry

extension FuzzTarget {
    /// Times: what is read prints as a text that is read as the same moment.
    static let timestamps = FuzzTarget(
        "timestamps",
        seeds: [
            "2026-11-20T10:00:00.123456789+02:00", "2026-11-20 10:00", "1995-12-31t23:59:60Z", "2262-04-11T23:47:16Z",
            "1790000000.25", "17900000000000000000", "-1e5", "2026-11-20",
        ]
    ) { bytes in
        for moment in [Timestamp(rfc3339: bytes.span), Timestamp(number: bytes.span)] {
            guard let moment else { continue }
            try expect(moment.nanoseconds >= 0, "\(moment.nanoseconds) is before 1970")
            let again = Timestamp(rfc3339: moment.rfc3339)
            try expect(again == moment, "\(moment.rfc3339) is read as \(again.map(\.rfc3339) ?? "nothing")")
        }
    }

    /// The SDK's encoder: whatever comes in, one line goes out that the consumer accepts.
    static let encoding = FuzzTarget(
        "encoding", seeds: ["{\"a\": [1, 2.5e3, \"\\u00e9\"], \"time\": 17}", "no JSON\n\u{7F}", "[{}]", "{}"]
    ) { bytes in
        let encoder = JSONLineEncoder(metadata: [("host", .string("h")), ("level", .integer(3))])
        for line in [
            encoder.encode(json: bytes, level: .warn, now: Timestamp(nanoseconds: 5)),
            encoder.encode(String(decoding: bytes, as: UTF8.self), now: Timestamp(nanoseconds: 5)),
        ] {
            try expect(!line.bytes.contains(0x0A) && !line.bytes.contains(0x0D), "the line has a line break")
            var lines = FramedLines(from: 0, at: 0)
            lines.append(.line, 0..<line.bytes.count)
            let columns = PortableScanner().scan(lines, of: line.bytes.span, by: ScanSettings())
            try expect(columns.verdicts == [.accepted], "the consumer refuses \(line.bytes)")
        }
    }
}

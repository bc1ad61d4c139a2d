import CBenchLimits
import Generation
import LogCursor
import LogIngestion
import LogModel
import Testing

@Suite("The bare reader")
struct LimitTests {
    /// What the bare reader makes of a line.
    private func judge(_ line: String) -> logferry_limit_record {
        let bytes = line.utf8.map { CChar(bitPattern: $0) } + [CChar](repeating: 0, count: 64)
        return logferry_limit_judge(bytes, line.utf8.count)
    }

    /// What our scanner makes of it.
    private func scan(_ line: String) -> ScanColumns {
        let bytes = Array(line.utf8)
        var lines = FramedLines(from: 0, at: 0)
        lines.append(.line, 0..<bytes.count)
        return PortableScanner().scan(lines, of: bytes.span, by: ScanSettings())
    }

    @Test(
        "Finds the time and the level that our scanner finds",
        arguments: [
            #"{"timestamp":"2026-09-21T14:13:20Z","level":"info"}"#,
            #"{"seq":1,"@timestamp":"1999-12-31T23:59:59.123456789+05:30","severity":"WARNING"}"#,
            #"{"time":"2024-02-29T00:00:00.5-08:00","lvl":"debug"}"#,
            #"{"ts":1588207203.76848,"level":30}"#,
            #"{"ts":1588207203768,"level":"error"}"#,
            #"{"ts":1588207203768123,"level":"fatal"}"#,
            #"{"ts":1588207203768123456,"level":"notice"}"#,
            #"{"message":"no time","nested":{"timestamp":"2026-09-21T14:13:20Z"}}"#,
        ])
    func agreement(_ line: String) {
        let ours = scan(line)
        let limit = judge(line)
        #expect(limit.is_record)
        #expect(ours.verdicts == [.accepted])
        #expect(limit.time == ours.timestamps.first)
        #expect(limit.level == ours.levels.first)
    }

    @Test("Takes what is no object for no record", arguments: ["[1]", "\"x\"", "{\"a\":1", "{\"a\" 1}", "{} {}", "x"])
    func refusal(_ line: String) {
        #expect(!judge(line).is_record)
        #expect(scan(line).verdicts != [.accepted])
    }

    @Test("Finds the same as our scanner in generated lines")
    func generated() {
        var generator = LogGenerator(seed: 11)
        for _ in 0..<2000 {
            var bytes: [UInt8] = []
            generator.appendLine(to: &bytes)
            let line = String(decoding: bytes.dropLast(), as: UTF8.self)
            let ours = scan(line)
            let limit = judge(line)
            #expect(limit.is_record && limit.time == ours.timestamps.first && limit.level == ours.levels.first)
        }
    }
}

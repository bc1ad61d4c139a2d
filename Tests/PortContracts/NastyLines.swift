import LogCursor
import LogIngestion
import LogModel
import LogQuery
import TestSupport
import Testing

/// Lines that the acceptance rule admits and that stores are known to choke on, spoil or drop.
public enum NastyLines {
    /// Name and bytes of each line, without newlines.
    public static let accepted: [(name: String, line: [UInt8])] =
        texts.map { ($0.0, Array($0.1.utf8)) } + [
            ("a key of every printable byte", Array("{\"".utf8) + printable + Array("\":0}".utf8)),
            ("64 deep", Array((String(repeating: "[", count: 63) + String(repeating: "]", count: 63)).utf8).wrapped),
            ("40 000 bytes", Array("{\"long\":\"".utf8) + Array(repeating: 0x78, count: 40_000) + Array("\"}".utf8)),
        ]

    private static let texts: [(String, String)] = [
        ("a dotted key", #"{"http.status":200}"#),
        ("keys that begin with a dollar", #"{"$set":{"a":1},"$where":"1"}"#),
        ("an empty key", #"{"":""}"#),
        ("keys of objects themselves", #"{"__proto__":1,"constructor":2,"_id":"x","toString":null}"#),
        ("duplicate keys", #"{"a":1,"a":2,"a":{"a":3,"a":4}}"#),
        ("a NUL escape", #"{"nul":"a\u0000b","\u0000":1}"#),
        ("a lone high surrogate", #"{"lone":"\ud800","\uDBFF":1}"#),
        ("a lone low surrogate", #"{"lone":"\udfff tail"}"#),
        ("a surrogate pair", #"{"pair":"\ud83d\ude00"}"#),
        ("a huge number", #"{"n":1e999,"m":-1E+400,"k":0.1e-999}"#),
        ("integers beyond 2^53 and 2^64", #"{"a":9007199254740993,"b":18446744073709551617,"c":-9223372036854775809}"#),
        ("a number of 400 digits", "{\"n\":" + String(repeating: "7", count: 400) + "}"),
        ("negative zero and odd forms", #"{"a":-0,"b":-0.0,"c":1E5,"d":1.50}"#),
        ("white space within", "  { \t\"a\" :\t[ 1 , 2 ]  , \"b\" : { } }\t "),
        ("an object without members", "{}"),
        ("text of all planes", "{\"t\":\"äöü ß 漢字 🧑‍🚀 \u{10FFFF} \u{E000}\"}"),
        ("noncharacters and joiners", "{\"t\":\"\u{FFFE}\u{FFFF}\u{200B}\u{202E}abc\"}"),
        ("line separators of Unicode", "{\"t\":\"a\u{2028}b\u{2029}c\u{85}d\"}"),
        ("a DEL and C1 controls", "{\"t\":\"\u{7F}\u{80}\u{9F}\"}"),
        ("a byte order mark inside", "{\"t\":\"\u{FEFF}\",\"\u{FEFF}k\":1}"),
        ("composed and decomposed", "{\"caf\u{E9}\":1,\"cafe\u{301}\":2}"),
        ("escapes of all kinds", #"{"e":"\"\\\/\b\f\n\r\t\u000b\u001F"}"#),
        ("what SQL and shells read", #"{"q":"'; DROP TABLE records; -- \\0 $(x) `y` %s ?"}"#),
        ("a carriage return in the middle", "{\"a\":1,\r\"b\":2}"),
    ]

    private static let printable: [UInt8] = (0x20...0x7E).filter { $0 != 0x22 && $0 != 0x5C }

    /// Each line by itself, then all in one object with a byte order mark at its start.
    static let clauses: [Clause<StoreUnderTest>] =
        accepted.map { entry in
            Clause("a nasty line comes back byte for byte: \(entry.name)") { store in
                let app = try await store.newApp()
                var feed = ObjectFeed(try await store.claim("o", of: app))
                #expect(try await store.commit(feed.step(entry.line + [0x0A])) == .applied)
                #expect(try await store.rejects(of: app).isEmpty)
                #expect(try await store.lines(of: app) == [entry.line])
            }
        } + [
            Clause("T13: all nasty lines of one object come back in order, without its byte order mark") { store in
                let app = try await store.newApp()
                let claim = try await store.claim("o", of: app)
                var feed = ObjectFeed(claim)
                let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
                let bytes = mark + accepted.flatMap { $0.line + [0x0A] }
                #expect(try await store.commit(feed.step(bytes)) == .applied)
                let rows = try await store.ports.rows(of: claim.generation, from: 0, limit: 1000)
                let lines = (0..<rows.count).map { Array(rows.bytes[rows.range($0)]) }
                #expect(lines == accepted.map(\.line) && rows.offsets.first == 3)
            },
            Clause("T13: a line that an earlier release kept with its byte order mark comes back without it") { store in
                let app = try await store.newApp()
                let claim = try await store.claim("o", of: app)
                let line = Array("{\"a\":1}".utf8)
                let marked = [0xEF, 0xBB, 0xBF] + line
                var assembler = ObjectAssembler(
                    from: CursorProgress(), overlap: [], maxLineBytes: 100, scanner: PortableScanner(),
                    settings: ScanSettings(), rules: .earlier)
                let output = assembler.take(marked + [0x0A] + line + [0x0A], isEnd: false, at: .sample)
                let move = Move(generation: claim.generation, from: 0, epoch: claim.epoch, to: output.progress)
                let step = ObjectStep(
                    move: move, app: app, records: output.records, rejects: [], receivedAt: .sample)
                #expect(try await store.commit(step) == .applied)
                #expect(try await store.lines(of: app) == [line, line])
                let rows = try await store.ports.rows(of: claim.generation, from: 0, limit: 9)
                #expect(rows.offsets == [0, 11] && rows.range(0).count == line.count)
            },
        ]
}

extension [UInt8] {
    /// The bytes as the value of a member.
    fileprivate var wrapped: [UInt8] { Array("{\"v\":".utf8) + self + Array("}".utf8) }
}

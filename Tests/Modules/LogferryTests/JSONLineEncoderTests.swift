import Foundation
import LogModel
import Logferry
import Testing

@Suite("The line encoder")
struct JSONLineEncoderTests {
    private let now = Timestamp(milliseconds: 1_790_000_000_123)

    private func text(_ value: some Encodable, _ encoder: JSONLineEncoder = JSONLineEncoder()) -> String {
        let line = encoder.encode(value, now: now)
        #expect(isOneObject(line.bytes))
        return String(decoding: line.bytes, as: UTF8.self)
    }

    /// The message of a value that is no object, as JSON text.
    private func message(_ value: some Encodable) -> String {
        let all = text(value)
        let end = ",\"timestamp\":\"2026-09-21T14:13:20.123Z\"}"
        #expect(all.hasPrefix("{\"message\":") && all.hasSuffix(end))
        return String(all.dropFirst(11).dropLast(end.utf8.count))
    }

    @Test("keeps every digit of whole numbers")
    func integers() {
        #expect(message(UInt64.max) == "18446744073709551615")
        #expect(message(Int64.min) == "-9223372036854775808")
        #expect(message([Int8.min, 0, 7]) == "[-128,0,7]")
        #expect(message([UInt8(1)]) == "[1]")
        #expect(message([UInt16.max]) == "[65535]")
        #expect(message([Int32.max]) == "[2147483647]")
    }

    @Test(
        "writes the shortest text that reads back as the same number",
        arguments: [
            0.1, -0.0, 1e300, 0.0.nextUp, 1.7976931348623157e308, 123456789.125, 1e16, 1.0 / 3, 100,
            2.2250738585072014e-308,
        ])
    func doubles(_ number: Double) throws {
        let text = message(number)
        let back = try #require(Double(text))
        #expect(back == number && back.sign == number.sign)
        #expect(text == number.description)
        #expect(try JSONDecoder().decode([Double].self, from: Data("[\(text)]".utf8)) == [number])
    }

    @Test("writes what is no number as a string")
    func nonFinite() {
        #expect(message([Double.nan, .infinity, -.infinity]) == "[\"NaN\",\"Infinity\",\"-Infinity\"]")
        #expect(message(Float.nan) == "\"NaN\"")
        #expect(message(Float(0.1)) == "0.1")
    }

    @Test("escapes what JSON escapes and nothing more")
    func strings() {
        #expect(message("a\"b\\c/d") == #""a\"b\\c/d""#)
        #expect(message("\n\r\t\u{0}\u{1F}\u{7F}é\u{2028}😀") == "\"\\n\\r\\t\\u0000\\u001f\u{7F}é\u{2028}😀\"")
        #expect(message("") == "\"\"")
    }

    @Test("writes null, flags, nested containers and dictionaries")
    func containers() {
        #expect(message([nil, true, false] as [Bool?]) == "[null,true,false]")
        #expect(text(["a": ["b": [1, 2]]]) == #"{"a":{"b":[1,2]},"timestamp":"2026-09-21T14:13:20.123Z"}"#)
        #expect(text([5: "x"]).hasPrefix(#"{"5":"x","#))
        #expect(text([String: Int]()) == #"{"timestamp":"2026-09-21T14:13:20.123Z"}"#)
        #expect(message([[1.5: "x"]]) == #"[[1.5,"x"]]"#)
        #expect(message([[Int]]()) == "[]")
        #expect(message(String?.none) == "null")
    }

    @Test("lets containers be filled in any order, twice, and through super encoders")
    func interleaved() {
        struct Odd: Encodable {
            enum Key: String, CodingKey { case a, b, c }
            func encode(to encoder: any Encoder) throws {
                var keyed = encoder.container(keyedBy: Key.self)
                var a = keyed.nestedContainer(keyedBy: Key.self, forKey: .a)
                var b = keyed.nestedUnkeyedContainer(forKey: .b)
                try a.encode(1, forKey: .a)
                try b.encode("x")
                try a.encode(2, forKey: .b)
                try a.encode(3, forKey: .a)
                try b.encodeNil()
                var again = keyed.nestedContainer(keyedBy: Key.self, forKey: .a)
                try again.encode(4, forKey: .c)
                try 5.encode(to: keyed.superEncoder())
                try [6].encode(to: keyed.superEncoder(forKey: .c))
                try 7.encode(to: b.superEncoder())
            }
        }
        #expect(text(Odd()).hasPrefix(#"{"a":{"a":3,"b":2,"c":4},"b":["x",null,7],"super":5,"c":[6],"#))
    }

    @Test("puts a marker where a value cannot be encoded, and keeps the rest")
    func unencodable() {
        struct Bad: Encodable {
            struct Reason: Error {}
            func encode(to encoder: any Encoder) throws { throw Reason() }
        }
        struct Mixed: Encodable {
            var good = 1
            var bad = Bad()
            var list = [Bad(), Bad()]
        }
        let mark = "\"[not encodable: Bad]\""
        #expect(text(Mixed()).hasPrefix("{\"good\":1,\"bad\":\(mark),\"list\":[\(mark),\(mark)],"))
        #expect(message(Bad()) == mark)
    }

    @Test("ends cycles and towers")
    func cycles() {
        final class Node: Encodable {
            enum Key: String, CodingKey { case left, right }
            var left: Node?
            var right: Node?
            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: Key.self)
                try container.encodeIfPresent(left, forKey: .left)
                try container.encodeIfPresent(right, forKey: .right)
            }
        }
        let single = Node()
        single.left = single
        #expect(text(single).contains("[nested too deep]"))
        let double = Node()
        (double.left, double.right) = (double, double)
        #expect(text(double).contains("[too many values]"))
        struct Endless: Encodable {
            func encode(to encoder: any Encoder) throws {
                var container = encoder.singleValueContainer()
                try container.encode(Endless())
            }
        }
        #expect(message(Endless()) == "\"[nested too deep]\"")
    }

    @Test("admits as many containers as the consumer does, and no more", arguments: [1, 62, 63, 64, 65, 80])
    func depth(_ depth: Int) {
        struct Tower: Encodable {
            let height: Int
            enum Key: String, CodingKey { case up }
            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: Key.self)
                if height > 1 { try container.encode(Tower(height: height - 1), forKey: .up) }
            }
        }
        #expect(text(Tower(height: depth)).contains("[nested too deep]") == (depth > 64))
        struct List: Encodable {
            let height: Int
            func encode(to encoder: any Encoder) throws {
                var container = encoder.unkeyedContainer()
                if height > 1 { try container.encode(List(height: height - 1)) }
            }
        }
        #expect(text(List(height: depth)).contains("[nested too deep]") == (depth > 63))
    }

    @Test("gives Foundation's values the forms that logs have")
    func foundation() {
        struct Entry: Encodable {
            var at = Date(timeIntervalSince1970: 1_790_000_000.25)
            var url = URL(string: "https://a.example/b?c=d")
            var bytes = Data([0, 1, 2, 255])
            var id = UUID(uuidString: "E621E1F8-C36C-495A-93FC-0C247A3E6E5F")
            var price = Decimal(string: "12345678901234567890.12")
        }
        let expected =
            #"{"at":"2026-09-21T14:13:20.250Z","url":"https://a.example/b?c=d","bytes":"AAEC/w==","#
            + #""id":"E621E1F8-C36C-495A-93FC-0C247A3E6E5F","price":12345678901234567890.12,"#
        #expect(text(Entry()).hasPrefix(expected))
    }

    @Test("adds the time and takes the day from the line's own")
    func times() {
        let encoder = JSONLineEncoder()
        func day(_ json: String) -> String { "\(encoder.encode(json: Array(json.utf8), now: now).day)" }
        #expect(day("{}") == "2026-09-21")
        #expect(day(#"{"timestamp":"2026-09-20T23:59:59.999Z"}"#) == "2026-09-20")
        #expect(day(#"{"timestamp":"2026-09-21T00:30:00+02:00"}"#) == "2026-09-20")
        #expect(day(#"{"ts":1700000000}"#) == "2023-11-14")
        #expect(day(#"{"ts":1700000000,"time":"2024-01-01"}"#) == "2024-01-01")
        #expect(day(#"{"timestamp":"soon"}"#) == "2026-09-21")
        let plain = encoder.encode(json: Array(#"{ "ts": 1.7e9 }"#.utf8), now: now)
        #expect(String(decoding: plain.bytes, as: UTF8.self) == #"{ "ts": 1.7e9 }"#)
        let bad = encoder.encode(json: Array(#"{"time":"soon"}"#.utf8), now: now)
        #expect(String(decoding: bad.bytes, as: UTF8.self).hasSuffix(#""timestamp":"2026-09-21T14:13:20.123Z"}"#))
    }

    @Test("adds metadata and the level unless the line has them")
    func metadata() {
        let encoder = JSONLineEncoder(metadata: [
            ("service", "api"), ("a", 1), ("service", "twice"), ("deep", ["x": [true, 1.5]]),
            ("timestamp", "no"),
        ])
        let line = encoder.encode(["a": 2], level: .warn, now: now)
        #expect(
            String(decoding: line.bytes, as: UTF8.self)
                == #"{"a":2,"level":"warn","timestamp":"2026-09-21T14:13:20.123Z","service":"api","deep":{"x":[true,1.5]}}"#
        )
        let own = encoder.encode(["level": "mine", "service": "s"], level: .warn, now: now)
        #expect(String(decoding: own.bytes, as: UTF8.self).contains("warn") == false)
    }

    @Test(
        "makes one line of any bytes",
        arguments: ["", "{", "[1]", "null", "{\"a\":1}x", "{\n\"a\" : 1\r\n}", "\u{0}", "{\"a\":\"\u{1}\"}", " {} "])
    func raw(_ json: String) {
        let line = JSONLineEncoder().encode(json: Array(json.utf8), now: now)
        #expect(isOneObject(line.bytes) && !line.bytes.contains(0x0A))
        let broken = JSONLineEncoder().encode(json: [0xFF, 0x7B] + Array(json.utf8), now: now)
        #expect(isOneObject(broken.bytes))
    }
}

/// Whether bytes are one JSON object that the consumer admits.
func isOneObject(_ bytes: [UInt8]) -> Bool {
    var reader = JSONReader()
    do {
        guard try reader.skipValue(bytes.span) == .object else { return false }
        return reader.index == bytes.count && isUTF8(bytes.span)
    } catch { return false }
}

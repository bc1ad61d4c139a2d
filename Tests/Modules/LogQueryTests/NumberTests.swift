import LogModel
import TestSupport
import Testing

@testable import LogQuery

@Suite("Numbers")
struct NumberTests {
    @Test("T19: numbers are ordered by their exact values, however they are written and however large they are")
    func order() throws {
        // From the least to the greatest; those of one row are one value.
        let rows = [
            ["-1e1000000000000000000000"], ["-1e500"], ["-1e400"], ["-18446744073709551616"],
            ["-9223372036854775809"], ["-9223372036854775808", "-9223372036854775808.0"], ["-2", "-2e0"],
            ["-1.5"], ["-1e-400"], ["0", "-0", "0.0", "-0e99", "0e-5"], ["1e-500"], ["1e-400"],
            ["0.1", "1e-1", "0.10"], ["0.10000000000000000000000000001"], ["0.2"], ["1", "1.0", "10e-1", "0.1E+1"],
            ["1.00000000000000000001"], ["9007199254740992"], ["9007199254740992.5"],
            ["9007199254740993", "9007199254740993.0"],
            ["9223372036854775807"], ["9223372036854775808"], ["18446744073709551614"],
            ["18446744073709551614.9999999999999999999999"], ["18446744073709551615", "1844674407370955161.5e1"],
            ["18446744073709551616"], ["99999999999999999999"], ["1e20", "100000000000000000000"],
            ["1e400", "10e399", "0.1e401"], ["1.0000000000000000000000001e400"], ["1e500"],
            ["1e1000000000000000000000"],
        ]
        for (low, row) in rows.enumerated() {
            for (high, other) in rows.enumerated() {
                for one in row {
                    for two in other {
                        let (left, right) = (try #require(JSONNumber(one)), try #require(JSONNumber(two)))
                        #expect((left == right) == (low == high), "\(one) == \(two)")
                        #expect((left < right) == (low < high), "\(one) < \(two)")
                        if low == high { #expect(left.hashValue == right.hashValue) }
                    }
                }
            }
        }
    }

    @Test("T19: whole numbers of all 64 bits are ordered as integers are")
    func random() throws {
        var numbers = SeededGenerator(seed: 19)
        for _ in 0..<20_000 {
            let one = UInt64.random(in: 0...(.max), using: &numbers) >> UInt64.random(in: 0...63, using: &numbers)
            let two = Bool.random(using: &numbers) ? one &+ 1 : UInt64.random(in: 0...(.max), using: &numbers)
            let (left, right) = (try #require(JSONNumber("\(one)")), try #require(JSONNumber("\(two)")))
            #expect((left < right) == (one < two) && (left == right) == (one == two), "\(one) \(two)")
            let signed = Int64(bitPattern: one)
            #expect(JSONNumber(signed) == JSONNumber("\(signed)"))
        }
    }

    @Test("what is no number of JSON is none")
    func refused() {
        for text in ["", "x", "1x", "0x10", "nan", "inf", "infinity", "+1", "1_0", ".5", "5.", "01", " 1", "1e", "--1"]
        {
            #expect(JSONNumber(text) == nil, "\(text)")
        }
    }
}

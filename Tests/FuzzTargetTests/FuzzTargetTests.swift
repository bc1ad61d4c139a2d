public import FuzzTargets
import TestSupport
public import Testing

/// The fuzzer's targets over bytes from a seed: what holds of them must hold in every run of the tests.
@Suite("Bytes of strangers", .timeLimit(.minutes(5)))
struct FuzzTargetTests {
    @Test("nothing that must hold is broken", arguments: FuzzTarget.all)
    func holds(_ target: FuzzTarget) throws {
        for seed in target.seeds { try target.run(seed) }
        var random = SeededGenerator(seed: 20)
        for round in 0..<3000 {
            let bytes = mutated(target.seeds[round % target.seeds.count], by: &random)
            do {
                try target.run(bytes)
            } catch {
                Issue.record("\(target.name), round \(round), \(bytes): \(error)")
                return
            }
        }
    }

    private func mutated(_ seed: [UInt8], by random: inout SeededGenerator) -> [UInt8] {
        var bytes = seed
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
            case 1: if place < bytes.count { bytes.remove(at: place) }
            case 2: if place < bytes.count { bytes[place] = UInt8.random(in: 0...255, using: &random) }
            case 3: if place < bytes.count { bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random) }
            case 4: bytes.insert(contentsOf: bytes[..<place].suffix(12), at: place)
            default: bytes.insert(contentsOf: marks.randomElement(using: &random) ?? [], at: place)
            }
        }
        return bytes
    }

    /// What formats are made of.
    private let marks: [[UInt8]] = [
        "\n", "\r\n", "{", "}", "[", "]", "\"", "\\", "\u{0}", ",", ":", "-", "--b", "\r\n--b\r\n", "--b--", "é", "e9",
        "99999999999999999999", "null", "\\u0000", "\\ud800", "bytes=", "T", "Z", "+23:59",
    ].map { Array($0.utf8) }
}

extension FuzzTarget: CustomTestStringConvertible {
    /// Its name.
    public var testDescription: String { name }
}

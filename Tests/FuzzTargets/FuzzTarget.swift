/// Code that reads what strangers write, and what must hold of it whatever the bytes are.
///
/// A target is run by libFuzzer, which looks for bytes that break it, and by an ordinary test over bytes from a seed.
public struct FuzzTarget: Sendable {
    /// Its name, as it is given to the fuzzer.
    public let name: String
    /// Bytes that are well-formed, or nearly so, to begin from.
    public let seeds: [[UInt8]]
    /// Throws when something does not hold that should.
    public let run: @Sendable ([UInt8]) throws -> Void

    init(_ name: String, seeds: [String], _ run: @escaping @Sendable ([UInt8]) throws -> Void) {
        self.name = name
        self.seeds = seeds.map { Array($0.utf8) }
        self.run = run
    }

    /// All targets there are.
    public static let all: [FuzzTarget] = [
        .framing, .batches, .scanners, .timestamps, .encoding, .queries, .cursors, .multipart, .ranges, .answers,
    ]
}

/// What does not hold.
public struct Finding: Error, CustomStringConvertible {
    /// In words.
    public let description: String
}

/// Makes sure that something holds.
func expect(_ isSo: Bool, _ words: @autoclosure () -> String) throws {
    guard isSo else { throw Finding(description: words()) }
}

/// Takes numbers that steer a target off the front of its bytes.
struct Steering {
    private var bytes: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { self.bytes = bytes[...] }

    /// What is left.
    var rest: [UInt8] { Array(bytes) }

    mutating func byte() -> Int { bytes.popFirst().map(Int.init) ?? 0 }

    /// Up to three places at which `count` things are cut in two.
    mutating func cuts(in count: Int) -> [Int] {
        (0..<byte() % 4).map { _ in (byte() << 8 | byte()) % (count + 1) }.sorted()
    }
}

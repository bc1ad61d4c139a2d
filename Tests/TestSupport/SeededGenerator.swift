import SeededNumbers

/// Numbers that follow from a seed, so that a failing case can be run again.
public struct SeededGenerator: RandomNumberGenerator {
    private var numbers: SplitMix64

    /// A generator that begins at `seed`.
    public init(seed: UInt64) {
        numbers = SplitMix64(seed: seed &* 0x9E37_79B9_7F4A_7C15 ^ 0xD1B5_4A32_D192_ED03)
    }

    /// The next number.
    public mutating func next() -> UInt64 { numbers.next() }
}

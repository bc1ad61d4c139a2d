/// Numbers that follow from a seed (SplitMix64; Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators").
public struct SeededChance: Sendable {
    private var state: UInt64

    /// A row of numbers; near seeds give rows that have nothing in common.
    public init(seed: UInt64) {
        state = seed
        state = next()
    }

    /// The next number.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }

    /// A number of `0..<bound`; `bound` must be positive.
    public mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "the bound of a random number must be positive")
        return Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high)
    }
}

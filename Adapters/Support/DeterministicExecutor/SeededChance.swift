import SeededNumbers

/// Numbers that follow from a seed.
public struct SeededChance: Sendable {
    private var numbers: SplitMix64

    /// A row of numbers; near seeds give rows that have nothing in common.
    public init(seed: UInt64) {
        var first = SplitMix64(seed: seed)
        numbers = SplitMix64(seed: first.next())
    }

    /// The next number.
    public mutating func next() -> UInt64 { numbers.next() }

    /// A number of `0..<bound`; `bound` must be positive.
    public mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "the bound of a random number must be positive")
        return Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high)
    }
}

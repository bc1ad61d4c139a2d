/// Supplies unpredictable bytes.
public protocol Entropy: Sendable {
    /// Returns `count` bytes; they are fit for secrets where the implementation says so.
    func bytes(_ count: Int) -> [UInt8]
}

extension Entropy {
    /// Returns a number evenly spread over `0..<bound`; `bound` must be positive.
    public func number(below bound: UInt64) -> UInt64 {
        precondition(bound > 0, "the bound of a random number must be positive")
        var value: UInt64 = 0
        for byte in bytes(8) { value = value << 8 | UInt64(byte) }
        return bound.multipliedFullWidth(by: value).high
    }
}

// What the domain does not make itself: the time of day and chance. Both come in as values of these ports.

/// Tells what time it is in the world.
public protocol WallClock: Sendable {
    /// The present moment, as far as this machine knows; it may step back.
    func now() -> Timestamp
}

/// A supply of unpredictable bytes.
public protocol Entropy: Sendable {
    /// `count` bytes; fit for secrets where the implementation says so.
    func bytes(_ count: Int) -> [UInt8]
}

extension Entropy {
    /// A number evenly spread over `0..<bound`; `bound` must be positive.
    public func number(below bound: UInt64) -> UInt64 {
        precondition(bound > 0, "the bound of a random number must be positive")
        var value: UInt64 = 0
        for byte in bytes(8) { value = value << 8 | UInt64(byte) }
        return bound.multipliedFullWidth(by: value).high
    }
}

public import LogModel

/// Random bytes of the operating system, fit for secrets.
public struct SystemEntropy: Entropy {
    /// The system's generator, which is `getrandom(2)` on Linux.
    public init() {}

    /// `count` random bytes.
    public func bytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}

public import LogModel
import SeededNumbers

/// Bytes that follow from a seed, so that a run can be repeated; not fit for secrets.
public final class SeededEntropy: Entropy {
    private let state: Locked<SplitMix64>

    /// A supply that begins at `seed`.
    public init(seed: UInt64) {
        state = Locked(SplitMix64(seed: seed))
    }

    /// The next `count` bytes.
    public func bytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        while bytes.count < count {
            let word = state.withLock { $0.next() }
            for shift in stride(from: UInt64(0), to: 64, by: 8) where bytes.count < count {
                bytes.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        return bytes
    }
}

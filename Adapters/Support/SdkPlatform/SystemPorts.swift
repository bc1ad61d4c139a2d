public import LogModel
public import SdkClient

/// The time of day of this machine.
public struct MachineClock: WallClock {
    /// The machine's clock.
    public init() {}

    /// The present moment, as the system tells it.
    public func now() -> Timestamp { Timestamp(nanoseconds: nanosecondsSince1970()) }
}

/// Random bytes of the operating system.
public struct MachineEntropy: Entropy {
    /// The system's generator.
    public init() {}

    /// `count` random bytes.
    public func bytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}

/// The shipper's buffer behind a mutex; lines are written in memory of the thread's own.
public struct LockedLineBuffer: BufferGuard {
    private let buffer: MutexGuarded<LineBuffer>

    /// Puts a buffer behind a lock of its own.
    public init(_ buffer: LineBuffer) { self.buffer = MutexGuarded(buffer) }

    /// Lends the buffer.
    public func withBuffer<Result>(_ body: (inout LineBuffer) -> Result) -> Result { buffer.withLock(body) }

    /// Lends memory of the calling thread.
    public func withMemory<Result>(_ body: (inout [UInt8]) -> Result) -> Result { ThreadMemory.withMemory(body) }
}

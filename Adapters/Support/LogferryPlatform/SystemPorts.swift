package import LogModel
package import Logferry

/// The time of day of this machine.
package struct MachineClock: WallClock {
    /// The machine's clock.
    package init() {}

    /// The present moment, as the system tells it.
    package func now() -> Timestamp { Timestamp(nanoseconds: nanosecondsSince1970()) }
}

/// Random bytes of the operating system.
package struct MachineEntropy: Entropy {
    /// The system's generator.
    package init() {}

    /// `count` random bytes.
    package func bytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}

/// The shipper's buffer behind a mutex; lines are written in memory of the thread's own.
package struct LockedLineBuffer: BufferGuard {
    private let buffer: MutexGuarded<LineBuffer>

    /// Puts a buffer behind a lock of its own.
    package init(_ buffer: LineBuffer) { self.buffer = MutexGuarded(buffer) }

    /// Lends the buffer.
    package func withBuffer<Result>(_ body: (inout LineBuffer) -> Result) -> Result { buffer.withLock(body) }

    /// Lends memory of the calling thread.
    package func withMemory<Result>(_ body: (inout [UInt8]) -> Result) -> Result { ThreadMemory.withMemory(body) }
}

import Foundation
import Logferry
import LogferryPlatform
import Testing

@Suite("The buffer of a machine", .timeLimit(.minutes(4)))
struct LockedLineBufferTests {
    private let buffer = LockedLineBuffer(
        LineBuffer(LineBuffer.Limits(ShipperSettings(serverURL: "http://s", clientToken: "t"))))

    /// Runs on a thread that no other test has used.
    private func onNewThread<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: work()) }
        }
    }

    @Test("memory is used again, and given out empty")
    func reuse() async {
        let rooms = await onNewThread { [buffer] in
            (0..<3).map { _ in
                buffer.withMemory { memory in
                    let room = memory.capacity
                    #expect(memory.isEmpty)
                    memory += [UInt8](repeating: 1, count: 1000)
                    return room
                }
            }
        }
        #expect(rooms[0] < 1000 && rooms[1] >= 1000 && rooms[2] == rooms[1])
    }

    @Test("who borrows while it has borrowed gets other memory")
    func nesting() async {
        let (outer, inner) = await onNewThread { [buffer] in
            buffer.withMemory { outer in
                outer += [1, 2, 3]
                let inner = buffer.withMemory { inner in
                    inner.append(4)
                    return inner
                }
                return (outer, inner)
            }
        }
        #expect(outer == [1, 2, 3] && inner == [4])
    }

    @Test("a thread does not keep the memory of an uncommonly long line")
    func long() async {
        let room = await onNewThread { [buffer] in
            buffer.withMemory { $0 += [UInt8](repeating: 1, count: 1 << 20) }
            return buffer.withMemory { $0.capacity }
        }
        #expect(room < 1 << 20)
    }
}

import BlockingExecutor
import Glibc

@testable import LocalFimidaraAdapter

/// A disk whose calls can be made to fail, and which notes the order of those that succeed.
final class FaultyDisk: Sendable {
    enum Refusal: Sendable { case write(Int32), sync(Int32, after: Int = 0) }

    private let refusal = Locked<Refusal?>(nil)
    private let history = Locked<[String]>([])
    private let beforeWrite = Locked<(@Sendable (_ count: Int) -> Void)?>(nil)
    private let room = Locked<Int64?>(nil)

    /// Lets every call of a kind fail with an error number, or none.
    func refuse(_ refusal: Refusal?) {
        self.refusal.withLock { $0 = refusal }
    }

    /// Does something on the thread that writes, before each write; it may block.
    func beforeWrite(_ hook: (@Sendable (_ count: Int) -> Void)?) { beforeWrite.withLock { $0 = hook } }

    /// Pretends that so many bytes are free; writes use them up.
    func pretendRoom(_ bytes: Int64) { room.withLock { $0 = bytes } }

    /// How many of the pretended bytes are left.
    var roomLeft: Int64? { room.withLock { $0 } }

    /// What was called since the last time: `write`, `sync file`, `sync folder`.
    func takeHistory() -> [String] {
        history.withLock { history in
            defer { history = [] }
            return history
        }
    }

    var calls: DiskCalls {
        DiskCalls(
            write: { [self] descriptor, bytes, position in
                beforeWrite.withLock { $0 }?(bytes.count)
                if case .write(let code)? = refusal.withLock({ $0 }) { return -Int(code) }
                history.withLock { $0.append("write") }
                // Half of it, so that short writes are met as well.
                let count = DiskCalls.system.write(descriptor, bytes.prefix(max(1, bytes.count / 2)), position)
                room.withLock { $0 = $0.map { $0 - Int64(max(0, count)) } }
                return count
            },
            sync: { [self] descriptor in
                if let code = refusedSync() { return code }
                var status = stat()
                fstat(descriptor, &status)
                let kind = status.st_mode & S_IFMT == S_IFDIR ? "folder" : "file"
                history.withLock { $0.append("sync \(kind)") }
                return DiskCalls.system.sync(descriptor)
            }, room: { [self] path in try room.withLock { $0 } ?? DiskCalls.system.room(path) })
    }

    private func refusedSync() -> Int32? {
        refusal.withLock { refusal in
            guard case .sync(let code, let left)? = refusal else { return nil }
            guard left > 0 else { return code }
            refusal = .sync(code, after: left - 1)
            return nil
        }
    }
}

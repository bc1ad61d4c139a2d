internal import BlockingExecutor

/// Who writes to which file now: one request at a time, and nobody waits.
///
/// The locks are in memory on purpose. A lock lives exactly as long as its request, so a lost connection or a restart
/// leaves none behind.
final class WriteLocks: Sendable {
    private let holds = Locked<[String: WriteHold]>([:])

    /// Takes the lock of a file.
    /// - Throws: a failure with status 409 when another request has it, be it of the same session.
    func acquire(file: String, holder: String) throws -> WriteHold {
        let hold = WriteHold(file: file, holder: holder)
        let isFree = holds.withLock { holds in
            guard holds[file] == nil else { return false }
            holds[file] = hold
            return true
        }
        guard isFree else { throw StorageFailure.notWritable("File is being written by another upload") }
        return hold
    }

    /// Runs a transaction that takes a lock, and gives the lock back when the transaction fails after that.
    /// - Parameter work: the transaction; it hands the hold over as soon as it has it.
    /// - Returns: what `work` returns.
    /// - Throws: what `work` throws.
    func keeping<Value>(
        _ work: (_ note: @escaping @Sendable (WriteHold) -> Void) async throws -> Value
    ) async throws -> Value {
        let acquired = Locked<WriteHold?>(nil)
        do {
            return try await work { hold in acquired.withLock { $0 = hold } }
        } catch {
            if let hold = acquired.withLock({ $0 }) { release(hold) }
            throw error
        }
    }

    /// Gives a lock back; the others never have to ask for whom it was.
    func release(_ hold: WriteHold) {
        holds.withLock { holds in
            if holds[hold.file] === hold { holds[hold.file] = nil }
        }
        hold.end()
    }

    /// Tells the upload that has a file's lock to give up, and waits until it has.
    ///
    /// It waits for two seconds at most: rolling back takes milliseconds unless the disk hangs.
    func abort(file: String) async throws {
        guard let hold = holds.withLock({ $0[file] }) else { return }
        hold.end()
        for _ in 0..<200 {
            guard holds.withLock({ $0[file] === hold }) else { return }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Under what the lock of one part of an upload is kept.
    static func part(_ number: Int64, of file: String) -> String { "\(file)/\(number)" }

    /// Who has a file's lock: the upload session, or the agent when no session was named.
    func holder(of file: String) -> String? {
        holds.withLock { $0[file]?.holder }
    }
}

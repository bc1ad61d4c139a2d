import LogCursor
import LogModel

// What is done when an object does not show what was taken of it.
extension ObjectFollower {
    /// Decides about such a finding: waits, or begins the next generation.
    func meet(
        _ change: Rewritten, of object: SourceObject, in turn: inout Turn, scan: ScanSettings,
        onClaim: (Claim) async -> Void, progress: (CursorProgress) -> Void
    ) async {
        guard let doubts else {
            return await begin(
                object, because: change.reason, in: &turn, scan: scan, onClaim: onClaim, progress: progress)
        }
        do {
            let shown = try await judge(change, of: object, turn.claim.cursor, takenTo: turn.position)
            let step = await doubts.note(
                shown, size: change.size, because: change.reason, of: turn.claim.cursor, at: turn.position)
            switch step {
            case .begin:
                await begin(
                    object, because: change.reason, in: &turn, scan: scan, onClaim: onClaim, progress: progress)
            case .wait(let doubt):
                turn.end = .doubted
                if let doubt { observer.observe(.objectDoubted(turn.claim.cursor, doubt)) }
            }
        } catch let error as SourceError where error.reason == .gone {
            turn.end = .gone
        } catch {
            turn.end = .failed(error)
        }
    }

    /// Finds out what an object shows that is shorter than what was taken of it, or has other bytes.
    private func judge(
        _ change: Rewritten, of object: SourceObject, _ cursor: Cursor, takenTo position: Int64
    ) async throws -> ObjectDoubt.Shown {
        // Bytes in front of the cursor that are not those that were taken are no beginning of them.
        guard change.reason == .truncated else { return .otherBytes }
        guard change.size > 0 else { return .beginning }
        // Without a look at the stored lines nothing tells a beginning.
        guard let taken else { return .otherBytes }
        let window = min(change.size, ShownBytes.window(maxLineBytes: settings.maxLineBytes))
        let reserved = try await budget.take(Int(window))
        do {
            let shown = try await compare(change, of: object, cursor, with: taken, window)
            await budget.giveBack(reserved)
            return shown
        } catch {
            await budget.giveBack(reserved)
            throw error
        }
    }

    private func compare(
        _ change: Rewritten, of object: SourceObject, _ cursor: Cursor, with taken: any TakenLines, _ window: Int64
    ) async throws -> ObjectDoubt.Shown {
        let reader = RangeReader(source: source, object: object, behindEnd: cursor.progress.hiddenSeen > 0)
        let from = change.size - window
        let chunk = try await reader.read(from: from, limit: Int(window))
        guard !chunk.bytes.isEmpty else { throw SourceError(.unavailable, detail: "the answer held no byte") }
        let stored = try await taken.lines(of: cursor.generation, in: ByteRange(from, chunk.end))
        let isComplete = try await taken.lineCount(of: cursor.generation) >= cursor.progress.counts.records
        // In the middle of an object only a stored line tells where one begins.
        guard let start = from == 0 ? 0 : stored.first?.offset else { return isComplete ? .beginning : .otherBytes }
        let shown = ShownBytes(
            start: start, bytes: Array(chunk.bytes[Int(start - from)...]), stored: stored, isComplete: isComplete)
        return try await shown.judge(
            maxLineBytes: settings.maxLineBytes, scanner: scanner, checksums: checksums,
            writerState: { try await committer.writer($0, of: cursor.app) })
    }
}

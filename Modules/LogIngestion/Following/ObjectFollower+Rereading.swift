import LogCursor
import LogModel

// What is done when bytes are read that were taken before, since the cursor was put back.
extension ObjectFollower {
    /// How many bytes of an object are compared at a time.
    private static let window: Int64 = 256 << 10

    /// Checks that lines which are read again are those that are stored at their places.
    ///
    /// A cursor that was put back to the start has no bytes in front of it that could be compared, and records meet
    /// themselves in the store by their places alone: another content of the same object would be taken for the old one,
    /// and its lines would be lost.
    /// - Parameters:
    ///   - output: what the bytes gave, which is not committed yet.
    ///   - size: how many bytes the object shows.
    ///   - claim: the claim on its cursor.
    /// - Throws: ``Rewritten`` when another line stands where one is stored; what the store says.
    func checkReread(_ output: ObjectAssembler.Output, size: Int64, of claim: Claim) async throws {
        guard let taken, output.from < claim.cursor.rewoundFrom else { return }
        let end = min(output.progress.position, claim.cursor.rewoundFrom)
        var (start, row) = (output.from, 0)
        while start < end {
            let range = ByteRange(start, min(end, start + ObjectFollower.window))
            for line in try await taken.lines(of: claim.generation, in: range) {
                let records = output.records
                while row < records.count, records.offsets[row] < line.offset {
                    let recordEnd = records.offsets[row] + Int64(records.range(row).count)
                    guard recordEnd <= line.offset else { throw Rewritten(reason: .rewritten, size: size) }
                    row += 1
                }
                let lineEnd = line.offset + Int64(line.bytes.count)
                guard row < records.count, records.offsets[row] < lineEnd else { continue }
                guard records.offsets[row] == line.offset else { throw Rewritten(reason: .rewritten, size: size) }
                guard records.bytes[records.range(row)].elementsEqual(line.bytes) else {
                    throw Rewritten(reason: .rewritten, size: size)
                }
            }
            start = range.upper
        }
    }
}

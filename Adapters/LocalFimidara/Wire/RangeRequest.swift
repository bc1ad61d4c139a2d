/// Byte ranges that a read asks for, before the size of the file is known.
///
/// All ends are inclusive.
enum RangeRequest: Sendable, Equatable {
    /// One asked-for range.
    enum Span: Sendable, Equatable {
        case from(Int64)
        case between(Int64, Int64)
        case last(Int64)
    }

    case spans([Span])
    /// A header that says nothing that can be read; nothing satisfies it.
    case unreadable

    /// Reads a `Range` header: `bytes=0-3,10-`, `bytes=-5`.
    init(header: String) {
        let parts = header.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, String(parts[0]).trimmed.lowercased() == "bytes" else {
            self = .unreadable
            return
        }
        let pieces = parts[1].split(separator: ",", omittingEmptySubsequences: false)
        let spans = pieces.compactMap { RangeRequest.span(String($0).trimmed) }
        self = spans.count == pieces.count ? .spans(spans) : .unreadable
    }

    /// The ranges in a file of `size` bytes, sorted by where they begin, with ends beyond the file clamped.
    /// - Throws: a failure with status 416 when any range cannot be satisfied or there are too many.
    func resolved(in size: Int64) throws -> [ClosedRange<Int64>] {
        guard case .spans(let spans) = self, !spans.isEmpty, spans.count <= StorageLimits.ranges else {
            throw StorageFailure.unsatisfiable(size: size)
        }
        let ranges = spans.compactMap { RangeRequest.resolve($0, in: size) }
        guard ranges.count == spans.count else { throw StorageFailure.unsatisfiable(size: size) }
        return ranges.sorted { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
    }

    private static func span(_ text: String) -> Span? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { String($0).trimmed }
        guard ends.count == 2 else { return nil }
        if ends[0].isEmpty { return number(ends[1]).map { .last($0) } }
        guard let start = number(ends[0]) else { return nil }
        if ends[1].isEmpty { return .from(start) }
        return number(ends[1]).map { .between(start, $0) }
    }

    private static func number(_ text: String) -> Int64? {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int64(text) : nil
    }

    private static func resolve(_ span: Span, in size: Int64) -> ClosedRange<Int64>? {
        switch span {
        case .from(let start): start < size ? start...(size - 1) : nil
        case .between(let start, let end): start < size && start <= end ? start...min(end, size - 1) : nil
        case .last(let count): count > 0 && size > 0 ? max(0, size - count)...(size - 1) : nil
        }
    }
}

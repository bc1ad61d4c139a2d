/// How much one call may look at to find what is asked for: so many rows, and so many bytes of lines.
///
/// A call that has spent it says how far it came, and gives what it has found.
public struct ScanBudget: Sendable {
    /// How many rows were looked at.
    public private(set) var examined = 0

    private let rows: Int
    private var bytes: Int

    /// How many bytes of lines a call looks at, each counted once for each text that is looked for: few enough that its
    /// snapshot is soon over.
    public static let byteLimit = 64 << 20

    /// A budget of so many rows and bytes.
    public init(rows: Int, bytes: Int = ScanBudget.byteLimit) {
        self.rows = rows
        self.bytes = bytes
    }

    /// Whether there is nothing left.
    public var isSpent: Bool { examined >= rows || bytes <= 0 }

    /// Pays for a look at a line of so many bytes.
    public mutating func spend(_ length: Int) {
        examined += 1
        bytes -= length
    }
}

/// How many rows a call looks at before it looks whether they are enough: some tens for each that is asked for, then ten
/// times as many, and so on, as many as it may in all.
///
/// Most questions find what they want in the first piece. Those that few rows meet pay little for the small pieces.
public struct ScanPieces: Sendable, Sequence, IteratorProtocol {
    private var left: Int
    private var size: Int

    /// - Parameters:
    ///   - limit: how many rows are asked for.
    ///   - scanLimit: how many may be looked at in all.
    public init(limit: Int, scanLimit: Int) {
        left = scanLimit
        size = Swift.max(10 * Swift.min(limit, scanLimit), 1000)
    }

    /// How many rows are in the next piece; `nil` when no more may be looked at.
    public mutating func next() -> Int? {
        guard left > 0 else { return nil }
        let piece = Swift.min(size, left)
        left -= piece
        size = Swift.min(size, Int.max / 10) * 10
        return piece
    }
}

public import LogQuery

/// What one call takes of the records that it is given: lines that can meet the filter, and no more than it wants.
public struct Sifting: Sendable {
    /// How many rows are wanted.
    public let limit: Int
    private let sieve: LineSieve?
    private var budget: ScanBudget
    private let scanLimit: Int

    /// - Parameters:
    ///   - filter: whose text and conditions lines are sifted by.
    ///   - limit: how many rows are wanted.
    ///   - scanLimit: how many records may be looked at.
    ///   - byteLimit: how many bytes of lines may be looked at, see ``ScanBudget/byteLimit``.
    public init(_ filter: LogFilter, limit: Int, scanLimit: Int, byteLimit: Int = ScanBudget.byteLimit) {
        let sieve = LineSieve(filter)
        self.sieve = sieve.isEmpty ? nil : sieve
        self.limit = limit
        self.scanLimit = scanLimit
        budget = ScanBudget(rows: scanLimit, bytes: byteLimit)
    }

    /// Takes whatever comes.
    public init(limit: Int) {
        sieve = nil
        self.limit = limit
        scanLimit = limit
        budget = ScanBudget(rows: limit)
    }

    /// How many records were looked at, if lines are sifted.
    public var examined: Int { budget.examined }

    /// Whether no more may be looked at.
    public var isSpent: Bool { sieve != nil && budget.isSpent }

    /// How many records a query may have to give when `count` rows are there already and it may look at `piece` of them;
    /// `nil` stands for all that the call may look at.
    public func reach(having count: Int, piece: Int? = nil) -> Int {
        sieve == nil ? limit - count : piece ?? scanLimit
    }

    /// Whether a line may meet the filter.
    public mutating func admits(_ line: Span<UInt8>) -> Bool {
        guard let sieve else { return true }
        budget.spend(line.count * sieve.weight)
        return sieve.admits(line)
    }
}

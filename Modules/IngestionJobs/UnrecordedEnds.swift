public import LogModel

/// The end of a run could not be written down; whoever executes the next run of its kind in this process writes it.
public struct RunNotRecorded: StoreFault, CustomStringConvertible {
    /// The run as it ended.
    public let run: Run
    /// Why it could not be written down.
    public let reason: StoreError

    /// Makes the error of a run.
    public init(run: Run, reason: StoreError) {
        self.run = run
        self.reason = reason
    }

    /// What keeps the store from it, if it is known.
    public var condition: StoreCondition? { reason.condition }

    /// How it ended, and why that could not be written down.
    public var detail: String { description }
    /// Whether the store may take it later.
    public var mayPass: Bool { reason.mayPass }

    /// How it ended, and why that could not be written down.
    public var description: String {
        let error = run.error.map { " (\($0))" } ?? ""
        return "a run of \(run.kind.rawValue) ended \(run.state.rawValue)\(error), and its end could not be recorded: "
            + "\(reason)"
    }
}

/// Remembers runs whose ends could not be written down while their store was away.
///
/// Without it they would count as interrupted, and what they brought would be nowhere.
actor UnrecordedEnds {
    /// How many are remembered; of more, the oldest count as interrupted.
    static let limit = 100

    private var runs: [Run] = []

    func add(_ run: Run) {
        if runs.count >= UnrecordedEnds.limit { runs.removeFirst() }
        runs.append(run)
    }

    /// Writes down what is remembered.
    func record(in store: any RunStore) async throws(StoreError) {
        while let run = runs.first {
            try await store.save(run)
            runs.removeAll { $0.id == run.id }
        }
    }
}

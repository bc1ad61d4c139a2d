public import LogModel

/// An error of a run whose end could not be stored; the next run of its kind in this process stores it.
public struct RunNotRecorded: StoreFault, CustomStringConvertible {
    /// The run as it ended.
    public let run: Run
    /// The error of the store.
    public let reason: StoreError

    /// Makes the error of a run.
    public init(run: Run, reason: StoreError) {
        self.run = run
        self.reason = reason
    }

    /// The cause, if it is known.
    public var condition: StoreCondition? { reason.condition }

    /// How the run ended, and why its end could not be stored.
    public var detail: String { description }
    /// Whether a later retry may succeed.
    public var mayPass: Bool { reason.mayPass }

    /// How the run ended, and why its end could not be stored.
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

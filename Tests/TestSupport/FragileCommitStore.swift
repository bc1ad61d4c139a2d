import InMemoryAdapter
public import LogIngestion
public import LogModel

/// A commit store whose calls fail as they are told to, before or after the store behind it has done its work.
public final class FragileCommitStore: CommitStore {
    /// How one call goes.
    public enum Fate: Sendable {
        /// As always.
        case pass
        /// It fails before anything is applied.
        case failBefore
        /// All is applied, and the answer is lost.
        case failAfter
        /// The work of the given closure is done first, then the call goes as always.
        case precede(@Sendable () async throws -> Void)
    }

    private let store: any CommitStore
    private let fates: Locked<[Fate]>
    private let sizes = Locked<[Int]>([])

    /// A store whose next calls meet `fates`, one each, and whose later ones pass.
    public init(_ store: any CommitStore, fates: [Fate] = []) {
        self.store = store
        self.fates = Locked(fates)
    }

    /// How many steps each call had, in order.
    public var groupSizes: [Int] { sizes.withLock { $0 } }

    /// What the store behind it knows of a writer.
    public func writer(_ writer: WriterID, of app: AppID) async throws(StoreError) -> WriterState {
        try await store.writer(writer, of: app)
    }

    /// Commits, or fails.
    public func commit(_ steps: [ObjectStep]) async throws(StoreError) -> [StepOutcome] {
        sizes.withLock { $0.append(steps.count) }
        switch fates.withLock({ $0.isEmpty ? .pass : $0.removeFirst() }) {
        case .pass: return try await store.commit(steps)
        case .failBefore: throw StoreError(.unavailable, detail: "told to fail before")
        case .failAfter:
            _ = try await store.commit(steps)
            throw StoreError(.outcomeUnknown, detail: "told to lose the answer")
        case .precede(let work):
            do { try await work() } catch { throw StoreError(.broken, detail: "\(error)") }
            return try await store.commit(steps)
        }
    }
}

import DeterministicExecutor
import LogMaintenance
import LogModel

/// Removes old records over a network that loses requests and replies, and notes what was allowed to go.
struct RoughRetention: RetentionStore {
    let inner: any RetentionStore
    let station: Station

    func expire(
        _ plan: RetentionPlan, from place: RetentionPlace?, limit: Int
    ) async throws(StoreError) -> RetentionStep {
        try await station.reachStore()
        if let end = plan.standard {
            station.world.mayGo = max(station.world.mayGo, end)
            station.world.mayGoUnseen = max(station.world.mayGoUnseen, end.advanced(by: .zero - plan.patience))
        }
        // So few at a time that a run has several steps.
        let step = try await inner.expire(plan, from: place, limit: min(limit, 20))
        try await station.reachStore()
        return step
    }

    func erase(limit: Int) async throws(StoreError) -> ErasureStep {
        try await station.reachStore()
        return try await inner.erase(limit: limit)
    }

    func missed(of follower: FollowerName, limit: Int) async throws(StoreError) -> [MissedRange] {
        try await inner.missed(of: follower, limit: limit)
    }
}

/// The positions of the field index over a network that loses requests and replies.
struct RoughCatalogue: FieldCatalogue {
    let inner: any FieldCatalogue
    let station: Station

    func backlog(
        of app: AppID, after last: GenerationID?, limit: Int
    ) async throws(StoreError) -> [FollowerGap] {
        try await station.reachStore()
        return try await inner.backlog(of: app, after: last, limit: limit)
    }

    func apply(_ step: CatalogueStep) async throws(StoreError) -> CatalogueOutcome {
        try await station.reachStore()
        let outcome = try await inner.apply(step)
        try await station.reachStore()
        return outcome
    }

    func fields(
        of app: AppID, after last: String?, limit: Int
    ) async throws(StoreError) -> [FieldEntry] {
        try await inner.fields(of: app, after: last, limit: limit)
    }

    func overflow(of app: AppID) async throws(StoreError) -> Int64 { try await inner.overflow(of: app) }
}

extension Station {
    /// The way to the store or back from it.
    fileprivate func reachStore() async throws(StoreError) {
        guard await travel(), !world.strikes(onceIn: 25) else {
            throw StoreError(.unavailable, detail: "a fault of the world")
        }
    }
}

import AppRegistry
import LogCursor
import LogIngestion
import LogModel
import PortContracts
import TestSupport

/// Registers an app that nobody else has.
func freshApp(_ store: StoreUnderTest) async throws -> AppID {
    let app = RegisteredApp.fresh()
    try await store.ports.add(app)
    return app.id
}

/// Claims an object of an app.
func claimed(_ object: String, of app: AppID, in store: StoreUnderTest) async throws -> Claim {
    let request = ClaimRequest(
        source: SourceID("claims:\(app)"), object: ObjectKey(object), app: app, identity: "a", size: 1 << 30)
    let outcome = try await store.ports.claim([request], by: .fresh(), for: .seconds(600)).first
    guard case .claimed(let claim) = outcome else { throw NothingClaimed() }
    return claim
}

private struct NothingClaimed: Error {}

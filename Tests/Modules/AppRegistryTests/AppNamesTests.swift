import AppRegistry
import InMemoryAdapter
import LogModel
import TestSupport
import Testing

@Suite("Names of apps", .timeLimit(.minutes(4)))
struct AppNamesTests {
    @Test("the names of more apps than a page has are known, and a deleted app shows its id")
    func names() async throws {
        let clock = ManualWallClock()
        let store = InMemoryStore(clock: clock)
        let apps = AppRegistrar(store: store, clock: clock, entropy: FreshEntropy(), ticks: ContinuousClock())
        let all = (0..<1001).map { _ in RegisteredApp.fresh() }
        for app in all { try await store.add(app) }
        let gone = try #require(all.first)
        try await apps.delete(gone.id)
        let names = try await apps.names()
        #expect(names.name(of: gone.id) == gone.id.text)
        for app in all.dropFirst() { #expect(names.name(of: app.id) == app.name.text) }
    }
}

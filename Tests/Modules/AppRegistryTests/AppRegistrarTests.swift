import AppRegistry
import InMemoryAdapter
import LogModel
import TestSupport
import Testing

@Suite("App registrar")
struct AppRegistrarTests {
    private let clock = ManualWallClock()
    private let store: InMemoryStore
    private let registrar: AppRegistrar

    init() {
        store = InMemoryStore(clock: clock)
        registrar = AppRegistrar(store: store, clock: clock, entropy: SeededEntropy(seed: 3), ticks: ManualTicks())
    }

    @Test("a registered app is found by name and by id")
    func register() async throws {
        let app = try await registrar.register(named: "Shop 1.eu_a-b")
        #expect(app.createdAt == clock.now() && app.name.text == "Shop 1.eu_a-b")
        #expect(try await registrar.find(app.id.text) == app)
        #expect(try await registrar.find("Shop 1.eu_a-b") == app)
        #expect(try await registrar.list() == [app])
    }

    @Test(
        "a name has 1 to 64 of some characters, begins and ends with a letter or digit, and is no id",
        arguments: ["", " ", "-a", "a-", ".a", "a b ", "a/b", "a\nb", "é", "a\u{0}", "app_01aryz6s410000000000000000"]
            + [String(repeating: "a", count: 65)])
    func badNames(_ name: String) async throws {
        await #expect(throws: RegistryError.invalidAppName(name)) { try await registrar.register(named: name) }
        await #expect(throws: RegistryError.self) { try await registrar.findOrRegister(name) }
        #expect(try await registrar.list().isEmpty)
    }

    @Test("names at the limits are good", arguments: ["a", "0", "a b", "app_x", String(repeating: "z", count: 64)])
    func goodNames(_ name: String) async throws {
        #expect(try await registrar.register(named: name).name.text == name)
    }

    @Test("a taken name is refused, and free again when its app is deleted")
    func takenName() async throws {
        let first = try await registrar.register(named: "a")
        await #expect(throws: RegistryError.nameTaken("a")) { try await registrar.register(named: "a") }
        try await registrar.delete(first.id)
        await #expect(throws: RegistryError.unknownApp("a")) { try await registrar.find("a") }
        await #expect(throws: RegistryError.unknownApp(first.id.text)) { try await registrar.find(first.id.text) }
        await #expect(throws: RegistryError.unknownApp(first.id.text)) { try await registrar.delete(first.id) }
        #expect(try await registrar.register(named: "a").id != first.id)
    }

    @Test("finding or registering gives one app to all who ask at once, and never makes an app of an id")
    func findOrRegister() async throws {
        let registrar = registrar
        let ids = try await withThrowingTaskGroup(of: AppID.self) { group in
            for _ in 0..<40 { group.addTask { try await registrar.findOrRegister("shared").id } }
            return try await group.reduce(into: Set<AppID>()) { $0.insert($1) }
        }
        #expect(ids.count == 1)
        let unknown = AppID.fresh().text
        await #expect(throws: RegistryError.unknownApp(unknown)) { try await registrar.findOrRegister(unknown) }
    }
}

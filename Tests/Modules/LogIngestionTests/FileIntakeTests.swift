import AppRegistry
import InMemoryAdapter
import LogCursor
import LogIngestion
import LogModel
import TestSupport
import Testing

@Suite("Intake of files", .timeLimit(.minutes(4)))
struct FileIntakeTests {
    private let world = World()

    private var apps: AppRegistrar {
        AppRegistrar(store: world.store, clock: world.clock, entropy: FreshEntropy(), ticks: world.ticks)
    }

    private func intake(_ inputs: [FileIntake.Input], takesAnything: Bool = false) -> FileIntake {
        let intake = ObjectIntake(
            cursors: world.store, commits: world.store, scanner: PortableScanner(), owner: .fresh(),
            settings: world.settings, clock: world.clock, ticks: world.ticks, observer: world.observer,
            taken: world.store, patience: .zero)
        return FileIntake(inputs: inputs, takesAnything: takesAnything, intake: intake, apps: apps)
    }

    /// A file in a folder of its own.
    private func input(_ text: String?, as path: String) async -> FileIntake.Input {
        if let text { await world.files.append(text, to: World.today, in: path) }
        return .init(
            path: path,
            source: .success(InMemoryObjectSource(world.files, folder: path, id: SourceID("files:n1/\(path)"))))
    }

    @Test("U23: each input has its outcome, in order; one that fails leaves the others alone")
    func outcomes() async throws {
        let app = try await world.newApp()
        let failure = SourceError(.gone, detail: "no such file")
        let inputs = [
            await input(numbered(2), as: "one"), FileIntake.Input(path: "two", source: .failure(failure)),
            await input(numbered(3), as: "three"),
        ]
        let outcomes = await intake(inputs).run(for: app) { _ in }
        #expect(outcomes.map(\.path) == [World.today, "two", World.today])
        #expect(outcomes.map { $0.report?.records } == [2, nil, 3])
        #expect(outcomes[1].failure as? SourceError == failure)
        #expect(outcomes[0].failure == nil && outcomes[2].failure == nil)
        #expect(await world.lines(of: app).count == 5)
    }

    @Test("standard input keeps its name, and gives no report when it is empty")
    func standardInput() async throws {
        let app = try await world.newApp()
        let inputs = [await input(nil, as: "-")]
        let empty = await intake(inputs).run(for: app) { _ in }
        #expect(empty.count == 1 && empty[0].path == "-" && empty[0].report == nil && empty[0].failure == nil)
        let full = await intake([await input(numbered(1), as: "-")]).run(for: app) { _ in }
        #expect(full[0].path == "-" && full[0].report?.records == 1)
    }

    @Test("a file that was taken for another app names that app, unless it is deleted")
    func otherApp() async throws {
        let (owner, other) = (try await world.newApp(), try await world.newApp())
        let inputs = [await input(numbered(2), as: "one")]
        _ = await intake(inputs).run(for: owner) { _ in }
        let refused = await intake(inputs).run(for: other) { _ in }
        #expect(refused[0].failure as? IntakeFailure == .otherApp(owner.id))
        #expect(refused[0].otherApp == owner.name.text)
        try await apps.delete(owner.id)
        #expect(await intake(inputs).run(for: other) { _ in }[0].otherApp == nil)
    }

    @Test("what seems to be no NDJSON is taken when that is wanted, and progress is told with the file's name")
    func anything() async throws {
        let app = try await world.newApp()
        let inputs = [await input("plain words\nmore of them\n", as: "one")]
        #expect(await intake(inputs).run(for: app) { _ in }[0].report?.isRefused == true)
        let told = Locked<[FileIntake.Progress]>([])
        let outcomes = await intake(inputs, takesAnything: true).run(for: app) { progress in
            told.withLock { $0.append(progress) }
        }
        #expect(outcomes[0].report?.rejects == 2)
        let last = try #require(told.withLock { $0.last })
        #expect(last.path == World.today && last.size == 25 && last.position == 25)
        #expect(last.records == 0 && last.rejects == 2)
    }
}

import AppRegistry
import InMemoryAdapter
import LogAudit
import LogCursor
import LogIngestion
import LogModel
import LogQuery
import TestSupport
import Testing

@Suite("Batches through a consumer")
struct BatchConsumerTests {
    @Test("a batch repeated in another file by the same writer is known, whichever file is read first")
    func otherFile() async throws {
        for files in [
            ["w-2026-11-20.ndjson", "w-2026-11-20-2.ndjson"], ["a-2026-11-20.ndjson", "w-2026-11-20.ndjson"],
        ] {
            let world = World()
            let app = try await world.newApp()
            let first = SdkBatch(["{\"n\":1}"], sequence: 1)
            let lost = SdkBatch(["{\"n\":2}"], sequence: 2)
            let next = SdkBatch(["{\"n\":3}"], sequence: 3)
            await world.append(first.text + lost.text, to: files[0], of: app)
            await world.append(lost.text + next.text, to: files[1], of: app)
            _ = try await world.consumer().run()
            _ = try await world.consumer().run()
            #expect(await world.lines(of: app).sorted() == ["{\"n\":1}", "{\"n\":2}", "{\"n\":3}"])
        }
    }

    @Test("numbers that come late are taken, since a set is kept and not the last one")
    func late() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append(SdkBatch(["{\"n\":9}"], sequence: 9).text, to: "w-2026-11-20-2.ndjson", of: app)
        _ = try await world.consumer().run()
        await world.append(SdkBatch(["{\"n\":1}"], sequence: 1).text, to: "w-2026-11-19.ndjson", of: app)
        _ = try await world.consumer().run()
        #expect(await world.lines(of: app).sorted() == ["{\"n\":1}", "{\"n\":9}"])
    }

    @Test("writers of two apps have nothing to do with each other")
    func apps() async throws {
        let world = World()
        let (one, other) = (try await world.newApp(), try await world.newApp())
        for app in [one, other] { await world.append(SdkBatch(["{\"n\":1}"], sequence: 1).text, of: app) }
        _ = try await world.consumer().run()
        for app in [one, other] { #expect(await world.lines(of: app) == ["{\"n\":1}"]) }
    }

    @Test("many files of one writer with the same batches, read at the same time, give each batch once")
    func crowd() async throws {
        let world = World()
        let app = try await world.newApp()
        for file in 1...8 {
            let batches = (1...20).map { SdkBatch(["{\"n\":\($0)}"], sequence: $0) }
            let order = file % 2 == 0 ? batches : batches.reversed()
            await world.append(order.map(\.text).joined(), to: "w-2026-11-20-\(file + 1).ndjson", of: app)
        }
        var runs = 0
        while try await world.consumer().run().bytes > 0 { runs += 1 }
        #expect(runs < 50)
        #expect(await world.lines(of: app).sorted() == (1...20).map { "{\"n\":\($0)}" }.sorted())
    }

    @Test("a lost answer to a commit neither doubles nor loses a batch")
    func lostAnswer() async throws {
        let world = World()
        let app = try await world.newApp()
        await world.append((1...5).map { SdkBatch(["{\"n\":\($0)}"], sequence: $0).text }.joined(), of: app)
        for fate in [FragileCommitStore.Fate.failAfter, .failBefore] {
            let fragile = FragileCommitStore(world.store, fates: [.pass, fate])
            _ = try? await world.consumer(commits: fragile).run()
            world.outlast()
        }
        _ = try await world.consumer().run()
        #expect(await world.lines(of: app) == (1...5).map { "{\"n\":\($0)}" })
    }

    @Test("a verifier tells a batch that was taken from another file from one that was taken here")
    func verified() async throws {
        let world = World()
        let app = try await world.newApp()
        let batch = SdkBatch(["{\"n\":1}"], sequence: 1)
        await world.append(batch.text, of: app)
        await world.append(batch.text + SdkBatch(["{\"n\":2}"], sequence: 2).text, to: "w-2026-11-20-2.ndjson", of: app)
        _ = try await world.consumer().run()
        _ = try await world.consumer().run()
        let verifier = Verifier(scanner: PortableScanner(), settings: world.settings)
        for name in [World.today, "w-2026-11-20-2.ndjson"] {
            let cursor = try #require(await world.cursor(name, of: app))
            let verdict = try await verifier.verify(
                cursor, against: try await world.object(name, of: app),
                in: InMemoryObjectSource(world.files, folder: app.id.text),
                wasTaken: { range in
                    let rows = await world.store.rows(of: cursor.generation, from: range.lower, limit: 1)
                    return rows.offsets.first.map { $0 < range.upper } ?? false
                })
            #expect(verdict == .equal, "\(name)")
        }
    }
}

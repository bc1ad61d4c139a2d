import AppRegistry
import LogModel
import TestSupport
import Testing

/// What every store of apps must do.
public enum AppStoreContract {
    /// The clauses.
    public static let clauses: [Clause<StoreUnderTest>] = [
        Clause("an app is found by its id and by its name, as it was added") { store async throws in
            let app = RegisteredApp.fresh()
            try await store.ports.add(app)
            #expect(try await store.ports.app(app.id) == app)
            #expect(try await store.ports.app(named: app.name) == app)
        },
        Clause("an app that nobody added is not found") { store async throws in
            #expect(try await store.ports.app(.fresh()) == nil)
            #expect(try await store.ports.app(named: RegisteredApp.fresh().name) == nil)
        },
        Clause("a taken name is a conflict and changes nothing") { store in
            let app = RegisteredApp.fresh()
            try await store.ports.add(app)
            let rival = RegisteredApp(id: .fresh(), name: app.name, createdAt: .sample)
            let error = await #expect(throws: StoreError.self) { try await store.ports.add(rival) }
            #expect(error?.reason == .conflict)
            #expect(try await store.ports.app(rival.id) == nil)
            #expect(try await store.ports.app(named: app.name) == app)
        },
        Clause("T95: an id that was given is a conflict, whatever the name, and whether its app was deleted") { store in
            let app = RegisteredApp.fresh()
            try await store.ports.add(app)
            for _ in 0..<2 {
                let rival = RegisteredApp(id: app.id, name: RegisteredApp.fresh().name, createdAt: .sample)
                let error = await #expect(throws: StoreError.self) { try await store.ports.add(rival) }
                #expect(error?.reason == .conflict)
                #expect(try await store.ports.app(app.id)?.name == app.name)
                _ = try await store.ports.deleteApp(app.id, at: .sample)
            }
        },
        Clause("names that differ in case alone are two names") { store in
            let app = RegisteredApp.fresh()
            let upper = RegisteredApp(
                id: .fresh(), name: AppName(unchecked: app.name.text.uppercased()), createdAt: .sample)
            try await store.ports.add(app)
            try await store.ports.add(upper)
            #expect(try await store.ports.app(named: app.name)?.id == app.id)
            #expect(try await store.ports.app(named: upper.name)?.id == upper.id)
        },
        Clause("of 50 registrations of one name at once, one succeeds and the others meet a conflict") { store in
            let name = RegisteredApp.fresh().name
            let reasons = try await inParallel(50) { _ -> StoreError.Reason? in
                do {
                    try await store.ports.add(RegisteredApp(id: .fresh(), name: name, createdAt: .sample))
                    return nil
                } catch let error as StoreError {
                    return error.reason
                }
            }
            #expect(reasons.count { $0 == nil } == 1)
            #expect(reasons.allSatisfy { $0 == nil || $0 == .conflict })
        },
        Clause("a deleted app keeps its tombstone, loses its name and is listed no more") { store in
            let app = RegisteredApp.fresh()
            try await store.ports.add(app)
            let moment = Timestamp.sample.advanced(by: .seconds(5))
            #expect(try await store.ports.deleteApp(app.id, at: moment))
            #expect(try await store.ports.app(app.id)?.deletedAt == moment)
            #expect(try await store.ports.app(app.id)?.name == app.name)
            #expect(try await store.ports.app(named: app.name) == nil)
            #expect(try await allApps(of: store).contains { $0.id == app.id } == false)
        },
        Clause("the name of a deleted app can be given again") { store in
            let app = RegisteredApp.fresh()
            try await store.ports.add(app)
            _ = try await store.ports.deleteApp(app.id, at: .sample)
            let heir = RegisteredApp(id: .fresh(), name: app.name, createdAt: .sample)
            try await store.ports.add(heir)
            #expect(try await store.ports.app(named: app.name) == heir)
            #expect(try await store.ports.deleteApp(heir.id, at: .sample))
            #expect(try await store.ports.app(app.id)?.deletedAt == .sample)
        },
        Clause("an app is deleted once; an unknown one never") { store in
            let app = RegisteredApp.fresh()
            try await store.ports.add(app)
            let answers = try await inParallel(20) { _ in try await store.ports.deleteApp(app.id, at: .sample) }
            #expect(answers.count { $0 } == 1)
            #expect(try await store.ports.deleteApp(app.id, at: .epoch) == false)
            #expect(try await store.ports.app(app.id)?.deletedAt == .sample)
            #expect(try await store.ports.deleteApp(.fresh(), at: .sample) == false)
        },
        Clause("deleted apps have pages of their own, complete and without repeats") { store in
            let added = (0..<12).map { _ in RegisteredApp.fresh() }
            for app in added { try await store.ports.add(app) }
            for app in added.prefix(9) { _ = try await store.ports.deleteApp(app.id, at: .sample) }
            var deleted: [RegisteredApp] = []
            while true {
                let page = try await store.ports.deletedApps(after: deleted.last?.id, limit: 4)
                deleted += page
                guard page.count == 4 else { break }
            }
            #expect(deleted.map(\.id.text) == deleted.map(\.id.text).sorted())
            #expect(Set(deleted.map(\.id)).count == deleted.count && deleted.allSatisfy { $0.deletedAt != nil })
            #expect(Set(deleted.map(\.id)).intersection(added.map(\.id)) == Set(added.prefix(9).map(\.id)))
        },
        Clause("pages of apps come in the order of ids, complete and without repeats") { store in
            let added = (0..<25).map { _ in RegisteredApp.fresh() }
            for app in added { try await store.ports.add(app) }
            let listed = try await allApps(of: store, pageSize: 7)
            #expect(listed.map(\.id.text) == listed.map(\.id.text).sorted())
            #expect(Set(listed.map(\.id)).count == listed.count)
            #expect(Set(added.map(\.id)).isSubset(of: listed.map(\.id)))
        },
    ]

    private static func allApps(of store: StoreUnderTest, pageSize: Int = 100) async throws -> [RegisteredApp] {
        var all: [RegisteredApp] = []
        while true {
            let page = try await store.ports.apps(after: all.last?.id, limit: pageSize)
            #expect(page.count <= pageSize)
            all += page
            guard page.count == pageSize else { return all }
        }
    }
}

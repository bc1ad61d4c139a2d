import LogModel
import SdkProvisioning
import TestSupport
import Testing

/// What every memory of provisioning must do.
public enum ProvisioningStoreContract {
    /// The clauses.
    public static let clauses: [Clause<StoreUnderTest>] = [
        Clause("a grant is kept in place of the one that the caller knows, and each app has its own") {
            store async throws in
            let (app, other) = (AppID.fresh(), AppID.fresh())
            let (first, second) = (grant("one"), grant("two"))
            let memory = store.ports
            #expect(try await memory.grant(for: app) == nil)
            #expect(try await memory.replaceGrant(nil, with: first, for: app) == first)
            #expect(try await memory.grant(for: app) == first)
            #expect(try await memory.grant(for: other) == nil)
            #expect(try await memory.replaceGrant(first, with: second, for: app) == second)
            #expect(try await memory.grant(for: app) == second)
            #expect(try await memory.replaceGrant(second, with: second, for: app) == second)
            #expect(try await memory.replaceGrant(first, with: second, for: other) == second)
        },
        Clause("a caller whose knowledge of a grant is old replaces nothing, and is told what is kept") {
            store async throws in
            let app = AppID.fresh()
            let memory = store.ports
            _ = try await memory.replaceGrant(nil, with: grant("one"), for: app)
            let parts = [
                AppGrant(
                    folderPath: grant("two").folderPath, folder: grant("one").folder, group: grant("one").group),
                AppGrant(
                    folderPath: grant("one").folderPath, folder: grant("two").folder, group: grant("one").group),
                AppGrant(
                    folderPath: grant("one").folderPath, folder: grant("one").folder, group: grant("two").group),
            ]
            for known in [nil, grant("two")] + parts {
                #expect(try await memory.replaceGrant(known, with: grant("two"), for: app) == grant("one"))
            }
            #expect(try await memory.grant(for: app) == grant("one"))
        },
        Clause("of 20 callers that know the same grant and replace it at once, all are told of one") {
            store async throws in
            let app = AppID.fresh()
            for known in [nil, grant("old")] {
                let kept = try await inParallel(20) { number in
                    try await store.ports.replaceGrant(known, with: grant("\(number)"), for: app)
                }
                #expect(Set(kept).count == 1)
                #expect(try await store.ports.grant(for: app) == kept.first)
                _ = try await store.ports.replaceGrant(kept.first, with: grant("old"), for: app)
            }
        },
        Clause("enrolment is remembered and forgotten, however often it is said") { store async throws in
            let token = TokenID.fresh()
            #expect(try await store.ports.isEnrolled(token) == false)
            for enrolled in [true, true, false, false, true] {
                try await store.ports.setEnrolled(enrolled, token)
                #expect(try await store.ports.isEnrolled(token) == enrolled)
            }
            #expect(try await store.ports.isEnrolled(.fresh()) == false)
        },
        Clause("an instance keeps its first prefix, and each instance and token has its own") { store async throws in
            let (token, other) = (TokenID.fresh(), TokenID.fresh())
            let prefixes = (0..<4).map { _ in freshPrefix() }
            let memory = store.ports
            #expect(
                try await memory.filePrefix(of: token, instance: "a", else: prefixes[0], at: .sample) == prefixes[0])
            #expect(
                try await memory.filePrefix(of: token, instance: "a", else: prefixes[1], at: .sample) == prefixes[0])
            #expect(
                try await memory.filePrefix(of: token, instance: "A", else: prefixes[2], at: .sample) == prefixes[2])
            #expect(
                try await memory.filePrefix(of: other, instance: "a", else: prefixes[3], at: .sample) == prefixes[3])
            #expect(try await memory.owner(of: prefixes[0]) == PrefixOwner(token: token, instance: "a"))
            #expect(try await memory.owner(of: prefixes[3]) == PrefixOwner(token: other, instance: "a"))
            #expect(try await memory.owner(of: prefixes[1]) == nil)
        },
        Clause("of 50 first calls for one instance at once, all get one prefix") { store in
            let token = TokenID.fresh()
            let given = try await inParallel(50) { _ in
                try await store.ports.filePrefix(of: token, instance: "i", else: freshPrefix(), at: .sample)
            }
            #expect(Set(given).count == 1)
            #expect(try await store.ports.owner(of: given[0]) == PrefixOwner(token: token, instance: "i"))
        },
        Clause("a prefix that another token has is never given twice") { store in
            let (token, other) = (TokenID.fresh(), TokenID.fresh())
            let prefix = freshPrefix()
            _ = try await store.ports.filePrefix(of: token, instance: "i", else: prefix, at: .sample)
            await #expect(throws: StoreError.self) {
                try await store.ports.filePrefix(of: other, instance: "i", else: prefix, at: .sample)
            }
            #expect(try await store.ports.owner(of: prefix) == PrefixOwner(token: token, instance: "i"))
        },
    ]

    private static func grant(_ name: String) -> AppGrant {
        AppGrant(
            folderPath: StoragePath("acme/logs/\(name)"), folder: StorageFolderID("f-\(name)"),
            group: StorageGroupID("g-\(name)"))
    }

    private static func freshPrefix() -> FilePrefix { .mint(at: .sample, from: FreshEntropy()) }
}

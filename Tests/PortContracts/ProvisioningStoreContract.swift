import LogModel
import SdkProvisioning
import TestSupport
import Testing

/// What every memory of provisioning must do.
public enum ProvisioningStoreContract {
    /// The clauses.
    public static let clauses: [Clause<StoreUnderTest>] = [
        Clause("a grant is remembered, replaced and forgotten") { store async throws in
            let (app, other) = (AppID.fresh(), AppID.fresh())
            let (first, second) = (grant("one"), grant("two"))
            #expect(try await store.provisioning.grant(for: app) == nil)
            try await store.provisioning.setGrant(first, for: app)
            #expect(try await store.provisioning.grant(for: app) == first)
            #expect(try await store.provisioning.grant(for: other) == nil)
            try await store.provisioning.setGrant(second, for: app)
            #expect(try await store.provisioning.grant(for: app) == second)
            try await store.provisioning.setGrant(nil, for: app)
            #expect(try await store.provisioning.grant(for: app) == nil)
            try await store.provisioning.setGrant(nil, for: app)
        },
        Clause("T79: of two grants for one app the first is kept, and each caller is told of it") {
            store async throws in
            let app = AppID.fresh()
            let memory = store.provisioning
            #expect(try await memory.grant(for: app, else: grant("one")) == grant("one"))
            #expect(try await memory.grant(for: app, else: grant("two")) == grant("one"))
            #expect(try await memory.grant(for: app) == grant("one"))
            try await memory.setGrant(nil, for: app)
            #expect(try await memory.grant(for: app, else: grant("two")) == grant("two"))
        },
        Clause("T79: of 20 grants for one app at once, all callers are told of one") { store in
            let app = AppID.fresh()
            let kept = try await inParallel(20) { number in
                try await store.provisioning.grant(for: app, else: grant("\(number)"))
            }
            #expect(Set(kept).count == 1)
            #expect(try await store.provisioning.grant(for: app) == kept.first)
        },
        Clause("enrolment is remembered and forgotten, however often it is said") { store async throws in
            let token = TokenID.fresh()
            #expect(try await store.provisioning.isEnrolled(token) == false)
            for enrolled in [true, true, false, false, true] {
                try await store.provisioning.setEnrolled(enrolled, token)
                #expect(try await store.provisioning.isEnrolled(token) == enrolled)
            }
            #expect(try await store.provisioning.isEnrolled(.fresh()) == false)
        },
        Clause("an instance keeps its first prefix, and each instance and token has its own") { store async throws in
            let (token, other) = (TokenID.fresh(), TokenID.fresh())
            let prefixes = (0..<4).map { _ in freshPrefix() }
            let memory = store.provisioning
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
                try await store.provisioning.filePrefix(of: token, instance: "i", else: freshPrefix(), at: .sample)
            }
            #expect(Set(given).count == 1)
            #expect(try await store.provisioning.owner(of: given[0]) == PrefixOwner(token: token, instance: "i"))
        },
        Clause("a prefix that another token has is never given twice") { store in
            let (token, other) = (TokenID.fresh(), TokenID.fresh())
            let prefix = freshPrefix()
            _ = try await store.provisioning.filePrefix(of: token, instance: "i", else: prefix, at: .sample)
            await #expect(throws: ProvisioningStoreError.self) {
                try await store.provisioning.filePrefix(of: other, instance: "i", else: prefix, at: .sample)
            }
            #expect(try await store.provisioning.owner(of: prefix) == PrefixOwner(token: token, instance: "i"))
        },
    ]

    private static func grant(_ name: String) -> AppGrant {
        AppGrant(
            folderPath: StoragePath("acme/logs/\(name)"), folder: StorageFolderID("f-\(name)"),
            group: StorageGroupID("g-\(name)"))
    }

    private static func freshPrefix() -> FilePrefix { .mint(at: .sample, from: FreshEntropy()) }
}

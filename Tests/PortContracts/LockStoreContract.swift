import DistributedLock
import LogModel
import TestSupport
import Testing

/// What every store of locks must do.
public enum LockStoreContract {
    /// The clauses.
    public static let clauses: [Clause<StoreUnderTest>] = [
        Clause("a held lock is refused, and the answer names holder and time") { store in
            let name = freshName()
            let lease = try await grant(name, by: .fresh(), for: .seconds(600), in: store)
            guard
                case .held(let holder, let remaining) = try await store.locks.acquire(
                    name, by: .fresh(), for: .seconds(600))
            else { throw NotGranted() }
            #expect(holder == lease.holder)
            #expect(remaining > .seconds(300) && remaining <= .seconds(600))
        },
        Clause("a holder is refused a lock that it holds already") { store in
            let name = freshName()
            let holder = OwnerID.fresh()
            _ = try await grant(name, by: holder, for: .seconds(600), in: store)
            guard case .held(let other, _) = try await store.locks.acquire(name, by: holder, for: .seconds(600)) else {
                throw NotGranted()
            }
            #expect(other == holder)
        },
        Clause("a lock that was given back can be taken at once, with a higher fence") { store in
            let name = freshName()
            var fence: Int64 = 0
            for _ in 0..<4 {
                let lease = try await grant(name, by: .fresh(), for: .seconds(600), in: store)
                #expect(lease.fence > fence)
                fence = lease.fence
                #expect(try await store.locks.release(lease))
            }
        },
        Clause("a lock whose time is over can be taken, and its old lease does nothing any more") { store in
            let name = freshName()
            let stale = try await grant(name, by: .fresh(), for: shortLease, in: store)
            try await store.outlast()
            let lease = try await grant(name, by: .fresh(), for: .seconds(600), in: store)
            #expect(lease.fence > stale.fence)
            #expect(try await store.locks.extend(stale, for: .seconds(600)) == false)
            #expect(try await store.locks.release(stale) == false)
            #expect(try await store.locks.extend(lease, for: .seconds(600)))
            #expect(try await store.locks.release(lease))
        },
        Clause("a lease that has run out cannot be prolonged or given back, even when nobody took it") { store in
            let name = freshName()
            let stale = try await grant(name, by: .fresh(), for: shortLease, in: store)
            try await store.outlast()
            #expect(try await store.locks.extend(stale, for: .seconds(600)) == false)
            #expect(try await store.locks.release(stale) == false)
        },
        Clause("the lease of a holder is found and can be given back, and nobody else's is found") { store in
            let name = freshName()
            let lease = try await grant(name, by: .fresh(), for: .seconds(600), in: store)
            let found = try await store.locks.lease(on: name, of: lease.holder)
            #expect(found?.name == name && found?.holder == lease.holder)
            #expect(try await store.locks.lease(on: name, of: .fresh()) == nil)
            if let found { #expect(try await store.locks.release(found)) }
            #expect(try await store.locks.extend(lease, for: .seconds(600)) == false)
            #expect(try await store.locks.lease(on: name, of: lease.holder) == nil)
        },
        Clause("the same holder's older lease is no lease") { store in
            let name = freshName()
            let holder = OwnerID.fresh()
            let old = try await grant(name, by: holder, for: .seconds(600), in: store)
            #expect(try await store.locks.release(old))
            let new = try await grant(name, by: holder, for: .seconds(600), in: store)
            #expect(try await store.locks.release(old) == false)
            #expect(try await store.locks.extend(old, for: .seconds(600)) == false)
            #expect(try await store.locks.release(new))
        },
        Clause("a prolonged lease outlasts its first term") { store in
            try await store.whileLeaseLasts {
                let name = freshName()
                let lease = try await grant(name, by: .fresh(), for: shortLease, in: store)
                guard try await store.locks.extend(lease, for: .seconds(600)) else { return false }
                try await store.outlast()
                let answer = try await store.locks.acquire(name, by: .fresh(), for: .seconds(1))
                if case .granted = answer { Issue.record("the lease was not prolonged") }
                return true
            }
        },
        Clause("a lease is given back once") { store in
            let lease = try await grant(freshName(), by: .fresh(), for: .seconds(600), in: store)
            let answers = try await inParallel(10) { _ in try await store.locks.release(lease) }
            #expect(answers.count { $0 } == 1)
        },
        Clause("of 50 takers at once, one has the lock and all others learn of it") { store in
            let name = freshName()
            let answers = try await inParallel(50) { _ in
                try await store.locks.acquire(name, by: .fresh(), for: .seconds(600))
            }
            let granted = answers.compactMap { answer in
                if case .granted(let lease) = answer { lease.holder } else { nil }
            }
            #expect(granted.count == 1)
            for case .held(let holder, _) in answers { #expect(holder == granted.first) }
        },
        Clause("locks of two names have nothing to do with each other") { store in
            let (one, other) = (freshName(), freshName())
            let lease = try await grant(one, by: .fresh(), for: .seconds(600), in: store)
            let second = try await grant(other, by: .fresh(), for: .seconds(600), in: store)
            #expect(try await store.locks.release(second))
            #expect(try await store.locks.extend(lease, for: .seconds(600)))
        },
    ]

    private static func freshName() -> LockName { LockName("contract-\(OwnerID.fresh())") }

    private static func grant(
        _ name: LockName, by holder: OwnerID, for term: Duration, in store: StoreUnderTest
    ) async throws -> LockLease {
        guard case .granted(let lease) = try await store.locks.acquire(name, by: holder, for: term) else {
            throw NotGranted()
        }
        #expect(lease.name == name && lease.holder == holder)
        return lease
    }

    /// A lock was not as a clause needs it.
    private struct NotGranted: Error {}
}

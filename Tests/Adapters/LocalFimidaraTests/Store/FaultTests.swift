import BlockingExecutor
import LocalFimidaraAdapter
import Testing

@Suite("Faults for harnesses", .timeLimit(.minutes(6)))
struct FaultTests {
    /// A store whose faults can be changed while it runs.
    private struct Faulty {
        let store: TestStore
        let faults = Locked<[Faults.Fault]>([])

        init() async throws {
            let faults = self.faults
            store = try await TestStore(
                faults: Faults { occasion in
                    occasion.endpoint.hasPrefix("files/") ? faults.withLock { $0 } : []
                })
        }

        func set(_ fault: Faults.Fault?) {
            faults.withLock { $0 = fault.map { [$0] } ?? [] }
        }
    }

    @Test("refuse appends as another backend does, and nothing else")
    func refuseAppend() async throws {
        let faulty = try await Faulty()
        faulty.set(.refuseAppend)
        let refused = try await faulty.store.upload("ws/x", "a", append: true, create: true)
        #expect(refused.status == 400)
        #expect(refused.errorName == "UnsupportedOperationError")
        #expect(try await faulty.store.upload("ws/x", "a").status == 200)
    }

    @Test("hide conflicts behind 500")
    func hideConflict() async throws {
        let faulty = try await Faulty()
        _ = try await faulty.store.upload("ws/x", "0", append: true, create: true)
        let staged = try await StagedUpload(to: "ws/x", of: "ab", sending: 1, append: true, in: faulty.store)
        faulty.set(.hideConflict)
        let hidden = try await faulty.store.upload("ws/x", "!", append: true)
        #expect(hidden.status == 500)
        #expect(hidden.errorName == "ServerError")
        try await staged.finish()
    }

    @Test("lose the reply of an append that was carried out")
    func dropReply() async throws {
        let faulty = try await Faulty()
        faulty.set(.dropReply)
        await #expect(throws: StorageConnectionLost.self) {
            try await faulty.store.upload("ws/x", "done", append: true, create: true)
        }
        faulty.set(nil)
        #expect(try await faulty.store.read("ws/x").text == "done")
    }

    @Test("break the connection in the middle of an upload or of a read")
    func cutBody() async throws {
        let faulty = try await Faulty()
        _ = try await faulty.store.upload("ws/x", "0123456789", append: true, create: true)
        faulty.set(.cutBody(afterBytes: 4))
        await #expect(throws: StorageConnectionLost.self) { try await faulty.store.read("ws/x") }
        faulty.set(.cutBody(afterBytes: Form("").head.count + 2))
        await #expect(throws: StorageConnectionLost.self) {
            try await faulty.store.upload("ws/x", "more", append: true)
        }
        faulty.set(nil)
        #expect(try await faulty.store.read("ws/x").text == "0123456789")
    }

    @Test("let tokens expire")
    func expireToken() async throws {
        let faulty = try await Faulty()
        faulty.set(.expireToken)
        #expect(try await faulty.store.upload("ws/x", "a").errorName == "InvalidCredentialsError")
    }

    @Test("stall a request until its client gives up")
    func stall() async throws {
        let faulty = try await Faulty()
        faulty.set(.stall)
        let stalled = Task { try await faulty.store.upload("ws/x", "a") }
        stalled.cancel()
        await #expect(throws: StorageConnectionLost.self) { try await stalled.value }
        faulty.set(.delay(.milliseconds(1)))
        #expect(try await faulty.store.upload("ws/x", "a").status == 200)
    }
}

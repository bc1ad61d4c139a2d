import BlockingExecutor
import Glibc
import Testing

@testable import LocalFimidaraAdapter

/// What happens while the parts of an upload are made one file.
@Suite("Assembly of parts", .timeLimit(.minutes(6)))
struct AssemblyTests {
    private static let piece = 1 << 20

    /// Stops copies at a piece, until it is opened.
    private final class Barrier: Sendable {
        private let state = Locked<(pieces: Int, isOpen: Bool)>((0, false))

        /// How many pieces were begun.
        var pieces: Int { state.withLock { $0.pieces } }

        func open() { state.withLock { $0.isOpen = true } }

        /// Takes one write; blocks that of the piece of a number until the barrier is open.
        func pass(_ count: Int, stoppingAt number: Int) {
            guard count == AssemblyTests.piece else { return }
            let reached = state.withLock { state in
                state.pieces += 1
                return state.pieces
            }
            while reached == number, !state.withLock({ $0.isOpen }) { usleep(1000) }
            // Slow enough that a copy that goes on is seen to go on.
            if reached > number { usleep(3000) }
        }
    }

    /// A store with an upload of two parts of 16 pieces, whose completion stops at its second piece.
    private func stopped() async throws -> (store: TestStore, barrier: Barrier, completion: Task<Answer, any Error>) {
        let disk = FaultyDisk()
        let store = try await TestStore(disk: disk)
        _ = try await store.startParts("ws/x", "m1")
        let part = String(repeating: "p", count: 16 * AssemblyTests.piece)
        for number in 1...2 { #expect(try await store.uploadPart("ws/x", "m1", number, part).status == 200) }
        let barrier = Barrier()
        disk.beforeWrite { barrier.pass($0, stoppingAt: 2) }
        let completion = Task { try await store.completeParts("ws/x", "m1", [1, 2]) }
        while barrier.pieces < 2 { try await Task.sleep(for: .milliseconds(1)) }
        return (store, barrier, completion)
    }

    @Test("a completion that is given up in its middle is answered 400, ends soon and is no failure of the store")
    func abort() async throws {
        let (store, barrier, completion) = try await stopped()
        let abort = Task { try await store.call("files/abortUpload", ["filepath": "ws/x"]) }
        while try await !store.parts(of: "ws/x").isEmpty { try await Task.sleep(for: .milliseconds(1)) }
        barrier.open()
        #expect(try await completion.value.status == 400)
        #expect(try await abort.value.status == 200)
        #expect(barrier.pieces < 32, "it copied to the end")
        #expect(store.failures.isEmpty)
        #expect(store.directory.files(under: "blobs").isEmpty)
    }

    @Test("a completion whose file or part is removed in its middle is refused, and the store has not failed")
    func removed() async throws {
        let calls: [(endpoint: String, body: JSONValue, status: Int)] = [
            ("files/deleteFile", ["filepath": "ws/x"], 404),
            ("files/abortUpload", ["filepath": "ws/x", "clientMultipartId": "m1", "part": .integer(2)], 409),
        ]
        for call in calls {
            let (store, barrier, completion) = try await stopped()
            #expect(try await store.call(call.endpoint, call.body).status == 200)
            barrier.open()
            #expect(try await completion.value.status == call.status)
            #expect(store.failures.isEmpty, "\(store.failures)")
            #expect(try await store.upload("ws/y", "next").status == 200)
        }
    }

    @Test("a completion whose client goes away in its middle leaves the parts as they were")
    func cancelled() async throws {
        let (store, barrier, completion) = try await stopped()
        completion.cancel()
        barrier.open()
        await #expect(throws: StorageConnectionLost.self) { _ = try await completion.value }
        #expect(barrier.pieces < 32)
        #expect(store.directory.files(under: "blobs").map(\.size) == [16 << 20, 16 << 20])
        #expect(try await store.completeParts("ws/x", "m1", [1, 2]).status == 200)
        #expect(try await store.details("ws/x").integer("file", "size") == 32 << 20)
    }

    @Test("completions that go on together leave the room on the disk that must stay free")
    func room() async throws {
        let disk = FaultyDisk()
        let kept: Int64 = 1 << 30
        let store = try await TestStore(limits: StorageLimits(freeBytes: kept), disk: disk)
        let part = String(repeating: "p", count: 8 * AssemblyTests.piece)
        disk.pretendRoom(kept + 1 << 30)
        for name in ["x", "y"] {
            _ = try await store.startParts("ws/\(name)", "m1")
            #expect(try await store.uploadPart("ws/\(name)", "m1", 1, part).status == 200)
        }
        // Room for one and a half of them; both begin.
        disk.pretendRoom(kept + Int64(12 * AssemblyTests.piece))
        let barrier = Barrier()
        disk.beforeWrite { barrier.pass($0, stoppingAt: 1) }
        let first = Task { try await store.completeParts("ws/x", "m1", [1]) }
        while barrier.pieces < 1 { try await Task.sleep(for: .milliseconds(1)) }
        let second = Task { try await store.completeParts("ws/y", "m1", [1]) }
        while barrier.pieces < 2 { try await Task.sleep(for: .milliseconds(1)) }
        barrier.open()
        let statuses = [try await first.value.status, try await second.value.status]
        #expect(statuses.contains(503), "\(statuses)")
        // Two threads may look at the same moment.
        #expect(try #require(disk.roomLeft) >= kept - Int64(AssemblyTests.piece))
    }

    @Test("an append has a thread of the disk while completions copy")
    func threads() async throws {
        let disk = FaultyDisk()
        let store = try await TestStore(disk: disk)
        let part = String(repeating: "p", count: 32 * AssemblyTests.piece)
        let names = ["a", "b", "c", "d"]
        for name in names {
            _ = try await store.startParts("ws/\(name)", "m1")
            #expect(try await store.uploadPart("ws/\(name)", "m1", 1, part).status == 200)
        }
        let pieces = Locked(0)
        disk.beforeWrite { count in
            guard count == AssemblyTests.piece else { return }
            pieces.withLock { $0 += 1 }
            usleep(20_000)
        }
        let completions = names.map { name in Task { try await store.completeParts("ws/\(name)", "m1", [1]) } }
        while pieces.withLock({ $0 }) < 4 { try await Task.sleep(for: .milliseconds(1)) }
        #expect(try await store.upload("ws/log", "line\n", append: true, create: true).status == 200)
        #expect(pieces.withLock { $0 } < 4 * 32, "it waited until all was copied")
        for completion in completions { #expect(try await completion.value.status == 200) }
    }
}

extension TestStore {
    /// What the operator was told of failures.
    fileprivate var failures: [StorageEvent] {
        events.withLock { $0 }.filter { if case .failed = $0 { true } else { false } }
    }
}

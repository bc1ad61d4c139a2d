import AppRegistry
import LogCursor
import LogIngestion
import LogModel
import LogQuery
import PortContracts
import TestSupport
import Testing

@testable import MongoAdapter

/// Brings one object's bytes into a store piece by piece, and after every failure goes on from what the store says.
struct StubbornWriter {
    let store: StoreUnderTest
    let app: AppID
    let object: ObjectKey
    let bytes: [UInt8]
    private let owner = OwnerID.fresh()

    /// A writer of `lines` numbered lines, of which every tenth is broken.
    init(_ store: StoreUnderTest, app: AppID, object: String, lines: Int) {
        self.store = store
        self.app = app
        self.object = ObjectKey(object)
        bytes = Array(
            (0..<lines).map { $0 % 10 == 9 ? "broken \($0)\n" : "{\"object\":\"\(object)\",\"line\":\($0)}\n" }.joined()
                .utf8)
    }

    /// The claim; `nil` when the store cannot be asked for it now.
    private func claimIfPossible() async throws -> Claim? {
        do { return try await claim() } catch is StoreError { return nil }
    }

    /// Commits everything.
    /// - Returns: how many commits failed on the way, by reason.
    func run(pieces: Int) async throws -> [StoreError.Reason: Int] {
        var failures: [StoreError.Reason: Int] = [:]
        let piece = bytes.count / pieces + 1
        for _ in 0..<10_000 {
            if let claim = try await claimIfPossible() {
                let progress = claim.cursor.progress
                let start = Int(progress.sizeSeen)
                guard progress.position < bytes.count else { return failures }
                do throws(StoreError) {
                    _ = try await store.ports.commit([step(claim, upTo: min(bytes.count, start + piece))])
                } catch {
                    failures[error.reason, default: 0] += 1
                }
            }
            // A server that is gone answers at once, and comes back in its own time.
            try await Task.sleep(for: .milliseconds(2))
        }
        Issue.record("the object was never through")
        return failures
    }

    /// Claims the object.
    func claim() async throws -> Claim {
        let request = ClaimRequest(
            source: store.source, object: object, app: app, identity: "a", size: Int64(bytes.count))
        guard case .claimed(let claim) = try await store.ports.claim([request], by: owner, for: .seconds(60)).first
        else { throw StoreError(.unavailable, detail: "not claimed") }
        return claim
    }

    /// The step that goes on from a claim's position.
    func step(_ claim: Claim, upTo end: Int) -> ObjectStep {
        let position = Int(claim.cursor.progress.position)
        var feed = ObjectFeed(
            claim, from: claim.cursor.progress, overlap: Array(bytes[..<position].suffix(TailMark.limit)))
        return feed.step(Array(bytes[position..<min(max(end, position), bytes.count)]))
    }

    /// The object's cursor.
    func cursor() async throws -> LogCursor.Cursor? {
        try await store.ports.latest(in: store.source, of: [object])[object]
    }

    /// Checks that every line is in the store once, and that the cursor accounts for every byte.
    func verify() async throws {
        let cursor = try #require(try await cursor())
        #expect(cursor.progress.position == Int64(bytes.count))
        let lines = bytes.split(separator: 0x0A)
        let good = lines.filter { $0.first == UInt8(ascii: "{") }
        #expect(cursor.progress.counts.records == Int64(good.count))
        #expect(cursor.progress.counts.rejects == Int64(lines.count - good.count))
        var digest = StreamDigest()
        digest.update(bytes.span)
        #expect(cursor.progress.digest == digest)
        let rows = try await store.ports.rows(of: cursor.generation, from: 0, limit: lines.count)
        #expect((0..<rows.count).map { rows.bytes[rows.range($0)] } == good)
        let rejects = try await store.ports.rejects(of: app, after: nil, limit: 10_000)
        #expect(rejects.count { $0.object == object } == lines.count - good.count)
    }
}

extension StoreUnderTest {
    /// The source that faults are tried on.
    fileprivate var source: SourceID { SourceID("faults") }
}

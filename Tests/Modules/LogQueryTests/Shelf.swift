import AppRegistry
import InMemoryAdapter
import LogCursor
import LogIngestion
import LogModel
import LogQuery
import TestSupport
import Testing

/// Records of one app to be asked about.
final class Shelf: Sendable {
    let store = InMemoryStore(clock: ManualWallClock())
    let app = RegisteredApp.fresh()
    private let owner = OwnerID.fresh()

    init() async throws { try await store.add(app) }

    /// Commits text as an object of its own, or behind what the object has.
    @discardableResult
    func add(
        _ text: String, to object: String = "o", of owner: RegisteredApp? = nil, at moment: Timestamp = .sample
    ) async throws -> GenerationID {
        let request = ClaimRequest(
            source: SourceID("s"), object: ObjectKey(object), app: (owner ?? app).id, identity: "a", size: 1 << 40)
        guard case .claimed(let claim) = await store.claim([request], by: self.owner, for: .seconds(60)).first else {
            throw Unclaimed()
        }
        var start = claim.cursor.progress
        start.tail = TailMark()
        var feed = ObjectFeed(claim, from: start, overlap: [])
        let outcomes = try await store.commit([feed.step(text, at: moment)])
        #expect(outcomes == [.applied])
        return claim.generation
    }

    func service(slice: Int = 2000, scanLimit: Int = 1_000_000) -> LogQueryService {
        LogQueryService(reader: store, signer: PlainSigner(), slice: slice, scanLimit: scanLimit)
    }

    var everything: LogFilter { LogFilter(app: app.id) }

    private struct Unclaimed: Error {}
}

extension RecordRows {
    var texts: [String] { (0..<count).map { String(decoding: bytes[range($0)], as: UTF8.self) } }
    var positions: [RecordPosition] { (0..<count).map { position($0) } }
}
